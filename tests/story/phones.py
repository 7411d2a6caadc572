"""The app at the house's front door: who has a key, when it opens, and what was asked for it."""

from __future__ import annotations

from datetime import timedelta

from tests.story.conftest import FRONT, IDA

MINUTE = timedelta(minutes=1)


def key_of(house, email=IDA):
    return house.codelocks.account.clients.get((FRONT, email))


def by_phone(house, at, email=IDA):
    """Whether the front door would open for the app at a time."""
    found = key_of(house, email)
    return bool(found and found.opens(house.codelocks.locks[FRONT].wall(at)))


def phone(house, number, **filters):
    return house.codes(number, method="phone", **filters)


def sent(house, method=""):
    """What was asked about phone keys."""
    return [call for call in house.codelocks.calls("/k3connect/") if call.method == method or not method]


def invited(house, hour="14:30", **fields):
    """A game of today at whose front door the app is invited."""
    number = house.game(hour, **fields)
    house.sync()
    return number


def accepted(house, hour="14:30", **fields):
    """The same, accepted and looked at."""
    number = invited(house, hour, **fields)
    house.codelocks.accept(FRONT, IDA)
    house.later(minutes=61)
    house.sync()
    return number
