"""Make the rows what a site file says: all of it or nothing, and twice is as once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction

from backoffice import accounts, ledger
from backoffice.models import (
    CalendarPairing,
    Door,
    PathStep,
    Resource,
    Room,
    VendorAccount,
    Venue,
    hook_digest,
    new_hook_token,
)
from backoffice.sitefile.read import Lines, Place, SiteFileError
from backoffice.sitefile.schema import Account, DoorEntry, Lock, RoomEntry, SiteFile, VenueEntry
from integrations.types import Role

GIVEN = "token_as_given"  # fingerprint of the file's token, so that a rotated one is not overwritten by it


@dataclass(slots=True)
class Applied:
    """What was created and changed, in words, and every account's webhook token."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    hooks: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Site:
    lines: Lines
    now: datetime
    done: Applied
    accounts: dict[str, VendorAccount] = field(default_factory=dict)

    def wrong(self, place: Place, text: str) -> SiteFileError:
        return SiteFileError(f"{self.lines.at(place)}: {text}")

    def account(self, slug: str, role: Role, place: Place) -> VendorAccount:
        account = self.accounts.get(slug)
        if account is None:
            raise self.wrong(
                place, f"there is no account {slug!r}; there are {', '.join(self.accounts) or 'none'}"
            )
        if account.profile.role != role:
            raise self.wrong(place, f"{slug!r} is {account.profile.label}, which has no {role.value}")
        return account


def apply(file: SiteFile, lines: Lines, now: datetime) -> Applied:
    """Create and update the rows in one transaction; SiteFileError names the line and nothing is changed."""
    site = _Site(lines, now, Applied())
    with transaction.atomic():
        site.accounts = {account.slug: account for account in VendorAccount.objects.all()}
        for slug, entry in file.accounts.items():
            site.accounts[slug] = _account(site, slug, entry)
            if site.accounts[slug].profile.read_hook:
                site.done.hooks[slug] = site.accounts[slug].hook_token
        for slug, venue in file.venues.items():
            _venue(site, slug, venue)
    return site.done


def _put(site: _Site, label: str, model: Any, key: dict[str, Any], values: dict[str, Any]) -> Any:
    """The row with this key and these values, written only where something differs."""
    row = model._default_manager.filter(**key).first()  # noqa: SLF001 the public way to it
    if row is None:
        site.done.created.append(label)
        return model._default_manager.create(**key, **values)  # noqa: SLF001
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, values[name])
        row.save(update_fields=changed)
        site.done.updated.append(f"{label} ({', '.join(changed)})")
    return row


# ----------------------------------------------------------------------------------------------- accounts


def _account(site: _Site, slug: str, entry: Account) -> VendorAccount:
    old = site.accounts.get(slug)
    if old is not None and old.vendor != entry.vendor:
        raise site.wrong(
            ("accounts", slug, "vendor"), f"was {old.vendor}; take another name for another vendor"
        )
    values: dict[str, Any] = {
        "vendor": entry.vendor,
        "base_url": entry.base_url,
        "timezone": entry.timezone,
        "secrets": _secrets(entry, old),
        "options": entry.options,
        "enabled": entry.enabled,
    }
    for name in ("poll_minutes", "lookback_days", "horizon_days"):
        if (given := getattr(entry, name)) is not None:
            values[name] = given
    if old is None and entry.poll_minutes is None:
        values["poll_minutes"] = VendorAccount(vendor=entry.vendor).profile.poll_minutes
    token = entry.hook_token or (old.hook_token if old else new_hook_token())
    values |= {"hook_token": token, "hook_digest": hook_digest(token)}
    _hook_is_free(site, slug, token)
    before = dict(old.options) if old else {}
    account: VendorAccount = _put(site, f"account {slug}", VendorAccount, {"slug": slug}, values)
    _opening_balance(site, account, before)
    if old is not None and any(line.startswith(f"account {slug} ") for line in site.done.updated):
        accounts.resume(account)  # a person has changed its settings
    return account


def _hook_is_free(site: _Site, slug: str, token: str) -> None:
    for other, account in site.accounts.items():
        if other != slug and account.hook_digest == hook_digest(token):
            raise site.wrong(("accounts", slug, "hook_token"), f"is already that of account {other!r}")


