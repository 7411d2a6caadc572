"""The stand-in's locks know only their seed and their own clock: also on the nights when clocks change."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from integrations.sandbox.codelocks import netcodes
from integrations.sandbox.wire import Clock
from integrations.types import Duration
from tests.conftest import NOW
from tests.integrations.codelocks.support import (
    IDENTIFIER,
    K3,
    KIT,
    LOCK,
    MIDNIGHT,
    TIMECODE,
    client_of,
    order,
    pin,
)

MINUTE = timedelta(minutes=1)


def told(start, duration_id, model="KL1060"):
    """The code that the vendor would tell for the KitLock."""
    return netcodes.code(model, TIMECODE, IDENTIFIER, start, duration_id)


def wall(text):
    """A time on a lock's clock."""
    return datetime.fromisoformat(text)


def opening(vendor, lock, code, first, last):
    """When a lock begins and stops to open for a code, looked at minute by minute between two UTC texts."""
    at, end, spans, was = utc(first), utc(last), [], False
    while at <= end:
        now = vendor.opens(lock, code, at)
        if now != was:
            spans.append(f"{at:%d %H:%M}")
        at, was = at + MINUTE, now
    return spans


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def vendor(codelocks):
    """The stand-in with a lock for each kind of clock, all with one seed, since only the clock is tested."""
    for clock in ("+01:00", "-08:00", "Europe/Berlin"):
        ref = codelocks.add_kitlock(TIMECODE, IDENTIFIER, clock=clock)
        codelocks.locks[clock] = codelocks.locks.pop(ref)
    codelocks.locks["UTC"] = codelocks.locks[codelocks.add_kitlock(TIMECODE, IDENTIFIER)]
    return codelocks


SUMMER, WINTER = ("2026-03-28 20:00", "2026-03-29 06:00"), ("2026-10-24 20:00", "2026-10-25 06:00")
EDGES = {
    # on the clock 01:00 to 04:00; Berlin's clock leaves out 02:00 to 03:00
    ("UTC", "2026-03-29 01:00", 2, SUMMER): ["29 01:00", "29 04:00"],
    ("+01:00", "2026-03-29 01:00", 2, SUMMER): ["29 00:00", "29 03:00"],
    ("Europe/Berlin", "2026-03-29 01:00", 2, SUMMER): ["29 00:00", "29 02:00"],
    ("Europe/Berlin", "2026-03-29 02:00", 0, SUMMER): [],
    ("Europe/Berlin", "2026-03-29 00:00", 12, ("2026-03-28 20:00", "2026-03-29 23:00")): [
        "28 23:00",
        "29 22:00",
    ],
    # Berlin's clock shows 02:00 to 03:00 twice
    ("UTC", "2026-10-25 01:00", 2, WINTER): ["25 01:00", "25 04:00"],
    ("+01:00", "2026-10-25 01:00", 2, WINTER): ["25 00:00", "25 03:00"],
    ("Europe/Berlin", "2026-10-25 01:00", 2, WINTER): ["24 23:00", "25 03:00"],
    ("Europe/Berlin", "2026-10-25 02:00", 0, WINTER): ["25 00:00", "25 02:00"],
    ("Europe/Berlin", "2026-10-25 01:00", 0, WINTER): ["24 23:00", "25 00:00"],
    ("-08:00", "2026-10-24 14:00", 1, WINTER): ["24 22:00", "25 00:00"],
}


@pytest.mark.parametrize(("case", "edges"), EDGES.items(), ids=str)
def test_c_s6_a_code_opens_for_its_window_on_the_locks_own_clock(case, edges, vendor):
    clock, start, duration_id, (first, last) = case
    assert opening(vendor, clock, told(wall(start), duration_id), first, last) == edges


@pytest.mark.parametrize("duration_id", range(19))
def test_each_length_opens_from_its_first_minute_to_its_last(duration_id, vendor):
    row = netcodes.length("KL1060", duration_id)
    code, start = told(MIDNIGHT, duration_id), MIDNIGHT.replace(tzinfo=UTC)
    times = [start - MINUTE, start, start + row.span - MINUTE, start + row.span]
    assert [vendor.opens("UTC", code, at) for at in times] == [False, True, True, False]


def test_a_code_that_was_never_asked_for_opens_too(codelocks):
    assert codelocks.opens(KIT, told(MIDNIGHT, 12), utc("2026-03-10 12:00"))
    assert codelocks.journal == []


