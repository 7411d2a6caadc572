"""Staff's word on paid calls: what they bought, and that the vendor is to be asked again."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from backoffice import ledger
from backoffice.models import BoltOn, CounterStop, VendorAccount
from backoffice.word import NotPossible, Word, on_record

MOST = 1_000_000
MONTHS_AHEAD = 12


def buy(account: VendorAccount, counter: str, calls: int, month: date | None, word: Word) -> BoltOn:
    """Enter calls bought on top of a month's plan (UTC; None = this one); codes that wait go on at once.

    NotPossible for a counter that is none, for no calls, and for a month that is over.
    """
    _must_be_counted(account, counter)
    if not 0 < calls <= MOST:
        raise NotPossible("Say how many calls were bought: at least one.")
    this, asked = ledger.month_of(word.now), (month or word.now.date()).replace(day=1)
    if asked < this:
        raise NotPossible("That month is over: calls bought for it cannot be used.")
    if (asked.year - this.year) * 12 + asked.month - this.month > MONTHS_AHEAD:
        raise NotPossible("That month is more than a year away: check the date.")
    with transaction.atomic():
        bought = BoltOn.objects.create(
            account=account,
            counter=counter,
            month=asked,
            calls=calls,
            reason=word.reason.strip(),
            author=word.author,
            bought_at=word.now,
        )
        _lift(account, counter, asked, word)
        about = {"counter": counter, "calls": calls, "month": f"{asked:%Y-%m}"}
        on_record(word, "buy calls", account, detail=about)
    return bought


def ask_again(account: VendorAccount, counter: str, word: Word) -> None:
    """Ask a vendor again that has said that the month's calls are spent (C-C12).

    NotPossible where it has not said so.
    """
    _must_be_counted(account, counter)
    with transaction.atomic():
        if not _lift(account, counter, ledger.month_of(word.now), word):
            name = ledger.label(account, counter)
            raise NotPossible(f"{account.profile.label} has not said that the {name} calls are spent.")
        on_record(word, "ask again", account, detail={"counter": counter})


def _lift(account: VendorAccount, counter: str, month: date, word: Word) -> int:
    stops = CounterStop.objects.filter(account=account, counter=counter, month=month, lifted_at=None)
    return stops.update(lifted_at=word.now)


def _must_be_counted(account: VendorAccount, counter: str) -> None:
    counted = account.profile.budgets
    if not counted:
        raise NotPossible(f"No calls of {account} are paid for: there is no budget.")
    if counter not in counted:
        raise NotPossible(f"{account} has no calls of that kind; there are {', '.join(counted)}.")
