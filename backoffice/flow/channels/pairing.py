"""Rooms paired with calendars: chosen, acknowledged where they share one, activated by an explicit act."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from backoffice.models import CalendarPairing, Mode, Room, Scope, VendorAccount
from backoffice.word import NotPossible, Word, on_record
from integrations.types import CalendarRecord

OPTIONS = ("transparent", "declined", "working_location", "birthday")
SHARED = (
    "{calendar} is paired with {rooms} already. Entries of people in it block every paired room. Tick that "
    "this is wanted, or give the room a calendar of its own."
)
READ_ONLY = (
    "{calendar} may only be read with this account: choose “from the calendar only”, or share it for changes."
)


def pair(
    room: Room, account: VendorAccount, calendar: CalendarRecord, given: dict[str, Any], word: Word
) -> CalendarPairing:
    """Pair a room with a calendar of the account's list; nothing syncs before `activate` (M6).

    `given`: mode, scope, acknowledged (that another room uses it), options. NotPossible, in words, for a pair
    that there is already, a calendar that cannot be written in a mode that writes, and a shared one that was
    not acknowledged (5.6).
    """
    mode, scope = Mode(given["mode"]), Scope(given["scope"])
    if CalendarPairing.objects.filter(room=room, account=account, ref=calendar.ref).exists():
        raise NotPossible(f"{room} is paired with {calendar.title} already: change that pairing.")
    if mode != Mode.FROM_CALENDAR and not calendar.can_write:
        raise NotPossible(READ_ONLY.format(calendar=calendar.title))
    acknowledged = bool(given.get("acknowledged"))
    if (others := _others(account, calendar.ref, room)) and not acknowledged:
        raise NotPossible(SHARED.format(calendar=calendar.title, rooms=", ".join(others)))
    with transaction.atomic():
        row = CalendarPairing.objects.create(
            room=room,
            account=account,
            ref=calendar.ref,
            title=calendar.title[:250],
            mode=mode,
            scope=scope,
            options=_options(given),
            acknowledged_at=word.now if others else None,
        )
        on_record(word, "pair", row, detail={"room": str(room), "mode": mode, "scope": scope})
    return row


def change(pairing: CalendarPairing, given: dict[str, Any], word: Word) -> CalendarPairing:
    """Give a pairing another mode, scope or options; a narrower scope rewrites the events to come (5.2)."""
    before = {"mode": pairing.mode, "scope": pairing.scope}
    pairing.mode, pairing.scope = Mode(given["mode"]), Scope(given["scope"])
    pairing.options = _options(given)
    after = {"mode": pairing.mode, "scope": pairing.scope}
    with transaction.atomic():
        pairing.save(update_fields=["mode", "scope", "options"])
        on_record(word, "change pairing", pairing, detail={"before": before, "after": after})
    return pairing


def activate(pairing: CalendarPairing, word: Word) -> CalendarPairing:
    """Let a pairing sync from now on (M6); NotPossible while its account is not connected or stopped."""
    account = pairing.account
    if account.stopped_at:
        raise NotPossible(f"{account} is stopped: {account.stopped_reason}. Connect it first.")
    others = _others(account, pairing.ref, pairing.room)
    if others and pairing.acknowledged_at is None:
        raise NotPossible(SHARED.format(calendar=pairing.title or pairing.ref, rooms=", ".join(others)))
    changed = CalendarPairing.objects.filter(pk=pairing.pk, activated_at=None)
    return _switched(pairing, changed, "activate", word, activated_at=word.now)


def deactivate(pairing: CalendarPairing, word: Word) -> CalendarPairing:
    """Let a pairing sync no more. What stands in the calendar and what it blocks stays as it is."""
    changed = CalendarPairing.objects.filter(pk=pairing.pk, activated_at__isnull=False)
    return _switched(pairing, changed, "deactivate", word, activated_at=None)


def acknowledge(pairing: CalendarPairing, word: Word) -> CalendarPairing:
    """Accept that several rooms share the calendar, and that people's entries in it block them all."""
    changed = CalendarPairing.objects.filter(pk=pairing.pk, acknowledged_at=None)
    return _switched(pairing, changed, "acknowledge", word, acknowledged_at=word.now)


def shared_with(pairing: CalendarPairing) -> list[str]:
    """The other rooms that are paired with the same calendar."""
    return _others(pairing.account, pairing.ref, pairing.room)


def _others(account: VendorAccount, ref: str, room: Room) -> list[str]:
    used = CalendarPairing.objects.filter(account=account, ref=ref).exclude(room=room)
    return [str(pairing.room) for pairing in used.select_related("room").order_by("room__name")]


def _options(given: dict[str, Any]) -> dict[str, bool]:
    chosen = given.get("options") or ()
    return {name: True for name in OPTIONS if name in chosen}


def _switched(pairing: CalendarPairing, rows: Any, verb: str, word: Word, **fields: Any) -> CalendarPairing:
    with transaction.atomic():
        if not rows.update(**fields):
            raise NotPossible("That has been done already.")
        pairing.refresh_from_db()
        on_record(word, verb, pairing, detail={"room": str(pairing.room)})
    return pairing
