"""How accounts' budgets stand and how long they last: asked by pages, programs and the audit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum
from django.db.models.functions import TruncDate

from backoffice import ledger
from backoffice.forecast import Demand, Forecast, Rhythm, forecast, ordinal
from backoffice.ledger import Budget
from backoffice.models import BoltOn, CounterStop, IssuedCode, PaidCall, VendorAccount, ZoneProof
from backoffice.rhythms import rhythms
from backoffice.states import CodeState

MEASURED = timedelta(days=28)  # so far back is looked for what is usual
ENDING = (CodeState.PLANNED, CodeState.ISSUING, CodeState.ACTIVE, CodeState.REVOKING)
LEAST = 7  # days of history before anything is called usual

Key = tuple[int, str]  # account, and counter or method


@dataclass(frozen=True, slots=True)
class Outlook:
    """One counter of an account: how it stands, how long it lasts, and that in a sentence.

    `ahead`: the coming month, by what is booked for it alone; `ahead_quota`: its plan, and what is bought.
    """

    counter: str
    label: str
    budget: Budget
    forecast: Forecast
    ahead: Forecast
    ahead_quota: int
    waiting: int  # codes that are due and wait for it
    sentence: str

    @property
    def ends_on(self) -> date | None:
        """The first UTC day, of this month or the coming one, on which the calls do not suffice."""
        return self.forecast.ends_on or (self.ahead.ends_on if self.ahead_quota else None)


def outlooks(account: VendorAccount, now: datetime) -> list[Outlook]:
    """Each counter of an account in the month of `now` (UTC); [] where no calls are paid."""
    return outlooks_of([account], now).get(account.pk, [])


def outlooks_of(accounts: Iterable[VendorAccount], now: datetime) -> dict[int, list[Outlook]]:
    """The same of many accounts, by their pk; those at which no calls are paid are left out."""
    paid = [account for account in accounts if account.profile.budgets]
    if not paid:
        return {}
    rows = _Rows.read(paid, now)
    return {account.pk: [rows.outlook(account, c, now) for c in account.profile.budgets] for account in paid}


def queued(accounts: Iterable[VendorAccount]) -> QuerySet[IssuedCode]:
    """The codes that are due and wait for a budget, the nearest first."""
    waiting = IssuedCode.objects.filter(account__in=list(accounts), state=CodeState.PLANNED)
    return waiting.filter(error__startswith=ledger.QUEUED).order_by("starts_at", "pk")


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the ledger and the codes say, by account and counter, or account and method."""

    used: Mapping[Key, int]
    bought: Mapping[Key, int]
    bought_ahead: Mapping[Key, int]  # for the coming month
    stopped: Mapping[Key, str]
    usual: Mapping[Key, float]
    booked: Mapping[Key, Counter[date]]
    ending: Mapping[Key, Counter[date]]
    rhythms: Mapping[Key, list[Rhythm]]
    waiting: Mapping[Key, int]

    @classmethod
    def read(cls, accounts: list[VendorAccount], now: datetime) -> _Rows:
        this_month = {"account__in": accounts, "month": ledger.month_of(now)}
        stops = CounterStop.objects.filter(**this_month, lifted_at=None)
        waits = queued(accounts).order_by().values_list("account", "method").annotate(n=Count("pk"))
        return cls(
            used=_sums(PaidCall.objects.filter(**this_month)),
            bought=_sums(BoltOn.objects.filter(**this_month)),
            bought_ahead=_sums(BoltOn.objects.filter(account__in=accounts, month=ledger.next_month(now))),
            stopped={(pk, counter): text for pk, counter, text in stops.values_list(*PLACE, "text")},
            usual=_usual(accounts, now),
            booked=_booked(accounts, now),
            ending=_ending(accounts, now),
            rhythms=rhythms(accounts, now),
            waiting={(pk, method): n for pk, method, n in waits},
        )

    def outlook(self, account: VendorAccount, counter: str, now: datetime) -> Outlook:
        key = (account.pk, counter)
        budget = ledger.budget_of(
            account, counter, self.used.get(key, 0), self.bought.get(key, 0), self.stopped.get(key, "")
        )
        booked, name = self._booked(account, counter), ledger.label(account, counter)
        demand = Demand(booked, self.usual.get(key, 0.0), self.rhythms.get(key, ()))
        coming = forecast(budget.left, demand, now.date())
        quota = ledger.plan_quota(account, counter) + self.bought_ahead.get(key, 0)
        ahead = forecast(quota, Demand(booked), ledger.next_month(now).date())
        said = _sentence(account, name, budget, coming, now) + _ahead(ahead, quota)
        return Outlook(counter, name, budget, coming, ahead, quota, self._waiting(account, counter), said)

    def _booked(self, account: VendorAccount, counter: str) -> Counter[date]:
        """The calls of the codes that are planned, and those at the end of what there is then, by UTC day."""
        calls: Counter[date] = Counter()
        for all_costs, codes in (
            (account.profile.costs, self.booked),
            (account.profile.endings, self.ending),
        ):
            for method, costs in all_costs.items():
                for day, n in codes.get((account.pk, method), Counter()).items():
                    calls[day] += n * costs.get(counter, 0)
        return calls

    def _waiting(self, account: VendorAccount, counter: str) -> int:
        costs = account.profile.costs.items()
        return sum(self.waiting.get((account.pk, method), 0) for method, cost in costs if counter in cost)


