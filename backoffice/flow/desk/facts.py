"""What a lock vendor tells staff on request and nothing mirrors; each question may be a paid call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from backoffice.flow.desk.site import client_of
from backoffice.models import AccessLevel, Door, LockGrid, VendorAccount
from backoffice.word import NotPossible, Word, on_record
from integrations.errors import VendorError
from integrations.types import (
    AccessProvider,
    CardSite,
    CodeOrder,
    FobStock,
    LockFacts,
    LockMemory,
    Method,
    RuleRecord,
)

FALLBACK = (0, 12)  # ids of an hour and of a day, where the durations of a model are not known
SHOWN = 50  # rows of a list
PRIVATE = re.compile("key|pin|code|secret|mail|phone|user|name", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about: a door, a lock model, somebody by his number or key there, or none of them."""

    account: VendorAccount
    word: Word
    door: Door | None = None
    model: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be asked: what staff call it, who can tell it, how."""

    label: str
    able: str
    tell: Callable[[AccessProvider, Question], str]


def facts_of(account: VendorAccount) -> list[tuple[str, str]]:
    """What an account's vendor can be asked: (name, label)."""
    return [(name, fact.label) for name, fact in FACTS.items() if fact.able in account.profile.desk]


def ask(what: str, question: Question) -> str:
    """The vendor's answer in words, asked for now; on record before it is asked.

    NotPossible for what it cannot be asked, in words; where it has not released a call, that is said.
    """
    fact = FACTS.get(what)
    if fact is None or fact.able not in question.account.profile.desk:
        raise NotPossible(f"{question.account.profile.label} cannot be asked that.")
    provider = client_of(question.account, fact.able)
    on_record(question.word, "ask", question.account, detail={"what": what})
    try:
        return fact.tell(provider, question)
    except VendorError as error:
        text = error.text.rstrip(". ")
        raise NotPossible(f"{text[:1].upper()}{text[1:]}.") from None


def want_memory(account: VendorAccount, door: Door | None, word: Word) -> None:
    """Put on record that a lock's memory is to be read, or that of all of an account; the caller wakes it.

    NotPossible where there is none, for a KitLock, or for a door of another account.
    """
    provider = client_of(account, "lock_memory")
    if not isinstance(provider, LockMemory):
        raise NotPossible(f"{account.profile.label} has no such call.")
    if door is not None and door.account_id != account.pk:
        raise NotPossible(f"{door} is not a door of {account}.")
    _check_listed(door)
    on_record(word, "read memory", door or account)


# ------------------------------------------------------------------------------------------------ card sites


def _credentials(provider: AccessProvider, _question: Question) -> str:
    assert isinstance(provider, CardSite)  # noqa: S101 the registry's promise
    count = provider.credential_summary()
    if count.claimed is None and count.unclaimed is None:
        return "The vendor's answer does not say it in a known way."
    told = ("not told" if number is None else str(number) for number in (count.claimed, count.unclaimed))
    return "App keys claimed: {}. Not claimed yet: {}.".format(*told)


def _next_card(provider: AccessProvider, _question: Question) -> str:
    assert isinstance(provider, CardSite)  # noqa: S101
    return f"The vendor's next free card number is {provider.next_card_number()}."


def _validation(provider: AccessProvider, question: Question) -> str:
    """A made-up guest of tomorrow, for some access level of the site; nothing is made."""
    assert isinstance(provider, CardSite)  # noqa: S101
    level = AccessLevel.objects.filter(account=question.account, gone_at=None).order_by("pk").first()
    if level is None:
        raise NotPossible("No access level is known there yet: refresh the account first.")
    start = question.word.now + timedelta(days=1)
    order = CodeOrder(
        key="trial",
        method=Method.CARD,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        holder_key="LK-TRIAL",
        holder_name="Trial",
        card_number="999999999",
        level_refs=(level.ref,),
    )
    (outcome,) = provider.validate([order])
    return f"Refused: {outcome.error.text}" if outcome.error else "A guest of tomorrow would be accepted."


def _user(provider: AccessProvider, question: Question) -> str:
    """By our key, else by the vendor's own number; of what he may open only what this reading tells."""
    assert isinstance(provider, CardSite)  # noqa: S101
    who = question.who.strip()
    if not who:
        raise NotPossible("Say who: the key (id_num) or the number that the vendor has for the card holder.")
    found = provider.user_by_key(who) or (provider.user(who) if who.isascii() and who.isdigit() else None)
    if found is None:
        return f"The vendor has no card holder {who}."
    switch = {True: "enabled", False: "disabled", None: "enabled or not, is not told"}[found.enabled]
    since, until = (f"{at:%Y-%m-%d %H:%M} UTC" if at else "no end" for at in (found.starts_at, found.ends_at))
    levels = "not told" if found.level_refs is None else ", ".join(found.level_refs) or "none"
    return (
        f"{found.name or found.key or found.ref} ({found.ref}, key {found.key or 'none'}): {switch}. "
        f"Valid from {since if found.starts_at else 'ever'} to {until}. "
        f"Card {found.card_number or 'none'}. Access levels: {levels}."
    )


