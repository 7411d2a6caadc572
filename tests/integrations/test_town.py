"""The demo's town: who is in whose way is there on purpose, on whatever day it is built."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from integrations.sandbox import clubs, town
from integrations.sandbox.lockme.store import starts_at
from integrations.sandbox.server import Vendors
from integrations.sandbox.wire import Clock

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("day", [1, 7, 13, 22, 28])
def test_the_laboratory_is_sold_twice_once(day: int) -> None:
    vendors = Vendors(Clock(datetime(2026, 3, day, 8, 0, tzinfo=UTC)))
    town.build(vendors)
    games = [
        starts_at(game, vendors.lockme.zone)
        for game in vendors.lockme.store.reservations.values()
        if game["roomid"] == 1398
    ]
    rows = [row for row in vendors.locaboo.state()["bookings"] if row["resource"] == "Labor"]
    spans = [[_aware(row[end]) for end in ("from", "to")] for row in rows]
    both = [game for game in games for begin, end in spans if begin < game + HOUR and end > game]
    assert len(both) == 1


@pytest.mark.parametrize("day", [1, 7, 13, 22, 28])
def test_the_choir_has_the_ballroom_to_itself(day: int) -> None:
    vendors = Vendors(Clock(datetime(2026, 3, day, 8, 0, tzinfo=UTC)))
    town.build(vendors)
    rows = [row for row in vendors.locaboo.state()["bookings"] if row["resource"] == "Ballsaal"]
    spans = sorted((row["from"], row["to"]) for row in rows)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_no_guest_moves_or_cancels_what_stands_at_the_shop_for_another_channel() -> None:
    vendors = Vendors(Clock(datetime(2026, 3, 7, 8, 0, tzinfo=UTC)))
    vendors.lockme.add_room(1398, "Laboratory")
    vendors.lockme.book(1398, "2026-03-07", "18:00", source="api")
    guest = vendors.lockme.book(1398, "2026-03-07", "20:00", source="web")
    assert list(town._upcoming(vendors, HOUR, 24 * HOUR)) == [guest]


def test_each_club_has_the_studio_for_an_afternoon_of_the_coming_days_by_itself() -> None:
    vendors = Vendors(Clock(datetime(2026, 3, 7, 23, 30, tzinfo=UTC)))  # already the 8th there
    town.build(vendors)
    rows = [row for row in vendors.locaboo.state()["bookings"] if row["resource"] == "Studio"]
    days = [f"2026-03-{8 + n:02}" for n in range(1, 7)]
    assert [row["from"] for row in rows if row["from"][:10] in days] == [f"{day} 16:00" for day in days]


def test_who_wants_a_key_accepts_it_and_who_does_not_never_does() -> None:
    vendors = Vendors(Clock(datetime(2026, 3, 7, 8, 0, tzinfo=UTC)))
    clubs.furnish(vendors)
    account, lock = vendors.codelocks.account, vendors.codelocks.locks[clubs.STAIRS]
    for club in ("Robotik AG", clubs.SILENT):
        account.invite(lock, clubs.address(club), "STANDARD", {})
    assert clubs.accept(vendors).endswith(": Robotik AG")
    assert [client.status for client in account.clients.values()] == ["ACTIVE", "INVITED"]
    assert clubs.accept(vendors) == ""


def test_all_clubs_but_one_have_the_app() -> None:
    vendors = Vendors()
    clubs.furnish(vendors)
    clubs.furnish(vendors)
    everybody = {clubs.address(club) for club in clubs.CLUBS.values()}
    assert everybody - vendors.codelocks.account.users == {clubs.address(clubs.WITHOUT)}


def _aware(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=town.HOME)