PLACE = ("account", "counter")


def _sums(rows: Any) -> dict[Key, int]:
    summed = rows.order_by().values_list(*PLACE).annotate(n=Sum("calls"))
    return {(pk, counter): n for pk, counter, n in summed}


def _booked(accounts: list[VendorAccount], now: datetime) -> dict[Key, Counter[date]]:
    """Codes that are planned, by the UTC day on which they are due: today, where that has passed."""
    planned = IssuedCode.objects.filter(account__in=accounts, state=CodeState.PLANNED, ends_at__gt=now)
    days = planned.order_by().annotate(day=TruncDate("due_at", tzinfo=UTC))
    booked: dict[Key, Counter[date]] = defaultdict(Counter)
    for pk, method, day, n in days.values_list("account", "method", "day").annotate(n=Count("pk")):
        booked[pk, method][max(day, now.date())] += n
    return booked


def _ending(accounts: list[VendorAccount], now: datetime) -> dict[Key, Counter[date]]:
    """Codes whose end costs calls, by the UTC day on which they end: today, where that has passed."""
    methods = {method for account in accounts for method in account.profile.endings}
    rows = IssuedCode.objects.filter(account__in=accounts, method__in=methods, state__in=ENDING)
    days = rows.order_by().annotate(day=TruncDate("ends_at", tzinfo=UTC))
    ending: dict[Key, Counter[date]] = defaultdict(Counter)
    for pk, method, day, n in days.values_list("account", "method", "day").annotate(n=Count("pk")):
        ending[pk, method][max(day, now.date())] += n
    return ending


def _usual(accounts: list[VendorAccount], now: datetime) -> dict[Key, float]:
    """Calls a day of the last four weeks, as far as Latchkey kept the ledger; none before a week of it."""
    today = datetime.combine(now.date(), time(), UTC)
    ours = PaidCall.objects.filter(account__in=accounts, at__lt=today, at__gte=today - MEASURED)
    ours = ours.exclude(subject=ledger.OPENING).order_by()
    usual = {}
    for pk, counter, calls, first in ours.values_list(*PLACE).annotate(n=Sum("calls"), first=Min("at")):
        days = (today.date() - first.date()).days
        usual[pk, counter] = calls / days if days >= LEAST else 0.0
    return usual


def _sentence(account: VendorAccount, name: str, budget: Budget, coming: Forecast, now: datetime) -> str:
    again = ledger.day(ledger.next_month(now))
    if budget.stopped:
        return f"{account.profile.label} says that the {name} calls are spent: it is asked again on {again}."
    if not budget.left:
        return f"The {name} calls of this month are spent; there are new ones on {again}."
    more = f"about {coming.expected} to be expected" if coming.expected else "none to be expected yet"
    calls = f"{budget.left} calls left, {more} this month"
    if coming.ends_on is None:
        return f"{name} plan lasts the month: {calls}."
    return f"{name} plan ends on the {ordinal(coming.ends_on.day)}: {calls}."


def _ahead(ahead: Forecast, quota: int) -> str:
    """What is to be said of the coming month; nothing while what is booked for it has calls enough."""
    if ahead.ends_on is None or not quota:
        return ""
    calls = f"{ahead.expected} calls are booked for it already, and it has {quota}"
    return f" {ahead.ends_on:%B} will not last: {calls}, which end on the {ordinal(ahead.ends_on.day)}."


# ------------------------------------------------------------------------------------------- written times


def zone_proofs(accounts: Iterable[VendorAccount]) -> dict[int, ZoneProof]:
    """By account the last trial of the zone that it has now; a trial of another zone does not count."""
    zones = {account.pk: account.timezone for account in accounts}
    rows = ZoneProof.objects.filter(account__in=zones).order_by("account_id", "timezone", "-at", "-pk")
    latest = rows.distinct("account_id", "timezone")
    return {proof.account_id: proof for proof in latest if proof.timezone == zones[proof.account_id]}


def zone_words(account: VendorAccount, proof: ZoneProof | None) -> str:
    """What is known of the times that are written there, in words."""
    if proof is None:
        return f"Never tried: whether times written there are taken as {account.timezone} is not known."
    verdict = "proven" if proof.proven else "REFUSED"
    return f"{account.timezone} {verdict} on {ledger.day(proof.at)} {proof.at:%Y}: {proof.note}."
