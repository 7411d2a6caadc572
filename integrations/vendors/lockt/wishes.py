"""What an order comes to at the vendor: the row to send, and how to tell that it is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import Refused
from integrations.types import CodeOrder, Method
from integrations.vendors.lockt.rows import Holder
from integrations.vendors.lockt.times import Span, span


@dataclass(frozen=True, slots=True)
class Wish:
    """An order and whether its holder is to open doors or no longer."""

    order: CodeOrder
    opens: bool
    span: Span

    @property
    def key(self) -> str:
        """The holder's id_num."""
        return self.order.holder_key

    def row(self, before: Holder | None, email: str) -> dict[str, Any]:
        """The complete user to send; what the order says nothing of is carried over (L-C8, L-C9)."""
        first, _, last = self.order.holder_name.partition(" ")
        old = before or Holder(id="0", first_name="Booking", last_name=self.key)
        cards = (self.order.card_number, old.card_num)[:: 1 if self.opens else -1]
        return {
            "id_num": self.key,
            "first_name": first or old.first_name,
            "last_name": last if first else old.last_name,
            "card_num": cards[0] or cards[1],
            "credential_key": old.credential_key,
            "email": email,
            "phone": old.phone,
            "access_effective": self.span.starts.text,
            "access_expires": self.span.ends.text,
            "enabled": "true" if self.opens else "false",
            "accesslevels": [{"id": int(ref)} for ref in self.order.level_refs] if self.opens else [],
        }

    def true_of(self, holder: Holder | None, *, strictly: bool) -> bool:
        """Whether the holder as read is as ordered; `strictly`: levels that were not told are wrong."""
        if not self.opens:
            return holder is None or _closed(holder)
        if holder is None or self.differences(holder):
            return False
        return holder.accesslevels is not None or not strictly

    def differences(self, holder: Holder) -> list[str]:
        """What is not as ordered, in words; an absent property is unknown and not compared (L-C20)."""
        levels = holder.accesslevels
        if not self.opens:
            return [] if _closed(holder) else ["enabled"]
        checks = {
            "enabled": holder.enabled is not False,
            "window": not self.window_differs(holder),
            "card number": self.order.card_number in {"", holder.card_num},
            "access levels": levels is None or set(levels) == set(self.order.level_refs),
        }
        return [name for name, right in checks.items() if not right]

    def window_differs(self, holder: Holder) -> bool:
        """Whether the holder's window, in UTC, is another one."""
        return self.span.differs(holder.access_effective, holder.access_expires)

    def shift(self, holder: Holder) -> timedelta | None:
        """By how much the window is off, if by what a wrong write zone would explain (L-C15)."""
        return self.span.shift(holder.access_effective, holder.access_expires)

    def note(self) -> str:
        """What staff should know of the window, "" when it is exactly as ordered."""
        early = self.order.starts_at - min(self.span.starts.readings)
        late = max(self.span.ends.readings) - self.order.ends_at
        if max(early, late) < timedelta(seconds=1):
            return ""
        minutes = [int(one.total_seconds()) // 60 for one in (early, late)]
        return f"the clock goes back: may open up to {minutes[0]} min early and {minutes[1]} min late"


def _closed(holder: Holder) -> bool:
    """Disabled; where the vendor does not say, without any level."""
    return holder.enabled is False or (holder.enabled is None and holder.accesslevels == ())


def wish(order: CodeOrder, zone: ZoneInfo, *, opens: bool) -> Wish:
    """The wish of an order that `check` has passed."""
    return Wish(order, opens, span(order.starts_at, order.ends_at, zone))


def check(order: CodeOrder, *, opens: bool) -> None:
    """Raise Refused for an order that must not be sent (L-C8, L-C12, L-C13, L-C14)."""
    aware = order.starts_at.tzinfo is not None and order.ends_at.tzinfo is not None
    wrong = {
        "only cards are issued here": order.method is not Method.CARD,
        "the cardholder has no key": not order.holder_key.strip(),
        "the window must have a zone and end after it starts": not aware or order.ends_at <= order.starts_at,
        "a card number must be digits": bool(order.card_number) and not _digits(order.card_number),
        "a new card needs a card number": opens and not order.card_number,
        "an access level's id must be digits": not all(map(_digits, order.level_refs)),
        "a cardholder without any access level opens no door": opens and not order.level_refs,
    }
    if reasons := [reason for reason, applies in wrong.items() if applies]:
        raise Refused("; ".join(reasons))


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
