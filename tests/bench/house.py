"""A house that has been open for years: mostly what is over, a busy month ahead, every kind of row.

Written straight into the tables, by the machine's clock, and then settled: all that follows is done, so that
the next pass has nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import override_settings

from backoffice.clock import now as machine_time
from backoffice.models import (
    AccessLevel,
    Booking,
    CalendarEvent,
    CalendarPairing,
    CalendarReading,
    Customer,
    Door,
    Fob,
    Mode,
    Occurrence,
    PathStep,
    Resource,
    Room,
    VendorAccount,
    Venue,
    hook_digest,
)
from integrations.types import BookingStatus, Method
from tests.bench.settled import let_in, settle

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = 18 * HOUR  # a room is booked so often
SHIFT = 2 * HOUR  # and the next room so much later
SECRETS: dict[str, Any] = {
    "client_id": "1",
    "client_secret": "s",
    "redirect_uri": "https://localhost/",
    "token": {"access_token": "t"},
    "api_secret_key": "k",
    "apiuser": "u",
    "apikey": "k",
    "api_key": "k",
    "token_uri": "https://localhost/",
    "refresh_token": "r",
}
VENDORS = {
    "shop": "lockme",
    "hall": "locaboo",
    "best": "lockt",
    "kit": "codelocks",
    "paper": "google_calendar",
}
DURATIONS = [[n, n, 0] for n in range(1, 13)]


@dataclass(frozen=True, slots=True)
class Size:
    """How big a house is. Of the bookings that are over a tenth let somebody in."""

    past: int = 97_000
    coming: int = 3_000
    rooms: int = 40
    codes: int = 2_000
    calendars: int = 20
    events: int = 5_000
    writing: int = 7  # calendars that our bookings are written to
    fobs: int = 200
    clashes: int = 50
    runs: int = 2_000  # readings of each account


class House:
    """The rows of a house, in order of what needs what."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.now = machine_time().replace(microsecond=0)
        self.accounts = {slug: self._account(slug, vendor) for slug, vendor in VENDORS.items()}
        self.venue = Venue.objects.create(slug="centre", name="Centre")

    def build(self) -> House:
        """Everything, and all that follows of it."""
        self._rooms()
        self._coming()
        self._past()
        self._calendars()
        _analyze()
        settle(self.now, self.size.codes, self.size.runs)
        _analyze()
        return self

    def _account(self, slug: str, vendor: str) -> VendorAccount:
        token = f"token of {slug}"
        return VendorAccount.objects.create(
            slug=slug,
            vendor=vendor,
            base_url="http://127.0.0.1:1/",
            timezone="Europe/Berlin",
            hook_token=token,
            hook_digest=hook_digest(token),
            secrets=SECRETS,
            options={"netcode_quota": 100_000},
        )

    # --------------------------------------------------------------------------------- rooms and doors

    def _rooms(self) -> None:
        size, best = self.size, self.accounts["best"]
        fronts = [self._netcode_door(f"Front {n}") for n in range(max(1, size.rooms // 4))]
        self.rooms = Room.objects.bulk_create(
            Room(venue=self.venue, slug=f"room-{n}", name=f"Room {n}") for n in range(size.rooms)
        )
        doors = [self._door(n) for n in range(size.rooms)]
        PathStep.objects.bulk_create(
            PathStep(room=room, door=door, position=position)
            for n, room in enumerate(self.rooms)
            for position, door in enumerate((fronts[n % len(fronts)], doors[n]), 1)
        )
        self.places = Resource.objects.bulk_create(
            Resource(
                account=self.accounts["hall" if n % 4 else "shop"],
                ref=str(n),
                title=f"Place {n}",
                room=room,
                session_minutes=60,
            )
            for n, room in enumerate(self.rooms)
        )
        self.nowhere = Resource.objects.create(account=self.accounts["hall"], ref="nowhere", title="Attic")
        Fob.objects.bulk_create(
            Fob(account=best, ref=str(n), name=f"Fob {n}", card_number=str(n)) for n in range(size.fobs)
        )

    def _door(self, n: int) -> Door:
        if n % 2:
            return self._netcode_door(f"Door {n}")
        best = self.accounts["best"]
        AccessLevel.objects.create(account=best, ref=str(n), name=f"Level {n}", door_refs=[str(n)])
        method = Method.FOB if n % 8 == 0 else Method.CARD
        return Door.objects.create(
            account=best, ref=str(n), name=f"Door {n}", slug=f"door-{n}", venue=self.venue, method=method
        )

    def _netcode_door(self, name: str) -> Door:
        number = f"{Door.objects.count():06}"
        lock = {"model": "KL1060", "timecode": "202511161623", "identifier": number, "clock": "UTC"}
        return Door.objects.create(
            account=self.accounts["kit"],
            ref=f"202511161623/{number}",
            name=name,
            slug=name.lower().replace(" ", "-"),
            venue=self.venue,
            method=Method.NETCODE,
            lock=lock,
        )

    # ------------------------------------------------------------------------------------------ bookings

    def _coming(self) -> None:
        size, first = self.size, self.now.replace(minute=0, second=0) + 2 * HOUR
        spans = [
            (self.places[n % size.rooms], first + n // size.rooms * EVERY + n % size.rooms % 9 * SHIFT)
            for n in range(size.coming - size.clashes)
        ]
        spans += spans[len(spans) // 3 :][: size.clashes]  # the same room at the same time again
        self._book("c", spans)

    def _past(self) -> None:
        size, last = self.size, self.now - 10 * DAY
        for begin in range(0, size.past, 10_000):
            numbers = range(begin, min(size.past, begin + 10_000))
            places = [self.nowhere if n % 2 else self.places[n % size.rooms] for n in numbers]
            spans = [
                (place, last - n // 150 * DAY - n % 10 * HOUR)
                for n, place in zip(numbers, places, strict=True)
            ]
            let_in(self._book(f"p{begin}-", spans)[::10], self.now)

    def _book(self, prefix: str, spans: list[tuple[Resource, datetime]]) -> list[Occurrence]:
        people = Customer.objects.bulk_create(
            Customer(
                account_id=place.account_id,
                ref=f"{prefix}{n}",
                name=f"Guest {prefix}{n}",
                email=f"{prefix}{n}@example.test",
                phone=f"+49 30 {n:07}",
                email_fingerprint=f"{prefix}{n}",
            )
            for n, (place, _) in enumerate(spans)
        )
        bookings = Booking.objects.bulk_create(
            Booking(
                account_id=guest.account_id,
                ref=guest.ref,
                customer=guest,
                status=BookingStatus.CONFIRMED,
                status_text="confirmed",
                title=f"Party of {guest.ref}",
                raw={"text": "what a source tells of a booking " * 8},
                first_seen_at=self.now - DAY,
                changed_at=self.now - DAY,
            )
            for guest in people
        )
        return Occurrence.objects.bulk_create(
            Occurrence(booking=booking, resource=place, starts_at=starts_at, ends_at=starts_at + HOUR)
            for booking, (place, starts_at) in zip(bookings, spans, strict=True)
        )

    # ----------------------------------------------------------------------------------------- calendars

    def _calendars(self) -> None:
        size, paper = self.size, self.accounts["paper"]
        each = size.events // max(1, size.calendars)
        for n, room in enumerate(self.rooms[: size.calendars]):
            ref = f"{n}@calendar"
            mode = Mode.BIDIRECTIONAL if n < size.writing else Mode.FROM_CALENDAR
            CalendarPairing.objects.create(
                room=room, account=paper, ref=ref, title=ref, mode=mode, activated_at=self.now - DAY
            )
            reading = CalendarReading.objects.create(account=paper, ref=ref, title=ref, whole_at=self.now)
            CalendarEvent.objects.bulk_create(self._event(reading, n, place, each) for place in range(each))
        if self.rooms[size.calendars :]:
            self._blocked_elsewhere(self.rooms[size.calendars])

    def _event(self, reading: CalendarReading, n: int, place: int, each: int) -> CalendarEvent:
        """Half of them are over; none meets a booking, for those begin at full hours and last one."""
        starts_at = self.now.replace(minute=0, second=0) + 3 * HOUR + (place - each // 2) * EVERY
        return CalendarEvent(
            calendar=reading,
            ref=f"event{n}-{place}",
            summary=f"Event {place}",
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            seen_at=self.now,
        )

    def _blocked_elsewhere(self, room: Room) -> None:
        """A room that is sold a second time, where its bookings are blocked."""
        Resource.objects.create(account=self.accounts["hall"], ref="again", title="Again", room=room)
        Room.objects.filter(pk=room.pk).update(block_on=["hall"])


def _analyze() -> None:
    """What PostgreSQL's own housekeeping does within minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def built(size: Size) -> Iterator[House]:
    """A house, taken down again; its mails go nowhere."""
    try:
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
            yield House(size).build()
    finally:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        ours = ", ".join(name for name in tables if name.startswith("backoffice_"))
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {ours} CASCADE")