def _reissue(provider: AccessProvider, question: Question) -> str:
    """Nothing is sent: the vendor has not released it, and says so (L-C24)."""
    assert isinstance(provider, CardSite)  # noqa: S101
    provider.reissue(question.who.strip() or "any")
    return "It was issued anew."


def _fobs(provider: AccessProvider, _question: Question) -> str:
    assert isinstance(provider, FobStock)  # noqa: S101
    records = provider.check_fobs().records
    lines = [f"{fob.name or fob.ref}: {_plain(fob.raw)}" for fob in records[:SHOWN]]
    return "\n".join(lines) or "No fob is listed."


# ----------------------------------------------------------------------------------------------------- locks


def _account(provider: AccessProvider, _question: Question) -> str:
    assert isinstance(provider, LockFacts)  # noqa: S101
    told = provider.account()
    return f"The locks are paired with {told.email}. State: {told.status_text or 'not told'}."


def _modes(provider: AccessProvider, question: Question) -> str:
    assert isinstance(provider, LockFacts)  # noqa: S101
    rows = provider.modes(question.model)
    return "\n".join(f"{row.mode} {row.submode}: {', '.join(row.models)}" for row in rows)


def _help(provider: AccessProvider, _question: Question) -> str:
    assert isinstance(provider, LockFacts)  # noqa: S101
    return provider.spcconfig()


def _lock(provider: AccessProvider, question: Question) -> str:
    assert isinstance(provider, LockFacts)  # noqa: S101
    door = question.door
    if door is None or door.account_id != question.account.pk:
        raise NotPossible("Say which lock: one of this account.")
    _check_listed(door)
    told = provider.door(door.ref)
    battery, clock = told.battery_text or "not told", told.timezone or "not told"
    return f"{told.name or told.ref}. Battery: {battery}. Clock: {clock}.\n{_plain(told.raw)}"


def _rules(provider: AccessProvider, question: Question) -> str:
    """The rule of one hour and of one day of a model; kept, so that the audit can compare it with clocks."""
    assert isinstance(provider, LockFacts)  # noqa: S101
    model = question.model.upper()
    if not model:
        raise NotPossible("Say which lock model.")
    grid = LockGrid.objects.filter(account=question.account, ref=model).first()
    rules = [provider.rule(model, number) for number in _samples(grid)]
    now = question.word.now
    LockGrid.objects.update_or_create(
        account=question.account,
        ref=model,
        defaults={"rules": [_kept(rule) for rule in rules], "rules_read_at": now},
        create_defaults={"rules": [_kept(rule) for rule in rules], "rules_read_at": now, "read_at": now},
    )
    return "\n".join(_said(rule) for rule in rules)


def _samples(grid: LockGrid | None) -> list[int]:
    """An hour and a day among the durations of a model: each rule read is a paid call."""
    rows = grid.durations if grid else []
    hours = [row[0] for row in rows if not row[2]]
    days = [row[0] for row in rows if row[2]]
    return [*hours[:1], *days[:1]] if rows else list(FALLBACK)


def _kept(rule: RuleRecord) -> list[object]:
    length = rule.duration
    return [length.id, length.hours, length.days, rule.converts_to_utc, rule.applies_dst, rule.start_text]


def _said(rule: RuleRecord) -> str:
    words = {True: "yes", False: "no", None: "not told"}
    count, unit = (rule.duration.days, "day") if rule.duration.days else (rule.duration.hours, "hour")
    length = f"{count} {unit}" + ("" if count == 1 else "s")
    return (
        f"{rule.model} for {length}: counted in UTC {words[rule.converts_to_utc]}, "
        f"summer time {words[rule.applies_dst]}, begins {rule.start_text or 'at any full hour'}"
    )


def _check_listed(door: Door | None) -> None:
    if door is not None and door.lock.get("timecode"):
        raise NotPossible(f"{door.name} is a KitLock, of which its vendor knows nothing: choose a K3 lock.")


def _plain(raw: Mapping[str, object]) -> str:
    """What a row tells beside what opens something or is about a person."""
    told = ((name, value) for name, value in raw.items() if value and not PRIVATE.search(name))
    return ", ".join(f"{name} {value}" for name, value in told if isinstance(value, str | int | float))


FACTS: Mapping[str, Fact] = {
    "credentials": Fact("App keys claimed and not claimed", "site", _credentials),
    "next_card_number": Fact("Next free card number", "site", _next_card),
    "validation": Fact("Would a guest of tomorrow be accepted?", "site", _validation),
    "user": Fact("One card holder as the vendor has him now", "site", _user),
    "reissue": Fact("A new app key for a lost phone", "site", _reissue),
    "fobs": Fact("When fobs were last used", "site", _fobs),
    "account": Fact("Whose the K3 locks are", "lock_facts", _account),
    "lock": Fact("One K3 lock as it is now", "lock_facts", _lock),
    "modes": Fact("Families of codes of a lock model", "lock_facts", _modes),
    "rules": Fact("What clock the codes of a lock model count by", "lock_facts", _rules),
    "help": Fact("The vendor's sample of weekly periods", "lock_facts", _help),
}
