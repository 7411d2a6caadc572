from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.flow.window import Cover, Grid, Limits, Refusal, cover, measure, zone_of
from integrations.types import Duration

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
WIDE = Limits(10_000, 10_000)
CLOCKS = [
    "UTC",
    "+01:00",
    "+05:30",
    "-08:00",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "Antarctica/Troll",
]
# around both changes of the clocks above, and a plain day
DAYS = ["2026-03-08", "2026-03-28", "2026-04-04", "2026-07-10", "2026-10-03", "2026-10-24", "2026-10-31"]


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def wall(text):
    return datetime.fromisoformat(text)


def asked(found):
    return [(f"{piece.start_local:%m-%d %H:%M}", piece.duration.id) for piece in found.pieces]


def opens(piece, clock, instant):
    """What a lock does, said independently: its clock without a zone, and nothing else."""
    wall = instant.astimezone(zone_of(clock)).replace(tzinfo=None)
    span = timedelta(hours=piece.duration.hours, days=piece.duration.days)
    return piece.start_local <= wall < piece.start_local + span


def opened(found, clock, first, last):
    """The minutes between two instants in which any of the codes opens."""
    count = int((last - first) / MINUTE)
    minutes = (first + n * MINUTE for n in range(count))
    return [minute for minute in minutes if any(opens(piece, clock, minute) for piece in found.pieces)]


# ------------------------------------------------------------------------------ the vendor page's worked plan

WORKED = [
    ("2026-03-10 14:30", "2026-03-10 16:15", "UTC", [("03-10 13:00", 2)]),
    ("2026-03-10 14:30", "2026-03-10 16:15", "+01:00", [("03-10 14:00", 2)]),
    ("2026-03-10 14:30", "2026-03-10 16:15", "Europe/Berlin", [("03-10 14:00", 2)]),
    ("2026-07-10 14:30", "2026-07-10 16:15", "UTC", [("07-10 12:00", 2)]),
    ("2026-07-10 14:30", "2026-07-10 16:15", "+01:00", [("07-10 13:00", 2)]),
    ("2026-07-10 14:30", "2026-07-10 16:15", "Europe/Berlin", [("07-10 14:00", 2)]),
    ("2026-07-10 12:00", "2026-07-11 00:00", "UTC", [("07-10 10:00", 11)]),
    ("2026-07-10 12:00", "2026-07-11 00:00", "+01:00", [("07-10 11:00", 11)]),
    ("2026-07-10 12:00", "2026-07-11 00:00", "Europe/Berlin", [("07-10 12:00", 11)]),
    ("2026-03-29 01:30", "2026-03-29 03:30", "UTC", [("03-29 00:00", 1)]),
    ("2026-03-29 01:30", "2026-03-29 03:30", "+01:00", [("03-29 01:00", 1)]),
    ("2026-03-29 01:30", "2026-03-29 03:30", "Europe/Berlin", [("03-29 01:00", 2)]),
    ("2026-10-25 01:30", "2026-10-25 03:30", "UTC", [("10-24 23:00", 3)]),
    ("2026-10-25 01:30", "2026-10-25 03:30", "+01:00", [("10-25 00:00", 3)]),
    ("2026-10-25 01:30", "2026-10-25 03:30", "Europe/Berlin", [("10-25 01:00", 2)]),
    ("2026-07-10 00:00", "2026-07-11 00:00", "Europe/Berlin", [("07-10 00:00", 12)]),
]


@pytest.mark.parametrize(("start", "end", "clock", "expected"), WORKED)
def test_the_worked_plan_of_the_vendor_page_is_found(start, end, clock, expected):
    assert asked(cover(berlin(start), berlin(end), Grid(clock), WIDE)) == expected


