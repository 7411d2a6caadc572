"""The row-by-row loop that the mirror is measured against."""

from __future__ import annotations

import time
from collections.abc import Iterator

from backoffice.models import Booking, Customer, Occurrence, VendorAccount
from integrations.types import BookingRecord
from tests.bench.hall import NOW, Hall

SAID = (
    "status_text",
    "title",
    "external_ref",
    "channel",
    "language",
    "people",
    "price",
    "booked_text",
    "raw",
)
TIMES = ("starts_at", "ends_at", "starts_text", "ends_text")


class Loop:
    """`update_or_create` of each booking and each occurrence, each of them once."""

    def __init__(self, account: VendorAccount, hall: Hall, most: int) -> None:
        self._account = account
        self._hall = hall
        self._most = most
        self._places = dict(account.resources.values_list("ref", "pk"))
        self._people = dict(self._customers())

    def run(self) -> float:
        """Seconds for as many occurrences as the hall has, measured on the first `most` of them."""
        done, seconds = 0, 0.0
        for records in self._days():
            if done >= self._most:
                break
            began = time.perf_counter()
            done += sum(self._save(record) for record in records)
            seconds += time.perf_counter() - began
        return seconds * self._hall.occurrences / done

    def _customers(self) -> Iterator[tuple[str, int]]:
        """Who books: they take no time, for they are few."""
        for one in self._hall.customers().records:
            row, _ = Customer.objects.get_or_create(
                account=self._account, ref=one.ref, defaults={"name": one.name}
            )
            yield one.ref, row.pk

    def _days(self) -> Iterator[list[BookingRecord]]:
        """The bookings that begin on each day: so none of them is told twice."""
        return (self._hall.begun(day) for day in range(self._hall.days))

    def _save(self, record: BookingRecord) -> int:
        booking, _ = Booking.objects.update_or_create(
            account=self._account,
            ref=record.ref,
            defaults=(said := self._said(record)),
            create_defaults={**said, "first_seen_at": NOW},
        )
        for each in record.occurrences:
            times = {name: getattr(each, name) for name in TIMES}
            place = self._places[each.resource_ref]
            Occurrence.objects.update_or_create(
                booking=booking,
                ref=each.ref,
                gone_at=None,
                defaults={**times, "resource_id": place, "missing_since": None},
            )
        return len(record.occurrences)

    def _said(self, record: BookingRecord) -> dict[str, object]:
        return {
            **{name: getattr(record, name) for name in SAID},
            "status": str(record.status),
            "customer_id": self._people.get(record.customer_ref),
            "changed_at": NOW,
            "gone_at": None,
        }
