"""Fobs: put into stock, lent to a user for a window, and taken back by a window that is over."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable, VendorError
from integrations.types import FobRecord, Listing, Loan, Made, NewFob
from integrations.vendors.lockt import rows
from integrations.vendors.lockt.batches import Batches
from integrations.vendors.lockt.making import Maker
from integrations.vendors.lockt.people import People
from integrations.vendors.lockt.rows import Holder
from integrations.vendors.lockt.times import Span, span
from integrations.vendors.lockt.wire import Wire, Written, pause
from integrations.vendors.lockt.writing import OPTIONS, TURNS

SHUT = {"access_effective": "2000-01-01 00:00:00", "access_expires": "2000-01-01 00:00:01"}  # in any zone
# the user of fobs in stock: nobody, and no door; the write is its complete set of levels, none (L-C8)
SHELF = {
    "first_name": "Fobs",
    "last_name": "in stock",
    "credential_key": "",
    "email": "",
    "phone": "",
    "enabled": "false",
    "accesslevels": list[object](),
}


class Fobs:
    """The fobs of one account. The vendor has no "unassign": a fob that is back has a window that is over."""

    _wire: Wire
    _zone: ZoneInfo
    _batches: Batches
    _people: People
    _writing: threading.Lock

    def fobs(self) -> Listing:
        """Every fob, with its window in UTC; Missing or NotReleased where the vendor has no fobs."""
        return rows.listing("fob", self._wire.rows("/fob"), rows.Fob, rows.fob)

    def check_fobs(self) -> Listing:
        """Fobs with their last activity, which is in `raw`; NotReleased until the vendor tells (L-C24)."""
        told = self._wire.told("/fobcheck")
        if not isinstance(told, list):
            raise Garbled("GET /fobcheck answered without a list of data")
        return rows.listing("fob", told, rows.Fob, rows.fob)

    def create_fobs(self, wanted: Sequence[NewFob]) -> Sequence[Made]:
        """Put fobs into stock, without a user and so without a door (L-C25).

        One with this key is not made again, so it may be repeated after Unavailable. Per fob Refused: its
        key or card number is somebody else's, or the vendor says so. Raises what concerns all of them.
        """
        with self._writing:
            refused = _senseless(wanted)
            good = [fob for fob in wanted if fob.key not in refused]
            if good:
                there = self._stock()
                refused |= self._taken(good, there)
            sent = {fob.key: _new(fob) for fob in good if fob.key not in refused}
            ends = Maker(self._stock, self._create_fobs).make(sent) if sent else {}
        return [_made(fob.key, refused.get(fob.key) or ends[fob.key]) for fob in wanted]

    def lend(self, fob_ref: str, user_ref: str, starts_at: datetime, ends_at: datetime) -> Loan:
        """Give a fob to a user for a window (aware), and read it back; a window that is over takes it back.

        It opens what the user may open, while both windows last. It is always sent, for a read may not say
        who has the fob (L-C25). Raises Refused, Missing (no such fob), Misconfigured (the write zone is
        wrong; the fob is shut again) and Unavailable: then lend it again.
        """
        row, window = _loan(fob_ref, user_ref, starts_at, ends_at, self._zone)
        with self._writing:
            said, fob = self._reassign(row)
            if fob is None:
                raise _unlisted(said, fob_ref)
            _judge(said, holder=_holds(fob, user_ref))
            if window.differs(fob.starts_at, fob.ends_at):
                raise self._shut(row, _astray(window, fob))
        note = "the vendor keeps this fob disabled" if fob.enabled is False else ""
        return Loan(fob, _holds(fob, user_ref), note)

    def shelf(self, key: str) -> str:
        """The ref of the disabled user without levels, by its id_num, that fobs in stock are given to.

        Made where there is none, and disabled and emptied where somebody gave it doors: each is one write.
        Raises Refused in the vendor's words, and Unavailable when reading back does not show it.
        """
        with self._writing:
            holder = self._shelf(key)
            if holder is None or holder.enabled is not False or holder.accesslevels:
                row = {**SHELF, **SHUT, "id_num": key, "card_num": holder.card_num if holder else ""}
                said = self._batches.send("/user", "users", [row], OPTIONS)
                if said.trouble or said.rows:
                    raise said.trouble or Refused(said.rows[0].text)
                holder = self._shelf(key)
        if holder is None or holder.enabled is not False or holder.accesslevels:
            raise Unavailable("the vendor accepted the stock user, but reading back does not show it")
        return holder.id

    def _shelf(self, key: str) -> Holder | None:
        found = self._people.find([key])
        if key in found.errors:
            raise found.errors[key]
        return found.holders.get(key)

    def _reassign(self, row: Mapping[str, Any]) -> tuple[Written, FobRecord | None]:
        """Send until the vendor gives a clean answer: the same row twice does no harm."""
        for turn in range(1, TURNS + 1):
            said = self._batches.send("/fob", "fobs", [row], method="PUT")
            fob = self._fob(str(row["id"]))
            proven = fob is not None and _holds(fob, str(row["user_id"]))
            if not (said.trouble and said.again) or proven or turn == TURNS:
                break
            pause(turn)
        return said, fob

    def _shut(self, row: Mapping[str, Any], error: VendorError) -> VendorError:
        """End a loan that the vendor took for other hours: nobody may enter then."""
        _, fob = self._reassign({**row, **SHUT})
        shut = fob is not None and fob.ends_at is not None and fob.ends_at.year <= 2000
        done = "the fob was shut again" if shut else "it could NOT be shut again"
        return type(error)(f"{error.text}; {done}")

    def _fob(self, ref: str) -> FobRecord | None:
        listed = self.fobs()
        if any(rejected.ref == ref for rejected in listed.rejected):
            raise Garbled(f"fob {ref} cannot be read")
        return next((fob for fob in listed.records if fob.ref == ref), None)

    def _stock(self) -> dict[str, FobRecord]:
        """Fobs by our key. A row that cannot be read may be ours: a second one is not made then."""
        listed = self.fobs()
        if listed.rejected:
            raise Garbled(f"a fob cannot be read: {listed.rejected[0].reason}")
        return {fob.key: fob for fob in listed.records if fob.key}

    def _taken(self, wanted: Sequence[NewFob], there: Mapping[str, FobRecord]) -> dict[str, VendorError]:
        """Fobs that are there with another card number, or whose number is somebody else's (L-C13)."""
        users = self._people.everyone([])
        refused: dict[str, VendorError] = {}
        for fob in wanted:
            known = there.get(fob.key)
            if known and known.card_number.lstrip("0") != fob.card_number.lstrip("0"):
                refused[fob.key] = Refused(f"fob {fob.key} is there with another card number")
            elif not known and (
                users.shared("card_num", fob.card_number, fob.key)
                or any(one.card_number == fob.card_number for one in there.values())
            ):
                refused[fob.key] = Refused(f"card number {fob.card_number} is already somebody else's")
        return refused

    def _create_fobs(self, sent: list[Mapping[str, Any]]) -> Written:
        return self._batches.send("/fob", "fobs", sent)