def _secrets(entry: Account, old: VendorAccount | None) -> dict[str, Any]:
    """The file's secrets; a token that was renewed since the file gave it stays, and so does what the file
    lacks and a manager's consent gave."""
    secrets = {**_consented(old), **entry.secrets}
    if "token" not in entry.secrets:
        return secrets
    given = hashlib.sha256(json.dumps(secrets["token"], sort_keys=True, default=str).encode()).hexdigest()
    if old is not None and old.secrets.get(GIVEN) == given:
        secrets["token"] = old.secrets["token"]
    return {**secrets, GIVEN: given}


def _consented(old: VendorAccount | None) -> dict[str, Any]:
    consent = old.profile.consent if old else None
    stored = old.secrets if old else {}
    return {name: stored[name] for name in consent.gives if stored.get(name)} if consent else {}


def _opening_balance(site: _Site, account: VendorAccount, before: dict[str, Any]) -> None:
    """Calls spent this month before us go into the ledger once, or when the number changes."""
    for counter in account.profile.budgets:
        used = account.options.get(f"{counter}_used")
        if used is not None and used != before.get(f"{counter}_used"):
            ledger.take_over(account, counter, int(used), site.now)


# ------------------------------------------------------------------------------------------------- places


def _venue(site: _Site, slug: str, entry: VenueEntry) -> None:
    phone = {} if entry.phone is None else {"phone": entry.phone}
    values = {"name": entry.name, "timezone": entry.timezone, **phone, **entry.policy.model_dump()}
    venue = _put(site, f"venue {slug}", Venue, {"slug": slug}, values)
    place: Place = ("venues", slug)
    for name, door in entry.doors.items():
        _door(site, venue, name, door, (*place, "doors", name))
    rooms = {
        name: _room(site, venue, name, room, (*place, "rooms", name)) for name, room in entry.rooms.items()
    }
    for name, room in entry.rooms.items():
        _links(site, venue, rooms[name], room, (*place, "rooms", name))


def _door(site: _Site, venue: Venue, slug: str, entry: DoorEntry, place: Place) -> None:
    account = site.account(entry.account, Role.ACCESS, (*place, "account"))
    if entry.method not in account.profile.methods:
        can = ", ".join(account.profile.methods)
        raise site.wrong(
            (*place, "method"), f"{entry.method} is not offered by {account.profile.label}; it has {can}"
        )
    ref = entry.ref or _kitlock_ref(entry.lock)
    lock = entry.lock.model_dump(exclude_none=True, exclude_defaults=False) if entry.lock else {}
    other = (
        Door.objects.filter(account=account, ref=ref)
        .exclude(venue=None)
        .exclude(venue=venue, slug=slug)
        .first()
    )
    if other is not None:
        raise site.wrong(place, f"is the same lock as door {other.slug!r} of {other.venue}")
    values: dict[str, Any] = {
        "venue": venue,
        "slug": slug,
        "method": entry.method.value,
        "lock": lock,
        "access_level_ref": entry.access_level or "",
        "fob_refs": entry.fobs,
        **entry.policy.model_dump(),
    }
    moved = Door.objects.filter(venue=venue, slug=slug).exclude(account=account, ref=ref)
    moved.update(venue=None, slug="")  # the slug now belongs to another lock
    if entry.name:
        values["name"] = entry.name
    door: Door = _put(site, f"door {venue.slug}/{slug}", Door, {"account": account, "ref": ref}, values)
    if not door.name:
        Door.objects.filter(pk=door.pk).update(name=slug.replace("-", " ").capitalize())


def _kitlock_ref(lock: Lock | None) -> str:
    return f"{lock.timecode}/{lock.identifier}" if lock else ""


def _room(site: _Site, venue: Venue, slug: str, entry: RoomEntry, place: Place) -> Room:
    for n, name in enumerate(entry.block_on):
        if name not in site.accounts:
            raise site.wrong((*place, "block_on", n), f"there is no account {name!r}")
    values = {"name": entry.name, **entry.policy.model_dump()}
    if "block_on" in entry.model_fields_set:  # else it stays as staff chose on the room's page
        values["block_on"] = entry.block_on
    room: Room = _put(site, f"room {venue.slug}/{slug}", Room, {"venue": venue, "slug": slug}, values)
    return room


