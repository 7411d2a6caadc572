"""How a room and a reservation are named in an address; what cannot be named is refused before it is sent."""

from __future__ import annotations

from urllib.parse import quote

from integrations.errors import Refused
from integrations.vendors.lockme.fields import Unreadable, ident

EXTERNAL = "ext/"


class Unfit(Refused, ValueError):
    """An id that Lock.me cannot have: a caller's mistake, in words that staff can read."""


def number(ref: object, what: str) -> str:
    """A room's or a reservation's own id; Unfit for what Lock.me cannot have."""
    try:
        return ident(ref, what)
    except Unreadable as error:
        raise Unfit(str(error)) from None


def external(extid: str) -> str:
    """Our own id of a reservation, as it may stand in an address; Unfit for one that breaks it (1.3).

    A slash is not escaped by the vendor's own client, and dots alone are a step up.
    """
    if not extid.strip() or extid != extid.strip():
        raise Unfit("an external id may not be empty, or begin or end with a blank")
    if "/" in extid or extid in (".", "..") or not extid.isprintable():
        raise Unfit("an external id may not hold a slash or a line break, or be dots alone")
    return quote(extid, safe="")


def reservation(room: object, ref: str) -> str:
    """The path of a reservation by its own id, or by ours as `ext/{extid}`; Unfit as above."""
    named = ref.removeprefix(EXTERNAL)
    key = EXTERNAL + external(named) if named != ref else number(ref, "the reservation's id")
    return f"/room/{number(room, 'the room')}/reservation/{key}"