def _senseless(wanted: Sequence[NewFob]) -> dict[str, VendorError]:
    keys = Counter(fob.key for fob in wanted)
    cards = Counter(fob.card_number for fob in wanted)
    refused: dict[str, VendorError] = {}
    for fob in wanted:
        wrong = {
            "a fob needs a key and a name": not fob.key.strip() or not fob.name.strip(),
            "a card number must be digits": not _digits(fob.card_number),
            "another fob of this list has the same key or card number": keys[fob.key] > 1
            or cards[fob.card_number] > 1,
        }
        if reasons := [reason for reason, applies in wrong.items() if applies]:
            refused[fob.key] = Refused("; ".join(reasons))
    return refused


def _new(fob: NewFob) -> dict[str, Any]:
    """No dates: without a user a fob opens nothing, and each loan brings both."""
    number = {"card_num": fob.card_number, "access_effective": "", "access_expires": ""}
    return {"name": fob.name, "id_num": fob.key, **number}


def _made(key: str, end: Any) -> Made:
    return Made(key, error=end) if isinstance(end, VendorError) else Made(key, record=end)


def _loan(
    fob_ref: str, user_ref: str, starts_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> tuple[dict[str, Any], Span]:
    aware = starts_at.tzinfo is not None and ends_at.tzinfo is not None
    wrong = {
        "a fob's and a user's id must be digits": not (_digits(fob_ref) and _digits(user_ref)),
        "the window must have a zone and end after it starts": not aware or ends_at <= starts_at,
    }
    if reasons := [reason for reason, applies in wrong.items() if applies]:
        raise Refused("; ".join(reasons))
    window = span(starts_at, ends_at, zone)
    dates = {"access_effective": window.starts.text, "access_expires": window.ends.text}
    return {"id": int(fob_ref), "user_id": int(user_ref), **dates}, window


def _holds(fob: FobRecord, user_ref: str) -> bool | None:
    return fob.holder_ref == user_ref if fob.holder_ref else None


def _unlisted(said: Written, fob_ref: str) -> VendorError:
    """A fob that the list does not show: not there when the write was turned down as well, else silence."""
    if said.trouble:
        return said.trouble
    if said.rows or said.failed or said.overlooked:
        return Missing(f"the vendor lists no fob {fob_ref}")
    return Unavailable(f"the vendor accepted it, but its list does not show fob {fob_ref}")


def _judge(said: Written, *, holder: bool | None) -> None:
    """Raise why the vendor cannot have done it; only a read that names the holder outweighs its words."""
    if said.rows:
        raise Refused(said.rows[0].text)
    if holder is False:
        raise Refused("reading back shows somebody else with the fob")
    if holder:
        return
    if said.trouble:
        raise said.trouble
    if said.failed:
        raise Refused("the vendor refused it and did not say why")
    if said.overlooked:
        raise Refused("the vendor ignored it: neither inserted nor updated, and no error")


def _astray(window: Span, fob: FobRecord) -> VendorError:
    if shift := window.shift(fob.starts_at, fob.ends_at):
        hours = shift.total_seconds() / 3600
        return Misconfigured(
            f"the account's time zone is wrong: what was written reads back {hours:+g} h off"
        )
    return Refused("reading back differs in the window")


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
