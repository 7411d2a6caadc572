"""How a room's calendar does: syncing, asleep, paused or waiting, and why; for pages, the API and audit."""

from __future__ import annotations

from dataclasses import dataclass

from backoffice.models import CalendarPairing, Mode

ASLEEP, RUNNING, PAUSED, WAITING = "not active", "active", "paused", "waiting"
READING = (Mode.BIDIRECTIONAL, Mode.FROM_CALENDAR)
WRITING = (Mode.BIDIRECTIONAL, Mode.TO_CALENDAR)


@dataclass(frozen=True, slots=True)
class Standing:
    """A word, and what is to be said with it."""

    word: str
    why: str = ""


def standing(pairing: CalendarPairing) -> Standing:
    """What a pairing does now; its account is read along with it."""
    account = pairing.account
    if pairing.activated_at is None:
        return Standing(ASLEEP, "Nothing syncs before somebody activates it.")
    if account.stopped_at:
        return Standing(PAUSED, f"{_sentence(account.stopped_reason)} Nothing was deleted.")
    if not account.enabled:
        return Standing(PAUSED, f"{account} is switched off.")
    return _paused(pairing) if pairing.paused_at else Standing(RUNNING)


def _paused(pairing: CalendarPairing) -> Standing:
    """By its last reading: once somebody has seen to the account, only the next one tells."""
    account = pairing.account
    if pairing.paused_at and account.resumed_at and pairing.paused_at <= account.resumed_at:
        return Standing(WAITING, f"{account} is used again: the calendar waits to be read.")
    return Standing(PAUSED, f"{_sentence(pairing.paused_reason)} Nothing was deleted.")


def _sentence(text: str) -> str:
    return f"{text.rstrip('. ')}."
