"""Times as somebody in Berlin types them into a form, whatever night it is."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.factories import BERLIN

ZONE = ZoneInfo(BERLIN)


def typeable(at):
    """This instant; where the clocks show its hour twice, as the form would ask which, one that is later."""
    local = at.astimezone(ZONE)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return at + timedelta(hours=2) if twice else at


def typed(at):
    """What a browser sends of an instant; an hour that is skipped is never typed, as no instant has it."""
    return typeable(at).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
