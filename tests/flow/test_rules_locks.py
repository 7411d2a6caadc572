"""The rules of lock vendors that are kept behind their clients: which codes, asked for when, and whose."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from backoffice import accounts
from backoffice.flow import audit
from backoffice.flow.issue import issue_due
from backoffice.flow.plan import Decided, Standing, State
from backoffice.flow.window import Grid, Limits, Refusal, cover
from backoffice.models import EntryEvent
from integrations.sandbox.codelocks import netcodes
from integrations.types import EventPage, EventRecord
from tests.factories import NOW, CardDoorFactory, CodeFactory, CodelocksFactory, DoorFactory, GrantFactory
from tests.flow.stays import active
from tests.flow.worlds import (
    HOUR,
    MINUTE,
    START,
    asked,
    carry_out,
    changes,
    codes_of,
    granted,
    stay,
    with_stays,
    world,
)

LOCK = "202511161623/101691"
CLOCKS = ("UTC", "+01:00", "Europe/Berlin")
WIDE = Limits(10_000, 10_000)


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-07-10", "2026-10-24", "2026-10-25"])
def test_c_c5_codes_on_the_locks_grid_hold_the_whole_booking_also_when_clocks_change(sandbox, clock, day):
    vendor = sandbox.vendors.codelocks
    vendor.add_kitlock("202511161623", "101691", clock=clock)
    first, last = berlin(f"{day} 23:20"), berlin(f"{day} 23:20") + 5 * HOUR
    pieces = cover(first, last, Grid(clock), WIDE).pieces
    pins = [_pin(piece) for piece in pieces]
    minutes = [first + n * MINUTE for n in range(int((last - first) / MINUTE))]
    assert all(piece.start_local.minute == 0 for piece in pieces)
    assert all(any(vendor.opens(LOCK, pin, at) for pin in pins) for at in minutes)


def _pin(piece):
    """What the vendor would answer for a piece of a cover."""
    return netcodes.code("KL1060", "202511161623", "101691", piece.start_local, piece.duration.id)


def test_c_c6_the_shortest_plan_within_the_limits_or_none_at_all():
    window = berlin("2026-03-10 14:30"), berlin("2026-03-10 16:15")
    (piece,) = cover(*window, Grid("UTC"), Limits(30, 45)).pieces
    assert piece.duration.hours == 3
    refused = cover(*window, Grid("UTC"), Limits(29, 45))
    assert isinstance(refused, Refusal)
    assert "30 minutes early" in str(refused)


@pytest.mark.django_db(transaction=True)
def test_c_c8_two_workers_who_want_the_same_code_ask_for_it_once(sandbox):
    vendor = sandbox.vendors.codelocks
    vendor.add_kitlock("202511161623", "101691")
    kit = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))
    door = DoorFactory(account=kit, ref=LOCK)
    codes = [CodeFactory(grant__door=door) for _ in range(2)]

    def work(_):
        try:
            return issue_due(kit, accounts.access_provider(kit), NOW, wait=5)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(done.issued for done in pool.map(work, range(2))) == 2
    for code in codes:
        code.refresh_from_db()
    assert codes[0].secret == codes[1].secret != ""
    assert vendor.paid("netcode") == 1


def test_c_c15_a_cancelled_guests_pin_lingers_until_its_end_and_is_never_called_revoked():
    before = granted(world(stay()))
    after = carry_out(with_stays(before, stay(standing=Standing.OUT, why="is cancelled at its source")))
    (code,) = codes_of(after, State.LINGERING)
    assert after.held[0].state == Decided.WITHDRAWN
    assert code.ends_at > START
    assert not codes_of(after, State.REVOKED, State.REVOKING)


def test_c_c16_a_change_within_the_same_hours_of_the_lock_costs_nothing():
    before = granted(world(stay()))
    after = carry_out(with_stays(before, stay(start=START + 15 * MINUTE)))
    assert asked(codes_of(after, State.ACTIVE)) == asked(codes_of(before, State.ACTIVE))
    assert not codes_of(after, State.PLANNED, State.LINGERING)


def test_c_c24_nothing_is_asked_for_a_booking_that_is_over_or_was_cancelled_before():
    assert changes(world(stay(start=NOW - 5 * HOUR))) == []
    planned = carry_out(world(stay()))
    cancelled = carry_out(with_stays(planned, stay(standing=Standing.OUT)))
    assert not codes_of(cancelled, State.PLANNED, State.ISSUING, State.ACTIVE)


@pytest.mark.django_db
def test_c_c24_a_code_whose_time_is_over_is_not_asked_for(sandbox):
    vendor = sandbox.vendors.codelocks
    kit = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))
    code = CodeFactory(grant__door=DoorFactory(account=kit, ref=LOCK))
    issue_due(kit, accounts.access_provider(kit), code.ends_at)
    assert vendor.journal == []


@pytest.mark.django_db
def test_l_c19_an_event_is_his_who_held_the_card_at_that_hour():
    door = CardDoorFactory()
    holders = [
        active(GrantFactory(door=door), card_number="30007", starts_at=at, ends_at=at + 2 * HOUR)
        for at in (START - 6 * HOUR, START, START + 6 * HOUR)
    ]
    for number, code in enumerate(holders):
        at = code.starts_at + HOUR
        event = EventRecord(str(number), at, "granted", "Access Granted", card_number="30007")
        audit.learn(door.account, EventPage((event,)), START + timedelta(days=1))
    assert [event.code for event in EntryEvent.objects.order_by("happened_at")] == holders
