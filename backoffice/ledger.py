"""The ledger of paid calls: what a month's plan and calls bought allow, what is spent and kept back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from backoffice.clock import now as machine_time
from backoffice.models import BoltOn, CounterStop, PaidCall, VendorAccount
from integrations.errors import OverBudget
from integrations.registry import Vendor

OPENING = "before Latchkey took over"
RESERVE_HOURS = 12
QUEUED = "Waits for the budget: "  # how the error of a code begins that the budget kept from being asked for

_urgent: ContextVar[bool] = ContextVar("urgent", default=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """One counter of paid calls in one month (UTC). `stopped` is the vendor's word that it is spent."""

    used: int
    quota: int  # of the plan, and what was bought
    reserve: int = 0
    bought: int = 0
    stopped: str = ""

    @property
    def plan(self) -> int:
        """The calls of the plan."""
        return self.quota - self.bought

    @property
    def left(self) -> int:
        """How many calls may still be made."""
        return 0 if self.stopped else max(0, self.quota - self.used)

    @property
    def ahead(self) -> int:
        """How many of them may be made for what is not tonight."""
        return max(0, self.left - self.reserve)

    def allows(self, *, urgent: bool) -> bool:
        """Whether one more call may be made."""
        return bool(self.left if urgent else self.ahead)


# ---------------------------------------------------------------------------------------------- urgency


@contextmanager
def urgent(yes: bool = True) -> Iterator[None]:  # noqa: FBT001, FBT002 it is said once, at the call
    """Within it, calls of this thread may also spend what is kept for tonight's guests."""
    before = _urgent.set(yes)
    try:
        yield
    finally:
        _urgent.reset(before)


def is_tonight(account: VendorAccount, starts_at: datetime, now: datetime) -> bool:
    """Whether access that begins at `starts_at` is so near that the reserve is for it (UTC)."""
    return starts_at <= now + timedelta(hours=reserve_hours(account))


def reserve_hours(account: VendorAccount) -> int:
    """How many hours ahead the reserve is for."""
    return whole(account.option("reserve_hours"), RESERVE_HOURS)


# ---------------------------------------------------------------------------------------------- spending


class RowMeter:
    """The ledger of an account's paid calls."""

    def __init__(self, pk: int) -> None:
        self._pk = pk

    def spend(self, counter: str, subject: str) -> None:
        """Write one call of `counter` before it is made; OverBudget when the month allows it no more (C-C9).

        A client may not undo it: whether a call that failed is paid, the vendor does not say.
        """
        now = machine_time()
        with transaction.atomic():
            account = VendorAccount.objects.select_for_update().get(pk=self._pk)
            budget = budgets(account, now).get(counter)
            if budget is not None and not budget.allows(urgent=_urgent.get()):
                raise OverBudget(_why_not(account, counter, budget, now))
            PaidCall.objects.create(
                account=account, counter=counter, month=month_of(now), at=now, subject=subject[:200]
            )

    def stop(self, counter: str, text: str) -> None:
        """The vendor says that the month's calls are spent: remember it for all processes (C-C12)."""
        now = machine_time()
        CounterStop.objects.get_or_create(
            account_id=self._pk,
            counter=counter,
            month=month_of(now),
            lifted_at=None,
            defaults={"text": text, "at": now},
        )


def _why_not(account: VendorAccount, counter: str, budget: Budget, now: datetime) -> str:
    called = label(account, counter)
    if budget.stopped:
        return (
            f"{account.profile.label} says that this month's {called} calls of {account} are spent: it is"
            f" asked again on {day(next_month(now))}, or when calls are bought or staff have it asked"
        )
    if budget.left:
        return (
            f"the {called} calls of {account} that are left, {budget.left}, are kept for guests of the next"
            f" {reserve_hours(account)} hours"
        )
    return (
        f"the {called} budget of {account} is spent: {budget.used} of {budget.quota} calls this month; enter"
        f" calls that you buy on the account's page, or wait for {day(next_month(now))}"
    )


# --------------------------------------------------------------------------------------------- budgets


