"""Staff's word on paid calls, on record and within reason."""

from __future__ import annotations

from datetime import date

import pytest

from backoffice import ledger
from backoffice.flow.desk import calls
from backoffice.models import BoltOn, StaffAct
from backoffice.word import NotPossible, Word
from tests.factories import NOW, AccountFactory, CodelocksFactory, UserFactory

pytestmark = pytest.mark.django_db


def word():
    return Word(UserFactory(), "a fair in town", NOW)


def test_calls_bought_count_at_once_and_who_bought_them_is_on_record():
    kit, said = CodelocksFactory(), word()
    calls.buy(kit, "netcode", 50, None, said)
    assert ledger.budgets(kit, NOW)["netcode"].quota == 150
    act = StaffAct.objects.get()
    assert (act.author, act.verb, act.detail["calls"]) == (said.author, "buy calls", 50)


def test_calls_bought_for_another_month_count_in_that_one():
    kit = CodelocksFactory()
    calls.buy(kit, "netcode", 50, date(2026, 4, 17), word())
    assert BoltOn.objects.get().month == date(2026, 4, 1)
    assert ledger.budgets(kit, NOW)["netcode"].quota == 100


@pytest.mark.parametrize(
    ("counter", "number", "month", "said"),
    [
        ("sms", 5, None, "there are netcode, utility"),
        ("netcode", 0, None, "at least one"),
        ("netcode", 5, date(2026, 2, 28), "is over"),
        ("netcode", 5, date(2027, 4, 1), "check the date"),
    ],
)
def test_what_cannot_have_been_bought_is_said_in_words(counter, number, month, said):
    with pytest.raises(NotPossible, match=said):
        calls.buy(CodelocksFactory(), counter, number, month, word())
    assert not BoltOn.objects.exists()
    assert not StaffAct.objects.exists()


def test_an_account_whose_calls_are_free_has_no_budget():
    with pytest.raises(NotPossible, match="there is no budget"):
        calls.buy(AccountFactory(), "netcode", 5, None, word())


def test_a_vendor_that_has_not_said_no_is_not_asked_again():
    with pytest.raises(NotPossible, match="has not said"):
        calls.ask_again(CodelocksFactory(), "netcode", word())