def test_codes_of_several_windows_open_at_once(codelocks):
    codes = [told(MIDNIGHT.replace(hour=hour), 2) for hour in (12, 13, 14)]
    assert all(codelocks.opens(KIT, code, utc("2026-03-10 14:30")) for code in codes)


@pytest.mark.parametrize(
    "change", [{"timecode": "202511161624"}, {"identifier": "101692"}, {"model": "KL1060C2"}]
)
def test_c_s7_a_typo_gives_a_plausible_code_that_opens_nothing(change, client, codelocks):
    code = pin(client, order(**change))
    assert code.isdigit()
    assert not codelocks.opens(KIT, code, utc("2026-03-10 14:00"))


def test_the_locks_clock_decides_and_not_what_latchkey_believes(sandbox, codelocks):
    ref = codelocks.add_kitlock("202501010000", "222222", clock="+01:00")
    lock = {**LOCK, "timecode": "202501010000", "identifier": "222222"}
    code = pin(client_of(sandbox), order(**lock))
    assert not codelocks.opens(ref, code, utc("2026-03-10 15:30"))
    assert codelocks.opens(ref, code, utc("2026-03-10 12:30"))


def test_c_s6_a_lock_with_grace_opens_a_quarter_of_an_hour_around(codelocks):
    codelocks.locks[KIT].grace_minutes = 15
    spans = opening(codelocks, KIT, told(wall("2026-03-10 13:00"), 0), "2026-03-10 12:00", "2026-03-10 15:00")
    assert spans == ["10 12:45", "10 14:15"]


def test_c_s6_a_blocked_code_opens_nothing_and_others_do(codelocks):
    at, first, second = utc("2026-03-10 13:30"), told(wall("2026-03-10 13:00"), 0), told(MIDNIGHT, 12)
    codelocks.block(KIT, first)
    assert [codelocks.opens(KIT, code, at) for code in (first, second)] == [False, True]


def test_c_s6_a_lock_that_lost_its_clock_opens_for_nobody_until_it_is_set(codelocks):
    at, code = utc("2026-03-10 13:30"), told(MIDNIGHT, 12)
    codelocks.change_batteries(KIT)
    assert not codelocks.opens(KIT, code, at)
    codelocks.set_clock(KIT)
    assert codelocks.opens(KIT, code, at)


def test_c_s6_a_single_use_lock_takes_a_code_once(codelocks):
    codelocks.locks[KIT].single_use = True
    code = told(MIDNIGHT - timedelta(days=1), 12)
    assert codelocks.open_door(KIT, code)
    assert not codelocks.open_door(KIT, code)


def test_c_s6_a_lock_opens_for_one_family_of_codes_alone(codelocks):
    rental, standard = told(MIDNIGHT - timedelta(days=1), 31), told(MIDNIGHT - timedelta(days=1), 12)
    assert [codelocks.opens(KIT, code, NOW) for code in (rental, standard)] == [False, True]
    codelocks.locks[KIT].mode = "rental"
    assert [codelocks.opens(KIT, code, NOW) for code in (rental, standard)] == [True, False]


def test_a_newly_used_rental_code_ends_the_one_before(codelocks):
    codelocks.locks[KIT].mode = "rental"
    first, second = told(wall("2026-03-09 08:00"), 19), told(wall("2026-03-09 08:00"), 20)
    assert codelocks.open_door(KIT, first)
    assert codelocks.opens(KIT, first, NOW + timedelta(days=30)), "once used it has no end"
    assert not codelocks.opens(KIT, second, NOW + timedelta(days=30)), "its first use comes too late"
    assert codelocks.open_door(KIT, second)
    assert not codelocks.opens(KIT, first, NOW)


def test_a_lock_with_other_ways_in_wants_the_star(codelocks):
    codelocks.locks[K3].star = True
    code = netcodes.code("K3CONNECT", K3, "", MIDNIGHT, 12)
    at = utc("2026-03-10 12:00")
    assert [codelocks.opens(K3, keys, at) for keys in (code, f"*{code}")] == [False, True]


def test_a_clock_that_is_none_is_an_error(codelocks):
    for clock in ("Mars/Olympus", "local", "+1h"):
        with pytest.raises(ValueError, match="is no clock"):
            codelocks.add_kitlock("202501010000", "222222", clock=clock)


def test_the_state_survives_pickling(sandbox, codelocks, client):
    code = pin(client, order(duration=Duration(2, hours=3)))
    copy = pickle.loads(pickle.dumps(codelocks))  # noqa: S301 our own
    assert copy.opens(KIT, code, utc("2026-03-10 14:00"))
    assert copy.paid("netcode") == 1
    assert isinstance(copy.clock, Clock)
