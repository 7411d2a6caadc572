"""How a room's calendar does: syncing, asleep, or paused and why; asked by pages, the API and the audit."""

from __future__ import annotations

from dataclasses import dataclass

from backoffice.models import CalendarPairing, Mode

ASLEEP, RUNNING, PAUSED = "not active", "active", "paused"
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
    if pairing.paused_at:
        return Standing(PAUSED, f"{_sentence(pairing.paused_reason)} Nothing was deleted.")
    return Standing(RUNNING)


def _sentence(text: str) -> str:
    return f"{text.rstrip('. ')}."
