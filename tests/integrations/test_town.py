"""The demo's town: who is in whose way is there on purpose, on whatever day it is built."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from integrations.sandbox import town
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


def _aware(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=town.HOME)
