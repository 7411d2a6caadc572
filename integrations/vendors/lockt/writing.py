"""Making wishes true: look, send what is not true yet, read back, send again what a broken batch left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from integrations.errors import Misconfigured, Missing, NotReleased, Refused, Unavailable, VendorError
from integrations.vendors.lockt.batches import Batches
from integrations.vendors.lockt.people import Found, People
from integrations.vendors.lockt.rows import Holder
from integrations.vendors.lockt.wire import Written, pause
from integrations.vendors.lockt.wishes import Wish

TURNS = 3  # most sends of one batch, L-C21
UNNAMED = "the vendor would refuse this one or another of those asked with it, and does not say which"

# every option in every call, never a default (L-C7); each row is the holder's complete set (L-C8)
OPTIONS = {"update_existing": "true", "validate_fails_batch": "false", "replace_privileges": "true"}

End = Holder | VendorError | None  # None = there is no such holder, which a withdrawal is content with


class Writer:
    """The one writer of an account's cardholders."""

    def __init__(self, batches: Batches, people: People) -> None:
        self._batches = batches
        self._people = people

    def carry_out(self, wishes: Sequence[Wish]) -> dict[str, End]:
        """How each wish, by its holder's key, has ended: the holder as read back, or why not.

        Raises Misconfigured (401) at once, and Unavailable or Garbled when reading failed.
        """
        before = self._before(wishes)
        refused = {one.key: error for one in wishes if (error := _collision(one, before))}
        latest, said = before, Written()
        missing = [one for one in wishes if one.key not in refused and not _true(one, before, strictly=True)]
        for turn in range(TURNS):
            if not missing or (turn and not said.again):
                break
            if turn:
                pause(turn)
            said = self._send(missing, latest)
            latest = _newer(latest, self._people.find([one.key for one in missing]), missing)
            refused |= _refused(missing, said)
            missing = [one for one in missing if not _done(one, latest, said, refused)]
        return self._ends(wishes, before, latest, refused, said)

    def validate(self, wishes: Sequence[Wish]) -> dict[str, VendorError]:
        """What the vendor would refuse, by the holder's key; nothing is committed (L-C24).

        Raises NotReleased while the vendor has no such call, and whatever concerns the whole batch.
        """
        before = self._before(wishes)
        refused = {one.key: error for one in wishes if (error := _collision(one, before))}
        asked = [one for one in wishes if one.key not in refused]
        rows = [_row(one, before) for one in asked]
        try:
            said = self._batches.send("/uservalidate", "users", rows, OPTIONS)
        except Missing as error:
            raise NotReleased(f"the vendor has not released validation: {error.text}", status=404) from None
        if said.trouble and not said.rows:
            raise said.trouble
        named = _refused(asked, said)
        silent = {one.key: Refused(UNNAMED) for one in asked} if said.failed > len(named) else {}
        return silent | named | refused

    def _before(self, wishes: Sequence[Wish]) -> Found:
        """The holders as they are; all rows where an e-mail address might be shared (L-C12).

        All rows, too, where nobody is found to take doors from: one empty answer does not say so.
        """
        keys = [one.key for one in wishes]
        found = self._people.find(keys)
        unfound = any(not one.opens and one.key not in found.holders for one in wishes)
        shared = any(holder.email for holder in found.holders.values())
        return self._people.everyone(keys) if (unfound or shared) and not found.everyone else found

    def _send(self, wishes: Sequence[Wish], latest: Found) -> Written:
        return self._batches.send("/user", "users", [_row(one, latest) for one in wishes], OPTIONS)

    def _ends(
        self,
        wishes: Sequence[Wish],
        before: Found,
        latest: Found,
        refused: dict[str, VendorError],
        said: Written,
    ) -> dict[str, End]:
        ends: dict[str, End] = {}
        astray = []
        for one in wishes:
            old, new = before.holders.get(one.key), latest.holders.get(one.key)
            if one.key in latest.errors:
                ends[one.key] = latest.errors[one.key]
                continue
            if _true(one, latest, strictly=one.key in refused or said.trouble is not None):
                ends[one.key] = new
                continue
            ends[one.key] = refused.get(one.key) or _why_not(one, old, new, said)
            if one.opens and new and new.enabled is not False and one.window_differs(new) and old != new:
                astray.append(one)
        if astray:
            ends |= self._shut(astray, ends)
        return ends

    def _shut(self, astray: Sequence[Wish], ends: dict[str, End]) -> dict[str, End]:
        """Disable what we have just written and the vendor took for other hours: nobody may enter then."""
        shut = self.carry_out([replace(one, opens=False) for one in astray])
        told: dict[str, End] = {}
        for one in astray:
            error = ends[one.key]
            failed = isinstance(shut[one.key], VendorError)
            done = "it could NOT be disabled again" if failed else "it was disabled again"
            if isinstance(error, VendorError):
                told[one.key] = type(error)(f"{error.text}; {done}")
        return told