def _links(site: _Site, venue: Venue, room: Room, entry: RoomEntry, place: Place) -> None:
    label = f"room {venue.slug}/{room.slug}"
    _part_of(site, venue, room, entry, place)
    _sold_as(site, room, entry, place)
    _path(site, venue, room, entry, place)
    kept = []
    for n, calendar in enumerate(entry.calendars):
        account = site.account(calendar.account, Role.CALENDAR, (*place, "calendars", n, "account"))
        key = {"room": room, "account": account, "ref": calendar.ref}
        values: dict[str, Any] = {"mode": calendar.mode, "scope": calendar.scope, "options": calendar.options}
        values["activated_at"] = _since(site, key, "activated_at") if calendar.active else None
        if calendar.acknowledged:
            values["acknowledged_at"] = _since(site, key, "acknowledged_at")
        kept.append(_put(site, f"{label}: calendar {calendar.ref}", CalendarPairing, key, values).pk)
    if "calendars" in entry.model_fields_set:  # else those that staff paired on the page stay
        _drop(site, f"{label}: calendars", CalendarPairing.objects.filter(room=room).exclude(pk__in=kept))


def _since(site: _Site, key: dict[str, Any], name: str) -> datetime:
    """Since when a pairing is active or acknowledged: the file's word says it once."""
    return CalendarPairing.objects.filter(**key).values_list(name, flat=True).first() or site.now


def _part_of(site: _Site, venue: Venue, room: Room, entry: RoomEntry, place: Place) -> None:
    whole = None
    if entry.part_of:
        whole = Room.objects.filter(venue=venue, slug=entry.part_of).first()
        if whole is None or whole == room:
            raise site.wrong((*place, "part_of"), f"there is no other room {entry.part_of!r} in this venue")
        if whole.part_of_id == room.pk:
            raise site.wrong((*place, "part_of"), f"{entry.part_of!r} is itself a part of this room")
    _put(
        site,
        f"room {venue.slug}/{room.slug}",
        Room,
        {"pk": room.pk},
        {"part_of_id": whole.pk if whole else None},
    )


def _sold_as(site: _Site, room: Room, entry: RoomEntry, place: Place) -> None:
    label, kept = f"room {room.venue.slug}/{room.slug}", []
    for n, sold in enumerate(entry.sold_as):
        account = site.account(sold.account, Role.BOOKINGS, (*place, "sold_as", n, "account"))
        taken = (
            Resource.objects.filter(account=account, ref=sold.ref)
            .exclude(room=None)
            .exclude(room=room)
            .first()
        )
        if taken is not None:
            raise site.wrong((*place, "sold_as", n), f"{sold.ref} is already sold as room {taken.room}")
        values = {"room_id": room.pk, "session_minutes": sold.session_minutes}
        key = {"account": account, "ref": sold.ref}
        kept.append(_put(site, f"{label}: sold as {sold.account} {sold.ref}", Resource, key, values).pk)
    stray = Resource.objects.filter(room=room).exclude(pk__in=kept)
    if stray.update(room=None):
        site.done.updated.append(f"{label}: no longer sold as before")


def _path(site: _Site, venue: Venue, room: Room, entry: RoomEntry, place: Place) -> None:
    doors = {door.slug: door for door in Door.objects.filter(venue=venue)}
    for n, slug in enumerate(entry.path):
        if slug not in doors:
            raise site.wrong((*place, "path", n), f"there is no door {slug!r} in this venue")
        if slug in entry.path[:n]:
            raise site.wrong((*place, "path", n), f"door {slug!r} stands on this path already")
    wanted = [(doors[slug].pk, n) for n, slug in enumerate(entry.path, start=1)]
    steps = PathStep.objects.filter(room=room)
    if sorted(steps.values_list("door_id", "position")) != sorted(wanted):
        steps.delete()
        PathStep.objects.bulk_create(PathStep(room=room, door_id=pk, position=n) for pk, n in wanted)
        site.done.updated.append(f"room {venue.slug}/{room.slug}: path")


def _drop(site: _Site, label: str, rows: models.QuerySet[Any]) -> None:
    if rows.delete()[0]:
        site.done.updated.append(f"{label} removed")
