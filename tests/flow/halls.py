"""A town hall at the sandbox Locaboo, mirrored, for what staff have done there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from backoffice import accounts
from backoffice.flow import mirror
from backoffice.models import Booking, Customer, Resource, VendorAccount
from backoffice.word import Word
from integrations.types import AddOrder, Once
from tests.factories import NOW, LocabooFactory, UserFactory

BERLIN = ZoneInfo("Europe/Berlin")
KEY = {"api_secret_key": "sandbox-locaboo-0123456789abcdef"}


@dataclass
class TownHall:
    """The account, the stand-in behind it, and what a test asks of both."""

    account: VendorAccount
    shop: Any  # the sandbox

    def read(self) -> None:
        """Mirror all of it."""
        mirror.refresh_bookings(self.account, accounts.booking_source(self.account), NOW, full=True)

    def resource(self, ref: str = "71") -> Resource:
        return Resource.objects.get(account=self.account, ref=ref)

    def booked(self, starts: str, ends: str, resource: int = 71, customer: int = 4711) -> Booking:
        """A booking that somebody made at the source, mirrored."""
        ref = self.shop.book(resource, f"2026-03-{starts}", f"2026-03-{ends}", customer)
        self.read()
        return Booking.objects.get(account=self.account, ref=str(ref))

    def customer(self) -> Customer:
        return Customer.objects.get(account=self.account, ref="4711")

    def asked(self, match: str) -> int:
        """How often the source was asked for this."""
        return len(self.shop.calls(match))


def town_hall(sandbox: Any) -> TownHall:
    """Halle with two thirds, a room of its own, and one customer."""
    shop = sandbox.vendors.locaboo
    shop.add_resource(70, "Halle", {71: "Drittel 1", 72: "Drittel 2"})
    shop.add_resource(80, "Ballsaal")
    shop.add_customer("Emil", "Vogel", "emil@example.test", "TSV Nordufer", id=4711)
    account = LocabooFactory(base_url=f"{sandbox.url}/locaboo", secrets=KEY)
    hall = TownHall(account, shop)
    hall.read()
    return hall


def at(text: str) -> datetime:
    """10 18:00 of March 2026 in Berlin."""
    return datetime.strptime(f"2026-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def once(starts: str = "10 18:00", ends: str = "10 20:00", **more: Any) -> AddOrder:
    """An order of the first third."""
    return AddOrder("70", Once(at(starts), at(ends)), parts={"70": ["71"]}, **more)


def word(reason: str = "the guest asked at the desk") -> Word:
    return Word(UserFactory(), reason, NOW)
