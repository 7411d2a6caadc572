"""Cards over the sandbox's doors: one holder a stay, its complete state in one write, read back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import accounts
from backoffice.flow.issue import issue_due
from backoffice.models import IssuedCode
from backoffice.states import CodeState
from tests.factories import HOUR, NOW, START, CardDoorFactory, CodeFactory, LocktFactory

NO_KEYS = {"body": '{"data": []}', "content_type": "application/json"}


@pytest.fixture
def lockt(sandbox):
    """The sandbox with two doors and a level for each."""
    vendor = sandbox.vendors.lockt
    for door, level in ((501, 11), (502, 12)):
        vendor.add_door(door, f"Door {door}")
        vendor.add_level(level, f"Level {level}", [door])
    return vendor


@pytest.fixture
def best(sandbox, lockt, db):
    return LocktFactory(base_url=f"{sandbox.url}/lockt/api/v1", secrets=dict(lockt.secrets))


def card(best, ref="501", level="11", **fields):
    door = CardDoorFactory(account=best, ref=ref)
    plain = {"holder_key": "LK-1", "level_ref": level, "start_local": "", "duration_id": None}
    return CodeFactory(grant__door=door, **{**plain, **fields})


def issue(best, now=NOW):
    return issue_due(best, accounts.access_provider(best), now)


def test_all_doors_of_a_stay_are_one_card_and_one_write(best, lockt):
    codes = [card(best), card(best, "502", "12")]
    issue(best)
    for code in codes:
        code.refresh_from_db()
        assert (code.state, code.known) == (CodeState.ACTIVE, "confirmed")
        assert lockt.opens_with_key(code.secret, code.door.ref, START)
    assert len({code.card_number for code in codes}) == 1
    assert len(lockt.calls("POST")) == 1


def test_taking_one_door_away_leaves_the_other(best, lockt):
    kept, taken = card(best), card(best, "502", "12")
    issue(best)
    IssuedCode.objects.filter(pk=taken.pk).update(state=CodeState.REVOKING)
    issue(best)
    kept.refresh_from_db()
    taken.refresh_from_db()
    assert (kept.state, taken.state) == (CodeState.ACTIVE, CodeState.REVOKED)
    assert lockt.opens_with_key(kept.secret, 501, START)
    assert not lockt.opens_with_key(kept.secret, 502, START)


def test_two_stays_get_two_card_numbers(best, lockt):
    codes = [card(best), card(best, "502", "12", holder_key="LK-2")]
    issue(best)
    assert len(set(IssuedCode.objects.values_list("card_number", flat=True))) == len(codes)


def test_a_key_that_the_vendor_makes_later_is_fetched_later(best, lockt):
    code = card(best)
    lockt.fail("body", "GET /api/v1/credential", **NO_KEYS)
    issue(best)
    code.refresh_from_db()
    assert (code.state, code.secret) == (CodeState.ACTIVE, "")
    lockt.fail("body", "GET /api/v1/credential", **NO_KEYS)
    issue(best, NOW + timedelta(seconds=1))
    issue(best, NOW + HOUR)
    code.refresh_from_db()
    assert lockt.opens_with_key(code.secret, 501, START)
    assert len(lockt.calls("POST")) == 1
    assert issue(best, NOW + 2 * HOUR).error == ""


def test_a_refused_row_fails_alone(best, lockt):
    good, bad = card(best), card(best, "502", "4711", holder_key="LK-2")
    assert issue(best).failed == 1
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state) == (CodeState.ACTIVE, CodeState.FAILED)
    assert bad.error


def test_a_wrong_write_zone_stops_the_account_before_it_shifts_every_door(best, lockt):
    lockt.switch["write_zone"] = "America/New_York"
    code = card(best)
    issue(best)
    best.refresh_from_db()
    code.refresh_from_db()
    assert best.stopped_at is not None
    assert code.state == CodeState.PLANNED
    assert not lockt.opens_with_key(code.secret, 501, START)