def budgets(account: VendorAccount, now: datetime) -> dict[str, Budget]:
    """The budgets of an account in the month of `now` (UTC), by counter; {} where no calls are paid."""
    if not account.profile.budgets:
        return {}
    this_month = {"account": account, "month": month_of(now)}
    stops = CounterStop.objects.filter(**this_month, lifted_at=None)
    return budgets_of(
        account,
        _sums(PaidCall.objects.filter(**this_month)),
        _sums(BoltOn.objects.filter(**this_month)),
        dict(stops.values_list("counter", "text")),
    )


def _sums(rows: Any) -> dict[str, int]:
    return dict(rows.order_by().values("counter").annotate(n=Sum("calls")).values_list("counter", "n"))


def budgets_of(
    account: VendorAccount,
    used: Mapping[str, int],
    bought: Mapping[str, int] | None = None,
    stopped: Mapping[str, str] | None = None,
) -> dict[str, Budget]:
    """The budgets of an account of which so much is used, bought and ended by the vendor this month."""
    bought, stopped = bought or {}, stopped or {}
    return {
        counter: budget_of(
            account, counter, used.get(counter, 0), bought.get(counter, 0), stopped.get(counter, "")
        )
        for counter in account.profile.budgets
    }


def budget_of(account: VendorAccount, counter: str, used: int, bought: int, stopped: str) -> Budget:
    """One counter of an account, by its plan and options."""
    quota = plan_quota(account, counter) + bought
    return Budget(used, quota, whole(account.option(f"{counter}_reserve"), 0), bought, stopped)


def plan_quota(account: VendorAccount, counter: str) -> int:
    """Calls of a month by the account's own number, else by its plan, else by its vendor's default."""
    name = account.profile.budgets[counter]
    plan = plan_named(account.profile, account.options.get("plan")) or {}
    default = whole(account.profile.default_options.get(name), 0)
    return whole(account.options.get(name), plan.get(counter, default))


def plan_named(profile: Vendor, name: Any) -> Mapping[str, int] | None:
    """The plan of this name, whatever its case and hyphens; None when there is none."""
    plain = {_plain(known): calls for known, calls in profile.plans.items()}
    return plain.get(_plain(str(name or "")))


def mistakes(profile: Vendor, options: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options that budgets go by, in words; they count as not given."""
    wrong = []
    plan = options.get("plan")
    if plan and profile.budgets and plan_named(profile, plan) is None:
        wrong.append(f"there is no plan {plan!r}; there are {', '.join(profile.plans)}")
    numbers = [name for counter, quota in profile.budgets.items() for name in (quota, f"{counter}_reserve")]
    for name in (*numbers, "reserve_hours", "audit_minutes") if profile.budgets else ():
        value = options.get(name)
        if value is not None and whole(value, -1) < 0:
            wrong.append(f"option {name} must be a whole number, not {value!r}")
    return wrong


def label(account: VendorAccount, counter: str) -> str:
    """What people call a counter: NetCode."""
    return account.profile.counters.get(counter, counter)


def take_over(account: VendorAccount, counter: str, calls: int, now: datetime) -> None:
    """Write into the ledger how many calls were spent this month before Latchkey came."""
    PaidCall.objects.update_or_create(
        account=account,
        counter=counter,
        month=month_of(now),
        subject=OPENING,
        defaults={"calls": calls},
        create_defaults={"calls": calls, "at": now},
    )


# ------------------------------------------------------------------------------------------------ months


def month_of(now: datetime) -> date:
    """The first day of the month in which an instant lies, in UTC: the quotas are monthly."""
    return now.date().replace(day=1)


def next_month(now: datetime) -> datetime:
    """The first instant of the next month, in UTC."""
    later = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)
    return later.replace(day=1)


def day(at: date) -> str:
    """A day as people say it: 1 April."""
    return f"{at.day} {at:%B}"


def _plain(text: str) -> str:
    return " ".join(text.replace("-", " ").replace("_", " ").lower().split())


def whole(value: Any, default: int) -> int:
    """A whole number from zero on, also as text; the default when it is none."""
    text = str(value)
    good = not isinstance(value, bool) and text.isascii() and text.isdigit()
    return int(text) if good else default
