"""A time taken at a booking source because another channel sold it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from integrations.types.desk import Written


@dataclass(frozen=True, slots=True)
class BlockOrder:
    """A time to be taken, or given back. `key` is ours and never changes; `ref` is the source's, once known.

    `ends_at` is not told to a source that sells slots; `text` is what its people read, without a guest.
    `seen_at` is the thing sold at which it was seen last, which people may have changed. `between` is where
    to look for one that was asked for before, maybe for another time, and whose answer was lost.
    """

    key: str
    resource_ref: str
    starts_at: datetime
    ends_at: datetime
    text: str
    ref: str = ""
    seen_at: str = ""
    between: tuple[datetime, datetime] | None = None


@runtime_checkable
class BlockDesk(Protocol):
    """A booking source whose times can be taken for another channel.

    Every write is sent once and looked at after. It raises Unavailable or Garbled when nobody knows whether
    it was done; asking again with the same key is safe.
    """

    def block(self, order: BlockOrder) -> Written:
        """Take the time; REFUSED when somebody has it. Taking it twice takes it once."""

    def unblock(self, order: BlockOrder) -> Written:
        """Give the time back; DONE also when it is not there any more."""

    def cancel_booking(self, resource_ref: str, ref: str) -> Written:
        """Cancel somebody's booking; REFUSED in words where the source does not allow it."""

    def move_booking(self, resource_ref: str, ref: str, starts_at: datetime, ends_at: datetime) -> Written:
        """Move somebody's booking; REFUSED in words where the source does not allow it."""


@runtime_checkable
class SlotSource(Protocol):
    """A booking source that sells hours which are fixed beforehand."""

    def offered(self, resource_ref: str, day: date) -> tuple[datetime, ...]:
        """When games may start on a day of the resource's own calendar, in UTC."""
