"""Whether a door will open for a guest, in a word, and how we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from backoffice.admin.show import chip, stamp
from backoffice.admin.zones import zone_of_row
from backoffice.models import AccessGrant, IssuedCode
from backoffice.states import CodeState, GrantState
from integrations.types import Method

AHEAD = timedelta(minutes=60)  # a way in is to be ready so long before the booking
WANTED = (CodeState.PLANNED, CodeState.ISSUING, CodeState.ACTIVE, CodeState.FAILED, CodeState.HELD)


@dataclass(frozen=True, slots=True)
class Readiness:
    """A word, its colour and how we know."""

    word: str
    colour: str
    why: str

    @property
    def chip(self) -> SafeString:
        """The word in its colour."""
        return chip(self.word, self.colour, self.why)


def readiness(grant: AccessGrant, codes: Sequence[IssuedCode], now: datetime) -> Readiness:
    """Ready only when every code that is wanted is active; otherwise what is still to come, or wrong."""
    if grant.state != GrantState.GRANTED:
        colours = {GrantState.BLOCKED: "red", GrantState.HELD: "orange", GrantState.DENIED: "orange"}
        return Readiness(str(grant.state), colours.get(GrantState(grant.state), "grey"), grant.reason)
    wanted = [code for code in codes if code.state in WANTED and code.method == grant.method]
    if any(code.state == CodeState.EXPIRED for code in codes) and not wanted:
        return Readiness("over", "grey", "The code has expired.")
    if not wanted:
        return Readiness("no way in", "red", "There is no code for this door.")
    return _of_codes(grant, wanted, now)


def _of_codes(grant: AccessGrant, wanted: Sequence[IssuedCode], now: datetime) -> Readiness:
    states = {code.state for code in wanted}
    for state, colour in ((CodeState.FAILED, "red"), (CodeState.HELD, "orange")):
        if state in states:
            code = next(code for code in wanted if code.state == state)
            return Readiness(str(state), colour, code.error or code.reason)
    if states == {CodeState.ACTIVE}:
        return _how_known(wanted)
    if CodeState.ISSUING in states:
        return Readiness("being issued", "blue", "The vendor is being asked.")
    due = min(code.due_at for code in wanted if code.state == CodeState.PLANNED)
    text = stamp(due, zone_of_row(grant))
    if grant.starts_at - now < AHEAD:
        return Readiness("not ready", "red", f"It was to be issued {text}.")
    return Readiness("planned", "blue", f"To be issued {text}.")


def _how_known(wanted: Sequence[IssuedCode]) -> Readiness:
    """As sure as the least sure of the codes."""
    if any(code.method == Method.PHONE and code.accepted_at is None for code in wanted):
        return Readiness("invited", "orange", "The guest has not accepted the phone key yet.")
    order = ["computed", "accepted", "confirmed", "seen"]
    least = min(wanted, key=lambda code: order.index(code.known))
    return Readiness("ready", "green", str(least.get_known_display()))
