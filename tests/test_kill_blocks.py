"""Kill the worker at every step of moving and removing a block: it is where it must be, once, or nowhere."""

from __future__ import annotations

import pytest

from backoffice import tasks
from backoffice.flow import channels as step
from backoffice.models import Block, Booking, VendorAccount
from tests.story.channels import Channels, channels
from tests.story.conftest import berlin
from tests.test_kill import killed

__all__ = ["channels"]

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = "2026-03-10"
ROW = "before the row is written"
REMOVING = {
    "lockme": ("before unblock", "after unblock", "before delete", "after delete", ROW),
    "halls": ("before unblock", "after unblock", "before save_booking", "after save_booking", ROW),
    "calendars": ("before delete", "after delete", ROW),
}
MOVING = {
    "lockme": ("before block", "after block", "before add", "after add", *REMOVING["lockme"]),
    "halls": ("before block", "after block", "before save_booking", "after save_booking", ROW),
    "calendars": ("before replace", "after replace", ROW),
}
REMOVALS = [(slug, one) for slug, steps in REMOVING.items() for one in steps]
MOVES = [(slug, one) for slug, steps in MOVING.items() for one in steps]


def sold(channels: Channels, slug: str) -> int:
    """A booking elsewhere that is blocked at an account and in the calendar; its number."""
    channels.offer("14:00", "16:30")
    if source_of(slug) == "halls":
        span = (berlin("14:00", NEXT), berlin("15:00", NEXT))
        number = channels.locaboo.book(90, *span, customer_id=4711)
    else:
        number = channels.lockme.book(1398, NEXT, "14:00:00", source="panel", name="Ida")
        channels.lockme.pay(number)
    channels.sync()
    channels.later(minutes=5)
    return int(number)


def source_of(slug: str) -> str:
    """Where it was booked that an account is blocked."""
    return "halls" if slug == "lockme" else "lockme"


def gone(channels: Channels, number: int) -> None:
    if number in channels.locaboo.store.bookings:
        channels.locaboo.cancel(number)
    else:
        channels.lockme.cancel(number)


def moved(channels: Channels, number: int) -> None:
    """From two to half past four."""
    if number in channels.locaboo.store.bookings:
        (one,) = channels.locaboo.instances(number)
        channels.locaboo.move(number, one, berlin("16:30", NEXT), berlin("17:30", NEXT))
    else:
        channels.lockme.move(number, None, NEXT, "16:30:00")


def dies(channels: Channels, slug: str, at: str) -> None:
    """What changed is read and planned, and the worker that carries it out at the account dies."""
    tasks.refresh(VendorAccount.objects.get(slug=source_of(slug)), full=True)
    step.plan(channels.server.vendors.clock.now())
    account = VendorAccount.objects.get(slug=slug)
    killed(at, account, channels.server.vendors.clock.now(), "blocks")
    for _ in range(2):
        channels.later(minutes=1)
        channels.sync()


def ours(channels: Channels) -> dict[str, list[str]]:
    """When our blocks begin at each of the three."""
    games = [row["hour"][:5] for row in channels.lockme.store.reservations.values() if row["extid"]]
    halls = [row for row in channels.locaboo.state()["bookings"] if "[lkb" in row["title"]]
    return {
        "lockme": games,
        "halls": [row["from"][11:] for row in halls if row["status"] == "Live"],
        "calendars": [event["start"]["dateTime"][11:16] for event in channels.events()],
    }


@pytest.mark.parametrize(("slug", "at"), REMOVALS)
def test_a_killed_worker_leaves_no_block_of_what_was_cancelled(
    channels: Channels, slug: str, at: str
) -> None:
    gone(channels, sold(channels, slug))
    dies(channels, slug, at)
    assert ours(channels) == {"lockme": [], "halls": [], "calendars": []}
    assert not Block.objects.exclude(state="removed").exists()
    assert not Booking.objects.filter(gone_at=None, echo_of=None).exists()


@pytest.mark.parametrize(("slug", "at"), MOVES)
def test_a_killed_worker_leaves_one_block_where_the_booking_went(
    channels: Channels, slug: str, at: str
) -> None:
    moved(channels, sold(channels, slug))
    dies(channels, slug, at)
    other = source_of(slug)
    assert ours(channels) == {"lockme": ["16:30"], "halls": ["16:30"], "calendars": ["16:30"]} | {other: []}
    assert {block.state for block in channels.blocks()} <= {"active", "removed"}
    assert Booking.objects.filter(gone_at=None, echo_of=None).count() == 1
