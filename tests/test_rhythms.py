"""What accounts ask by themselves and what phone keys cost at their end is expected of a budget at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from backoffice.forecast import Demand, Rhythm, forecast
from backoffice.models import SyncRun
from backoffice.outlook import outlooks, outlooks_of
from backoffice.rhythms import rhythms
from backoffice.states import CodeState
from integrations import registry
from integrations.types import Method
from tests.factories import NOW, CodeFactory, CodelocksFactory, DoorFactory, K3DoorFactory, LocktFactory
from tests.integrations.support import settings_for

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAST = date(2026, 3, 31)
KEYS = {"api_key": "a" * 40, "access_key": "2sandbox7k3"}
LEFT = (LAST - NOW.date()).days + 1  # days of the month, today among them


@pytest.fixture
def kit(db):
    account = CodelocksFactory(secrets=KEYS, options={"utility_quota": 1000})
    K3DoorFactory(account=account)
    return account


def read(account, at, kind="poll"):
    SyncRun.objects.create(account=account, kind=kind, state="ok", started_at=at)


def utility(account, now=NOW):
    return next(one for one in outlooks(account, now) if one.counter == "utility")


def expected(account, now=NOW):
    return utility(account, now).forecast.expected


# ------------------------------------------------------------------------------------------------ numbers


@given(
    st.integers(1, 9),
    st.integers(-3000, 3000),
    st.integers(1, 3000),
    st.integers(-3, 3),
)
def test_a_rhythm_has_on_a_day_the_calls_whose_times_lie_in_it(calls, first, every, day):
    at, step = NOW + first * timedelta(minutes=1), timedelta(minutes=every)
    wanted = NOW.date() + day * DAY
    times = [at + n * step for n in range(10_000 // every + 1)]
    assert Rhythm(calls, at, step).on(wanted) == calls * sum(time.date() == wanted for time in times)


def test_what_comes_by_itself_ends_a_plan_on_its_day():
    daily = Rhythm(2, datetime(2026, 3, 10, 8, tzinfo=UTC), DAY)
    found = forecast(10, Demand({date(2026, 3, 12): 3}, rhythms=[daily]), date(2026, 3, 9))
    assert (found.ends_on, found.expected) == (date(2026, 3, 13), 22 * 2 + 3)


def test_what_is_usual_is_not_counted_on_top_of_it():
    daily = Rhythm(2, datetime(2026, 3, 10, 8, tzinfo=UTC), DAY)
    assert forecast(99, Demand(usual=2, rhythms=[daily]), date(2026, 3, 9)).expected == 44


# ----------------------------------------------------------------------------------------------- readings


def test_a_reading_costs_the_list_of_locks_and_the_durations_of_each_model():
    cost = registry.VENDORS["codelocks"].reading_costs
    assert cost(KEYS, {}, ["K3CONNECT", "KL1060", "kl1060", "unheard of"]) == {"utility": 3}
    assert cost(KEYS, {"k3": False}, ["KL1060"]) == {"utility": 1}
    assert cost({"api_key": "a"}, {}, ["KL1060"]) == {"utility": 1}


def test_a_reading_makes_just_the_calls_that_it_is_said_to(sandbox):
    codelocks = sandbox.vendors.codelocks
    profile, models = registry.VENDORS["codelocks"], ["K3CONNECT", "KL1060", "KL1060G3"]

    profile.connect(settings_for(f"{sandbox.url}/codelocks", codelocks.secrets)).directory(models)
    assert codelocks.paid("utility") == profile.reading_costs(codelocks.secrets, {}, models)["utility"]


def test_daily_readings_are_expected_before_anything_is_usual(kit):
    DoorFactory(account=kit, lock={"model": "KL1060"})
    K3DoorFactory(account=kit, lock={"model": "K3CONNECT"})
    read(kit, NOW - HOUR)
    assert expected(kit) == 3 * (LEFT - 1)  # today's has been made
    assert f"about {3 * (LEFT - 1)} to be expected this month" in utility(kit).sentence


def test_a_reading_that_is_overdue_is_expected_today(kit):
    read(kit, NOW - 3 * DAY)
    assert expected(kit) == LEFT
    SyncRun.objects.all().delete()
    assert expected(kit) == LEFT


def test_a_reading_of_a_message_is_not_taken_for_a_daily_one(kit):
    read(kit, NOW - HOUR, kind="memory")
    assert expected(kit) == LEFT


@pytest.mark.parametrize("off", [{"enabled": False}, {"stopped_at": NOW}])
def test_an_account_that_asks_nothing_expects_nothing(kit, off):
    for name, value in off.items():
        setattr(kit, name, value)
    assert expected(kit) == 0


def test_the_memory_of_locks_is_expected_where_it_is_read(kit):
    read(kit, NOW - HOUR)
    K3DoorFactory(account=kit, gone_at=NOW)  # no longer listed
    before = expected(kit)
    kit.options["audit_minutes"] = 24 * 60
    read(kit, NOW - HOUR, kind="memory")
    assert expected(kit) == before + LEFT - 1


def test_readings_that_do_not_fit_the_plan_end_it_on_their_day(kit):
    kit.options["utility_quota"] = 5
    read(kit, NOW - HOUR)
    assert utility(kit).forecast.ends_on == NOW.date() + 6 * DAY
    assert utility(kit).sentence.startswith("Utility plan ends on the ")


# ------------------------------------------------------------------------------------------------- keys


def key(kit, state, starts_at, **more):
    ends_at = starts_at + 2 * HOUR
    door = K3DoorFactory(account=kit, ref=f"{starts_at.timestamp():032.0f}", lock={})
    CodeFactory(
        grant__door=door,
        account=kit,
        method=Method.PHONE,
        state=state,
        starts_at=starts_at,
        ends_at=ends_at,
        due_at=starts_at - DAY,
        **more,
    )


def test_a_phone_key_is_expected_to_be_made_and_at_its_end_to_be_taken_back(kit):
    read(kit, NOW - HOUR)
    before = expected(kit)
    key(kit, CodeState.PLANNED, NOW + 3 * DAY)
    assert expected(kit) == before + 3 + 2


def test_a_phone_key_that_there_is_is_expected_to_be_taken_back(kit):
    read(kit, NOW - HOUR)
    before = expected(kit)
    key(kit, CodeState.ACTIVE, NOW + DAY)
    key(kit, CodeState.REVOKING, NOW - 2 * DAY)  # it is late
    key(kit, CodeState.REVOKED, NOW + 2 * DAY)
    assert expected(kit) == before + 2 * 2


# ------------------------------------------------------------------------------------------------ questions


def test_many_accounts_ask_as_much_as_one(kit):
    def asked(accounts):
        with CaptureQueriesContext(connection) as queries:
            assert len(outlooks_of(accounts, NOW)) == len(accounts)
        return len(queries)

    others = [CodelocksFactory(secrets=KEYS) for _ in range(4)]
    for other in others:
        K3DoorFactory(account=other, ref=f"{other.pk:032}")
    assert asked([kit]) == asked([kit, *others])


def test_an_account_whose_calls_are_free_has_no_rhythm(db):

    assert dict(rhythms([LocktFactory()], NOW)) == {}