def _row(one: Wish, latest: Found) -> dict[str, object]:
    """The row to send; an e-mail address that others share would match their records, so it is left out."""
    holder = latest.holders.get(one.key)
    email = holder.email if holder else ""
    return one.row(holder, "" if latest.shared("email", email, one.key) else email)


def _collision(one: Wish, before: Found) -> VendorError | None:
    if one.key in before.errors:
        return before.errors[one.key]
    if one.opens and before.shared("card_num", one.order.card_number, one.key):
        return Refused(f"card number {one.order.card_number} is already somebody else's")
    return None


def _newer(latest: Found, read: Found, asked: Sequence[Wish]) -> Found:
    """What was read last, of those who were asked for; what was read before, of the others."""
    keys = {one.key for one in asked}
    kept = {key: holder for key, holder in latest.holders.items() if key not in keys}
    errors = {key: error for key, error in latest.errors.items() if key not in keys}
    return Found(kept | read.holders, errors | read.errors, read.everyone or latest.everyone, latest.whole)


def _refused(missing: Sequence[Wish], said: Written) -> dict[str, VendorError]:
    """The vendor's complaints by holder, mapped back by id_num, else by card number (L-C4)."""
    by_card = {one.order.card_number: one.key for one in missing if one.order.card_number}
    keys = {one.key for one in missing}
    found: dict[str, VendorError] = {}
    for error in said.rows:
        key = error.id_num if error.id_num in keys else by_card.get(error.card_num, "")
        if not key and len(missing) == 1:
            key = missing[0].key
        if key:
            found[key] = Refused(error.text)
    return found


def _done(one: Wish, latest: Found, said: Written, refused: dict[str, VendorError]) -> bool:
    """Whether there is nothing more to send: it is true, or the vendor will not have it."""
    return one.key in refused or one.key in latest.errors or _true(one, latest, strictly=said.again)


def _true(one: Wish, found: Found, *, strictly: bool) -> bool:
    """Whether a wish is true by what was read. Nobody there to take doors from: when a whole list says so."""
    holder = found.holders.get(one.key)
    if holder is None and not one.opens:
        return found.whole
    return one.true_of(holder, strictly=strictly)


def _why_not(one: Wish, old: Holder | None, new: Holder | None, said: Written) -> VendorError:
    if new is None or (old is not None and _same(old, new)):
        return untouched(said)
    if shift := one.shift(new):
        hours = shift.total_seconds() / 3600
        return Misconfigured(
            f"the account's time zone is wrong: what was written reads back {hours:+g} h off"
        )
    if said.trouble and said.again:
        return said.trouble
    return Refused(f"reading back differs in {', '.join(one.differences(new)) or 'access levels'}")


def _same(old: Holder, new: Holder) -> bool:
    """Whether a holder is as it was, by what both reads tell."""
    names = ("enabled", "access_effective", "access_expires", "card_num")
    levels = set(old.accesslevels or ()) == set(new.accesslevels or ())
    return levels and all(getattr(old, name) == getattr(new, name) for name in names)


def untouched(said: Written) -> VendorError:
    """Why nothing has changed at the vendor (L-C10)."""
    if said.trouble:
        return said.trouble
    if said.failed or said.rows:
        return Refused("the vendor refused it and did not say why")
    if said.overlooked:
        return Refused("the vendor ignored it: neither inserted nor updated, and no error")
    return Unavailable("the vendor accepted it, but reading back does not show it")
