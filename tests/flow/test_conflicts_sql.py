"""What the one statement finds, against pairs compared one by one; and that it asks an index."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from itertools import combinations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.flow.conflicts import Detected, detect
from backoffice.flow.conflicts.detect import KEEP, parameters
from backoffice.models import AccessGrant, Booking, Conflict, Occurrence
from tests.factories import (
    HOUR,
    NOW,
    START,
    AccountFactory,
    BookingFactory,
    DoorFactory,
    OccurrenceFactory,
    ResourceFactory,
    RoomFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db
TREE = {0: None, 1: 0, 2: 0, 3: 1, 4: None}  # a hall, its halves, a part of one half, another room
STATUSES = ("confirmed", "pending", "unknown", "block", "cancelled")


def above(room):
    return {room} if TREE[room] is None else {room} | above(TREE[room])


def one_room(a, b):
    return a in above(b) or b in above(a)


stays = st.lists(
    st.fixed_dictionaries(
        {
            "room": st.sampled_from(list(TREE)),
            "start": st.integers(-3, 6),
            "hours": st.integers(1, 4),
            "status": st.sampled_from(STATUSES),
            "number": st.sampled_from(["", "", "", "A"]),
            "gone": st.sampled_from([False, False, False, True]),
            "booking": st.integers(0, 5),
        }
    ),
    max_size=8,
)


def clash(a, b):
    """The rule in Python, for two stays; the number and status are those of the booking's first stay."""
    return (
        a["booking"] != b["booking"]
        and not (a["gone"] or b["gone"])
        and "cancelled" not in (a["status"], b["status"])
        and {a["status"], b["status"]} != {"block"}
        and (not a["number"] or a["number"] != b["number"])
        and one_room(a["room"], b["room"])
        and both(a, b)[0] < both(a, b)[1]
    )


def both(a, b):
    """From when to when two stays both are, in hours from now."""
    return max(a["start"], b["start"]), min(a["start"] + a["hours"], b["start"] + b["hours"])


def merged(spans):
    """Spans that touch as one; those that are over left out."""
    found = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return [(start, end) for start, end in found if end > 0]


def same_for_a_booking(given_stays):
    first = {}
    for stay in given_stays:
        head = first.setdefault(stay["booking"], stay)
        yield {**stay, "status": head["status"], "number": head["number"]}


@given(stays)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_finds_the_pairs_that_a_comparison_one_by_one_finds(given_stays):
    Occurrence.objects.all().delete()
    Booking.objects.all().delete()
    wanted = list(same_for_a_booking(given_stays))
    bookings = written(wanted)
    spans = defaultdict(list)
    for one, other in combinations(wanted, 2):
        if clash(one, other):
            spans[frozenset((bookings[one["booking"]], bookings[other["booking"]]))].append(both(one, other))
    detect(NOW)
    found = Conflict.objects.filter(closed_at=None, kind="room")
    assert {
        (frozenset((row.first.booking_id, row.second.booking_id)), row.starts_at, row.ends_at)
        for row in found
    } == {
        (pair, NOW + start * HOUR, NOW + end * HOUR)
        for pair, told in spans.items()
        for start, end in merged(told)
    }
    assert detect(NOW) == Detected()


def written(wanted):
    venue, account = VenueFactory(), AccountFactory()
    rooms = {}
    for name, whole in TREE.items():
        rooms[name] = RoomFactory(venue=venue, part_of=rooms[whole] if whole is not None else None)
    sold = {name: ResourceFactory(account=account, room=room) for name, room in rooms.items()}
    bookings = {
        stay["booking"]: BookingFactory(account=account, status=stay["status"], external_ref=stay["number"])
        for stay in wanted
    }
    for n, stay in enumerate(wanted):
        OccurrenceFactory(
            booking=bookings[stay["booking"]],
            resource=sold[stay["room"]],
            ref=str(n),
            starts_at=NOW + stay["start"] * HOUR,
            ends_at=NOW + (stay["start"] + stay["hours"]) * HOUR,
            gone_at=NOW if stay["gone"] else None,
        )
    return {name: booking.pk for name, booking in bookings.items()}


def test_the_partners_of_a_booking_are_looked_up_in_an_index():
    lab, hours = ResourceFactory(), [START + n * HOUR for n in range(2000)]
    bookings = Booking.objects.bulk_create(
        Booking(account=lab.account, ref=str(n), status="confirmed", first_seen_at=NOW, changed_at=NOW)
        for n in range(2000)
    )
    stays = Occurrence.objects.bulk_create(
        Occurrence(booking=booking, resource=lab, starts_at=start, ends_at=start + 1.1 * HOUR)
        for start, booking in zip(hours, bookings, strict=True)
    )
    door = DoorFactory()
    AccessGrant.objects.bulk_create(
        AccessGrant(
            occurrence=stay, door=door, starts_at=stay.starts_at, ends_at=stay.ends_at, decided_at=NOW
        )
        for stay in stays
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE backoffice_occurrence, backoffice_accessgrant")
        cursor.execute(f"EXPLAIN {KEEP}", parameters(NOW))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert re.search(r"Index Scan (using|on) occurrence_span", plan)
    assert re.search(r"Index Scan (using|on) grant_window", plan)
    assert not re.search(r"Seq Scan on \w+ near", plan)
    assert detect(NOW).opened == 1999


def test_a_year_of_touching_hours_is_no_conflict():
    lab = ResourceFactory()
    for n in range(20):
        OccurrenceFactory(booking__account=lab.account, resource=lab, starts_at=START + n * HOUR)
    assert detect(NOW) == detect(NOW + timedelta(hours=30))
    assert not Conflict.objects.exists()
