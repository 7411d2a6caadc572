"""What a booking source tells staff beside what is mirrored: free times, stock, opening times, occasions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Protocol, runtime_checkable

from integrations.types.common import Listing, Raw
from integrations.types.desk import FreeQuery, PlaceDetail, StockRecord

Slots = Mapping[date, Sequence[tuple[time, time]]]


@dataclass(frozen=True, slots=True)
class FieldRecord:
    """A custom field of bookings, by which free resources can be chosen; `options` where it has a choice."""

    ref: str
    name: str
    kind: str = ""  # in the vendor's words
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OccasionRecord:
    """Something that takes place and is announced; days and times are on the account's own clock.

    `booking_refs` and `documents` are told only where one is asked for.
    """

    ref: str
    title: str
    first: date
    last: date
    opens: time | None = None
    closes: time | None = None
    entrance: time | None = None
    booking_refs: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    raw: Raw = field(default_factory=dict)


class Catalogue(Protocol):
    """Reads that nothing is mirrored from: they are shown as they are now."""

    def free(self, query: FreeQuery) -> Mapping[str, Slots]:
        """Free times by resource and day."""

    def place(self, ref: str) -> PlaceDetail | None:
        """When a resource is open; None when there is none."""

    def stock(self) -> Listing:
        """All things and services as `StockRecord`s."""

    def booked_along(self, ref: str) -> tuple[StockRecord, ...] | None:
        """What a booking has with it; None when there is no such booking."""

    def fields(self) -> Listing:
        """The custom fields as `FieldRecord`s."""

    def owner(self) -> Mapping[str, str]:
        """Whose account it is: what its page says, by the vendor's names."""

    def occasions(self, first: date, last: date) -> Listing:
        """What takes place from day to day, as `OccasionRecord`s."""

    def occasion(self, ref: str) -> OccasionRecord | None:
        """One of them with its bookings and documents, or None."""


@runtime_checkable
class WithCatalogue(Protocol):
    """A booking source that has a catalogue."""

    @property
    def catalogue(self) -> Catalogue:
        """Its further reads."""
