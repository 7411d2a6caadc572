"""Bookings as they are to be written: ends worked out, resources and customers found, digests made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from backoffice.flow.mirror import digests
from backoffice.flow.mirror.digests import Span
from backoffice.flow.mirror.places import Place, customers, places, refresh_resources
from backoffice.flow.mirror.runs import Run
from integrations.types import BookingRecord, BookingSource, OccurrenceRecord, Rejected

LONGEST_REF = 100


@dataclass(slots=True)
class Draft:
    """A booking with its spans; `bad` are occurrences that cannot be written and so may not be missed."""

    record: BookingRecord
    spans: tuple[Span, ...]
    digest: str
    customer: int | None
    bad: list[Rejected]


@dataclass(slots=True)
class Desk:
    """Where drafts are made: the account's resources and customers as they are known in this run."""

    run: Run
    source: BookingSource
    places: dict[str, Place] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    _asked: bool = False

    def learn(self) -> None:
        """Read from the database what bookings refer to."""
        self.places = places(self.run.account)
        self.customers = customers(self.run.account)

    def writable(self, records: Iterable[BookingRecord]) -> dict[str, BookingRecord]:
        """The bookings that have a usable ref, by it.

        A resource that nobody knows makes the source be asked for its list, once.
        """
        found = {record.ref: record for record in records if self._writable(record)}
        used = {each.resource_ref for record in found.values() for each in record.occurrences}
        if used - self.places.keys() and not self._asked:
            self._asked = True
            refresh_resources(self.run, self.source)
            self.learn()
        return found

    def digest(self, record: BookingRecord) -> str:
        """The digest that the booking's draft would have, without the draft: most bookings need none."""
        try:
            return digests.of_booking(record, self._spans(record), self._customer(record))
        except (KeyError, ValueError):
            return digests.LOOK

    def drafts(self, records: Iterable[BookingRecord]) -> Iterator[Draft]:
        """Drafts of writable bookings, made as they are asked for; what is wrong with them is noted."""
        for record in records:
            draft = self._draft(record)
            self.run.reject(draft.bad)
            yield draft

    def _writable(self, record: BookingRecord) -> bool:
        if 0 < len(record.ref) <= LONGEST_REF:
            return True
        self.run.reject([Rejected("booking", record.ref, "its id is empty or too long", record.raw)])
        return False

    def _draft(self, record: BookingRecord) -> Draft:
        bad: list[Rejected] = []
        try:
            spans = tuple(self._spans(record))
        except (KeyError, ValueError):
            spans, bad = self._sorted_out(record)
        customer = self._customer(record)
        digest = digests.LOOK if bad else digests.of_booking(record, spans, customer)
        return Draft(record, spans, digest, customer, bad)

    def _customer(self, record: BookingRecord) -> int | None:
        return self.customers.get(record.customer_ref) if record.customer_ref else None

    def _spans(self, record: BookingRecord) -> Iterator[Span]:
        """The spans; KeyError or ValueError when one of them cannot be written."""
        refs = set()
        for each in record.occurrences:
            place = self.places[each.resource_ref]
            ends_at = each.ends_at or self._end(each.starts_at, place.minutes)
            if ends_at <= each.starts_at:
                raise ValueError("it ends before it starts")
            if each.ref in refs or len(each.ref) > LONGEST_REF:
                raise ValueError("its id occurs twice in the booking, or is too long")
            refs.add(each.ref)
            yield Span(
                each.ref, place.pk, each.starts_at, ends_at, each.starts_text[:40], each.ends_text[:40]
            )

    def _end(self, starts_at: datetime, minutes: int) -> datetime:
        """The end of a session, counted from the second of two hours that the start may mean."""
        zone = ZoneInfo(self.run.account.timezone)
        second = starts_at.astimezone(zone).replace(fold=1).astimezone(UTC)
        return max(starts_at, second) + timedelta(minutes=minutes)

    def _sorted_out(self, record: BookingRecord) -> tuple[tuple[Span, ...], list[Rejected]]:
        """The spans that can be written, one by one, and what is wrong with the others."""
        good: list[OccurrenceRecord] = []
        bad: list[Rejected] = []
        for each in record.occurrences:
            try:
                list(self._spans(replace(record, occurrences=(*good, each))))
                good.append(each)
            except KeyError:
                bad.append(
                    _rejected(record, each, f"resource {each.resource_ref} is not in the source's list")
                )
            except ValueError as error:
                bad.append(_rejected(record, each, str(error)))
        return tuple(self._spans(replace(record, occurrences=tuple(good)))), bad


def _rejected(record: BookingRecord, each: OccurrenceRecord, reason: str) -> Rejected:
    raw = {"resource": each.resource_ref, "from": each.starts_text, "to": each.ends_text}
    return Rejected("occurrence", f"{record.ref}/{each.ref}", reason, raw)
