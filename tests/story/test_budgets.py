"""A month's calls run out: who is in stays in, tonight's guests come first, the rest goes on by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from backoffice import ledger
from backoffice.flow.desk import calls
from backoffice.models import Finding, VendorAccount
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.conftest import MORNING, berlin

FULL = {"netcode_quota": 100, "utility_quota": 1000}


def kit(**options):
    account = VendorAccount.objects.get(slug="kit")
    account.options = {**FULL, **options}
    account.save()
    return account


def spend(account, left, now):
    """All but so many NetCode calls of the month were made."""
    ledger.take_over(account, "netcode", ledger.budgets(account, now)["netcode"].quota - left, now)


def budget_finding():
    return Finding.objects.filter(kind="budget", closed_at=None).first()


def test_what_is_left_is_for_tonights_guests_and_tomorrows_come_in_time(house):
    spend(kit(netcode_reserve=4), 4, MORNING)
    tonight = house.game("18:30")
    tomorrow = house.game("14:30", day="2026-03-10")
    house.sync()
    assert house.gets_in(tonight, berlin("18:30"))
    assert [code.state for code in house.codes(tomorrow)] == ["planned", "planned"]
    house.at(berlin("03:00", day="2026-03-10"))  # less than twelve hours ahead
    house.sync()
    assert house.gets_in(tomorrow, berlin("14:30", day="2026-03-10"))


def test_a_spent_budget_takes_nobodys_way_in_and_calls_bought_go_on_at_once(house):
    first = house.game("14:30")
    house.sync()
    account = kit()
    spend(account, 0, MORNING)
    second = house.game("18:30")
    house.sync()
    assert house.gets_in(first, berlin("14:30"))
    assert [code.state for code in house.codes(second)] == ["planned", "planned"]
    assert "2 codes wait, the first for Ida Kern" in budget_finding().text
    calls.buy(
        account, "netcode", 10, None, Word(UserFactory(), "a full week", house.server.vendors.clock.now())
    )
    house.sync()
    assert house.gets_in(second, berlin("18:30"))
    house.sync()
    assert "codes wait" not in (budget_finding().text if budget_finding() else "")


def test_the_new_month_goes_on_by_itself(house):
    evening = datetime(2026, 3, 31, 20, 0, tzinfo=UTC)
    house.at(evening)
    spend(kit(), 0, evening)
    guest = house.game("14:30", day="2026-04-01")
    house.sync()
    assert {code.state for code in house.codes(guest)} == {"planned"}
    house.at(datetime(2026, 3, 31, 23, 59, tzinfo=UTC))  # April in Berlin, March in UTC
    house.sync()
    assert {code.state for code in house.codes(guest)} == {"planned"}
    house.at(datetime(2026, 4, 1, 0, 0, 30, tzinfo=UTC))
    house.sync()
    assert {code.state for code in house.codes(guest)} == {"active"}
    assert house.gets_in(guest, datetime(2026, 4, 1, 12, 30, tzinfo=UTC))


def test_the_vendors_own_no_costs_one_call_and_is_told(house):
    house.sync()
    house.codelocks.switch["netcode_quota"] = 0
    guest = house.game("18:30")
    for _ in range(4):
        house.sync()
        house.later(minutes=20)
    assert len(house.codelocks.calls("netcode")) == 1
    assert "Codelocks Connect says that the NetCode calls are spent" in budget_finding().text
    assert {code.state for code in house.codes(guest)} == {"planned"}


def test_nothing_paid_is_asked_and_nothing_written_while_the_budget_is_spent(house):
    spend(kit(), 0, MORNING)
    house.game("18:30")
    house.sync()
    before = len(house.codelocks.journal)
    house.later(minutes=2)
    assert house.sync()["codes"] == {"planned": 2}
    assert len(house.codelocks.journal) == before
