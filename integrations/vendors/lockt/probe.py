"""The write-zone probe: two known times on a disabled spare user, read back as UTC (L-C15)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import Garbled, Refused, Unavailable, VendorError
from integrations.types import ZoneProof, ZoneReading
from integrations.vendors.lockt.people import People
from integrations.vendors.lockt.rows import Holder
from integrations.vendors.lockt.times import is_zone
from integrations.vendors.lockt.wire import Wire

SPARE = "LK-ZONE-PROBE"
WINTER, SUMMER = "{}-01-15 03:04:05", "{}-07-15 06:07:08"  # either may have daylight saving time
PAST = ("2000-01-01 00:00:00", "2000-01-01 00:00:01")
TRIES = 3  # to leave the spare user as it was
# a profile edit of one row: nothing is added to its levels and nothing taken away (L-C9)
OPTIONS = {"update_existing": "true", "validate_fails_batch": "true", "replace_privileges": "false"}

Texts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe of one account, in the year that its times are to be in."""

    wire: Wire
    people: People
    zone: ZoneInfo
    year: int

    def run(self, key: str) -> ZoneProof:
        """What the vendor makes of written times; the spare user is made, disabled, where there is none.

        Raises Refused (the user may open doors, or shares its address), and what a call raises; then too
        the user is put back as it was, if the vendor lets us.
        """
        before = self._spare(key)
        try:
            readings = self._readings(before)
        except VendorError:
            self._restored(before)
            raise
        return self._proof(readings, restored=self._restored(before))

    def _spare(self, key: str) -> Holder:
        before = self._find(key) or self._new(key)
        if before.enabled is not False:
            raise Refused("the spare user must be disabled: its window is about to change")
        if before.email and self.people.everyone([key]).shared("email", before.email, key):
            raise Refused("the spare user shares its e-mail address: take another one")
        return before

    def _find(self, key: str) -> Holder | None:
        found = self.people.find([key])
        if key in found.errors:
            raise found.errors[key]
        return found.holders.get(key)

    def _new(self, key: str) -> Holder:
        return self._written(Holder(id="0", id_num=key, first_name="Time", last_name="Probe"), PAST)

    def _written(self, holder: Holder, texts: Texts) -> Holder:
        """The user as it reads after its window was written; everything else is carried over."""
        said = self.wire.write("POST", "/user", {"users": [_row(holder, texts)], "options": OPTIONS})
        if said.trouble:
            raise said.trouble
        if said.rows or said.failed:
            raise Refused(said.rows[0].text if said.rows else "the vendor refused the spare user")
        after = self._find(holder.id_num)
        if after is None:
            raise Unavailable("the vendor accepted the spare user, but reading back does not show it")
        return after

    def _readings(self, before: Holder) -> tuple[ZoneReading, ...]:
        texts = (WINTER.format(self.year), SUMMER.format(self.year))
        after = self._written(before, texts)
        read = (after.access_effective, after.access_expires)
        found = tuple(_reading(text, at) for text, at in zip(texts, read, strict=True) if at is not None)
        if len(found) < 2 or not all(is_zone(one.offset) for one in found):
            raise Garbled("the times of the spare user do not read back as they were written, in any zone")
        return found

    def _restored(self, before: Holder) -> bool:
        """Whether the spare user could be put back; the reading of the zone is good either way."""
        with suppress(VendorError):
            return self._put_back(before)
        return False

    def _put_back(self, before: Holder) -> bool:
        """Put the window back as it was, whatever zone it takes: written, read, corrected by what is off."""
        wanted = (before.access_effective, before.access_expires)
        naive = [None if at is None else _naive(at, self.zone) for at in wanted]
        for _ in range(TRIES):
            after = self._written(before, _texts(naive))
            read = (after.access_effective, after.access_expires)
            if [_second(at) for at in read] == [_second(at) for at in wanted]:
                return True
            for place, (at, meant) in enumerate(zip(read, wanted, strict=True)):
                if at and meant and (local := naive[place]):
                    naive[place] = local - (at - meant)
        return False

    def _proof(self, readings: tuple[ZoneReading, ...], *, restored: bool) -> ZoneProof:
        proven = all(_instant(one.written_text, self.zone) == one.read_at for one in readings)
        told = ", ".join(f"{one.written_text} reads back as {one.read_at:%H:%M:%S} UTC" for one in readings)
        verdict = f"written times are {'' if proven else 'NOT '}in {self.zone.key}: {told}"
        left = "" if restored else "; the spare user's window could not be put back"
        return ZoneProof(self.zone.key, proven, readings, restored, verdict + left)


def _row(holder: Holder, texts: Texts) -> dict[str, Any]:
    """The whole user, disabled and with no level to add (L-C9)."""
    names = ("id_num", "first_name", "last_name", "card_num", "credential_key", "email", "phone")
    window = {"access_effective": texts[0], "access_expires": texts[1]}
    kept = {name: getattr(holder, name) for name in names}
    return {**kept, **window, "enabled": "false", "accesslevels": []}


def _reading(text: str, at: datetime) -> ZoneReading:
    read = at.replace(microsecond=0)
    return ZoneReading(text, read, read - _instant(text, ZoneInfo("UTC")))


def _instant(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def _naive(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _second(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0)


def _texts(naive: list[datetime | None]) -> Texts:
    """As it is written; "" is only for what was unlimited before (L-C14)."""
    first, last = ("" if local is None else f"{local:%Y-%m-%d %H:%M:%S}" for local in naive)
    return first, last
