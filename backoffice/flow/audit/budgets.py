"""What needs a person about paid calls: budgets that end, codes that wait, options that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from backoffice import ledger, outlook
from backoffice.flow.audit.trouble import GRANT, Trouble, sentence, what_for, who
from backoffice.models import IssuedCode, Severity, VendorAccount
from backoffice.outlook import Outlook

WARNING = 0.8


def troubles(now: datetime) -> Iterable[Trouble]:
    """What is wrong with the budgets of the accounts in use, in the month of `now` (UTC)."""
    used = [account for account in VendorAccount.objects.filter(enabled=True) if account.profile.budgets]
    found = outlook.outlooks_of(used, now)
    waiting = _waiting(used) if any(one.waiting for each in found.values() for one in each) else {}
    for account in used:
        yield from _options(account)
        for one in found[account.pk]:
            yield from _budget(account, one, waiting.get(account.pk))


def _options(account: VendorAccount) -> Iterator[Trouble]:
    wrong = ledger.mistakes(account.profile, account.options)
    if wrong:
        yield Trouble(
            "budget_options",
            str(account.pk),
            Severity.TODAY,
            f"The budgets of {account} are not what they should be: {'; '.join(wrong)}. Correct its options.",
            account_id=account.pk,
        )


def _budget(account: VendorAccount, one: Outlook, first: IssuedCode | None) -> Iterator[Trouble]:
    """One finding per counter: from four fifths on, or when it will not last the month, or is at its end."""
    budget = one.budget
    worn = budget.quota and budget.used >= WARNING * budget.quota
    if not (worn or budget.stopped or one.waiting or (budget.quota and one.ends_on)):
        return
    spent = not budget.left
    yield Trouble(
        "budget",
        f"{account.pk} {one.counter}",
        Severity.NOW if spent else Severity.TODAY,
        f"{budget.used} of {budget.quota} {one.counter} calls of {account} are spent this month. "
        f"{one.sentence} {_queue(one, first)}{_remedy(spent=spent)}",
        account_id=account.pk,
    )


def _waiting(used: Iterable[VendorAccount]) -> dict[int, IssuedCode]:
    """Per account the nearest code that waits."""
    nearest = outlook.queued(used).order_by("account_id", "starts_at", "pk").distinct("account_id")
    related = tuple(f"grant__{path}" for path in GRANT)
    rows = nearest.select_related(*related, "grant__occurrence__booking__account")
    return {code.account_id: code for code in rows.defer("secret", "grant__occurrence__booking__raw")}


def _queue(one: Outlook, first: IssuedCode | None) -> str:
    if not one.waiting or first is None:
        return ""
    are = "1 code waits" if one.waiting == 1 else f"{one.waiting} codes wait"
    return f"{are}, the first for {sentence(f'{who(first.grant)}, {what_for(first.grant)}')} "


def _remedy(*, spent: bool) -> str:
    when = "now: no new code is issued there until then" if spent else "before they run out"
    return f"Buy more {when}, and enter them on the account's page as calls bought."