@pytest.mark.parametrize(
    ("clock", "first", "second"), [("UTC", "09 22", "10 10"), ("+01:00", "09 23", "10 11")]
)
def test_a_day_that_a_lock_counts_differently_takes_two_codes(clock, first, second):
    found = cover(berlin("2026-07-10 00:00"), berlin("2026-07-11 00:00"), Grid(clock), Limits(60, 60))
    assert asked(found) == [(f"07-{first}:00", 11), (f"07-{second}:00", 11)]
    assert (found.early_minutes, found.late_minutes) == (0, 0)


def test_one_code_from_the_midnight_before_is_cheaper_than_two_where_it_may_be_that_early():
    found = cover(berlin("2026-07-10 00:00"), berlin("2026-07-11 00:00"), Grid("UTC"), WIDE)
    assert asked(found) == [("07-09 00:00", 13)]
    assert (found.early_minutes, found.late_minutes) == (22 * 60, 2 * 60)


# ---------------------------------------------------------------------------------------- limits and refusals


def test_beyond_the_limits_nothing_is_covered_and_the_closest_is_told():
    found = cover(berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15"), Grid("UTC"), Limits(29, 60))
    assert found == Refusal(
        "the lock's grid would open 30 minutes early and 45 minutes late at best;"
        " at most 29 and 60 are allowed",
        30,
        45,
    )


def test_a_limit_is_itself_allowed():
    found = cover(berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15"), Grid("UTC"), Limits(30, 45))
    assert (found.early_minutes, found.late_minutes) == (30, 45)


@pytest.mark.parametrize("clock", ["Mars/Olympus", "", "+99:00", "Europe"])
def test_a_clock_that_is_none_is_refused(clock):
    found = cover(berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15"), Grid(clock), WIDE)
    assert "there is no clock" in found.reason or "offset" in found.reason


def test_a_model_without_lengths_is_refused():
    found = cover(berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15"), Grid("UTC", ()), WIDE)
    assert isinstance(found, Refusal)


def test_a_model_with_hours_only_is_covered_by_hours():
    hours = Grid("UTC", (Duration(0, hours=1), Duration(3, hours=4)))
    found = cover(berlin("2026-03-10 14:30"), berlin("2026-03-10 20:15"), hours, Limits(60, 60))
    assert [piece.duration.id for piece in found.pieces] == [3, 3]


def test_what_another_guest_knows_is_avoided_and_the_next_best_taken():
    window = (berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15"))
    known = {(wall("2026-03-10 13:00"), 2)}
    assert asked(cover(*window, Grid("UTC"), Limits(240, 240), known)) == [("03-10 12:00", 3)]


def test_with_narrow_limits_the_next_best_are_two_codes():
    window = (berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15"))
    found = cover(*window, Grid("UTC"), Limits(60, 60), {(wall("2026-03-10 13:00"), 2)})
    assert (len(found.pieces), found.early_minutes, found.late_minutes) == (2, 30, 45)


def test_the_minutes_of_every_code_are_its_own():
    found = cover(berlin("2026-07-10 06:30"), berlin("2026-07-10 19:30"), Grid("UTC"), Limits(60, 60))
    assert [(piece.early_minutes, piece.late_minutes) for piece in found.pieces] == [(30, 0), (0, 30)]


def test_seconds_are_covered_too():
    start = berlin("2026-03-10 14:00") - timedelta(seconds=1)
    assert cover(start, start + timedelta(hours=1), Grid("UTC"), WIDE).pieces[0].starts_at < start


# ----------------------------------------------------------------------------------------- codes that exist


def test_codes_that_exist_are_measured_against_what_is_left_of_the_window():
    start, end = berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15")
    codes = [(wall("2026-03-10 14:00"), Duration(1, hours=2))]
    assert not measure(start, end, "UTC", codes, since=start).covers
    assert measure(start, end, "UTC", codes, since=berlin("2026-03-10 15:00")).covers
    assert measure(start, end, "UTC", codes, since=start).late_minutes == 45


# ---------------------------------------------------------------------------------------------- properties

windows = st.builds(
    lambda day, start, length: (
        datetime.fromisoformat(day).replace(tzinfo=UTC) + start * MINUTE,
        datetime.fromisoformat(day).replace(tzinfo=UTC) + (start + length) * MINUTE,
    ),
    st.sampled_from(DAYS),
    st.integers(0, 30 * 60),
    st.one_of(st.integers(1, 5 * 60), st.integers(1, 40 * 60)),
)


@settings(max_examples=150, deadline=None)
@given(windows, st.sampled_from(CLOCKS))
def test_every_minute_is_covered_and_the_excess_is_what_the_lock_does(window, clock):
    start, end = window
    found = cover(start, end, Grid(clock), WIDE)
    margin = timedelta(days=2)
    minutes = opened(found, clock, start - margin, end + margin)
    assert isinstance(found, Cover)
    assert found.pieces
    assert len([minute for minute in minutes if start <= minute < end]) == (end - start) / MINUTE
    assert found.early_minutes == len([minute for minute in minutes if minute < start])
    assert found.late_minutes == len([minute for minute in minutes if minute >= end])
    assert min(piece.starts_at for piece in found.pieces) == minutes[0]
    assert max(piece.ends_at for piece in found.pieces) == minutes[-1] + MINUTE


SMALL = (Duration(0, hours=1), Duration(1, hours=2), Duration(2, hours=3), Duration(12, days=1))
short_windows = st.builds(
    lambda day, start, length: (
        datetime.fromisoformat(day).replace(tzinfo=UTC) + start * 15 * MINUTE,
        datetime.fromisoformat(day).replace(tzinfo=UTC) + (start + length) * 15 * MINUTE,
    ),
    st.sampled_from(DAYS),
    st.integers(0, 30 * 4),
    st.integers(1, 5 * 4),
)


def by_brute_force(window, clock, limits, avoid):
    """(codes, excess) of the cheapest of all sets of up to two codes, minute by quarter of an hour."""
    start, end = window
    quarters = [start + n * 15 * MINUTE for n in range(-60 * 4, int((end - start) / MINUTE) // 15 + 60 * 4)]
    walls = [(quarter, quarter.astimezone(zone_of(clock)).replace(tzinfo=None)) for quarter in quarters]
    inside = frozenset(quarter for quarter in quarters if start <= quarter < end)
    opening = set()
    for at in {shown.replace(minute=0) for _, shown in walls}:
        for each in SMALL:
            if (each.days and at.hour) or (at, each.id) in avoid:
                continue
            last = at + timedelta(hours=each.hours, days=each.days)
            opening.add(frozenset(quarter for quarter, shown in walls if at <= shown < last))
    useful = [quarters for quarters in opening if quarters & inside]
    for count in (1, 2):
        costs = []
        for chosen in combinations(useful, count):
            union = frozenset().union(*chosen)
            early = 15 * len([quarter for quarter in union if quarter < start])
            late = 15 * len([quarter for quarter in union if quarter >= end])
            if inside <= union and early <= limits.early and late <= limits.late:
                costs.append(early + late)
        if costs:
            return count, min(costs)
    return None


@settings(max_examples=60, deadline=None)
@given(short_windows, st.sampled_from(CLOCKS), st.sampled_from([0, 45, 90, 600]), st.booleans())
def test_no_cheaper_cover_exists(window, clock, most, avoiding):
    limits, avoid = Limits(most, most), set()
    if avoiding and isinstance(best := cover(*window, Grid(clock, SMALL), limits), Cover):
        avoid = {best.pieces[0].asked}
    found = cover(*window, Grid(clock, SMALL), limits, avoid)
    expected = by_brute_force(window, clock, limits, avoid)
    if expected is None:
        assert isinstance(found, Refusal) or len(found.pieces) > 2
    else:
        assert (len(found.pieces), found.early_minutes + found.late_minutes) == expected
        assert not {piece.asked for piece in found.pieces} & avoid
