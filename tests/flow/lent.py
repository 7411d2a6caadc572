"""A lock vendor's site with fobs, the rows that mirror it, and what is done with them step by step."""

from __future__ import annotations

from datetime import timedelta

from backoffice import accounts
from backoffice.flow import grant, issue
from backoffice.models import Fob, FobLoan, IssuedCode
from backoffice.word import Word
from tests.factories import (
    NOW,
    START,
    CardDoorFactory,
    LevelFactory,
    LocktFactory,
    OccurrenceFactory,
    RoomFactory,
    UserFactory,
    VenueFactory,
)

SOON = START - timedelta(minutes=90)  # fobs for START are lent by now
DURING = START + timedelta(minutes=30)
AFTER = START + timedelta(hours=3)


class Desk:
    """One site: doors 501 and 502 with a level each, as many fobs as asked for."""

    def __init__(self, sandbox, count=1):
        self.site = sandbox.vendors.lockt
        self.account = LocktFactory(base_url=f"{sandbox.url}/lockt/api/v1", secrets=dict(self.site.secrets))
        self.venue = VenueFactory()
        for door, level in ((501, 11), (502, 12)):
            self.site.add_door(door, f"Door {door}")
            self.site.add_level(level, f"Level {level}", [door])
            LevelFactory(account=self.account, ref=str(level), door_refs=[str(door)])
        self.doors = {ref: self.door(ref) for ref in ("501", "502")}
        self.fobs = [self.add(n) for n in range(1, count + 1)]

    def door(self, ref, **fields):
        given = {"ref": ref, "venue": self.venue, "method": "fob", "name": f"Door {ref}"}
        return CardDoorFactory(account=self.account, **{**given, **fields})

    def add(self, number, **fields):
        """A fob at the vendor and in the mirror."""
        card = f"3000{number}"
        there = self.site.add_fob(f"Fob {number}", card, id_num=f"F-{number}", enabled=True)
        mirrored = {"ref": str(there.id), "name": there.name, "key": there.id_num, "card_number": card}
        return Fob.objects.create(account=self.account, **{**mirrored, "enabled": True, **fields})

    def booked(self, *refs, start=START, **fields):
        """An hour's booking of a room behind these doors (501)."""
        room = RoomFactory(venue=self.venue, path=[self.doors[ref] for ref in refs or ("501",)])
        return OccurrenceFactory(room=room, starts_at=start, **fields)

    def pass_(self, now=SOON):
        """Plan, issue, plan again: what a tick does."""
        self.site.clock.set(now)
        grant.replan(now)
        done = issue.issue_due(self.account, accounts.access_provider(self.account), now)
        grant.replan(now)
        return done

    def opens(self, fob, at=DURING, ref="501"):
        return self.site.opens(ref, fob.card_number, at)

    def opening(self, at=DURING, ref="501"):
        """The fobs that open a door then."""
        return [str(fob) for fob in Fob.objects.order_by("ref") if self.opens(fob, at, ref)]


def word(now=SOON, reason="asked at the desk"):
    return Word(UserFactory(), reason, now)


def codes(*fields):
    return list(IssuedCode.objects.order_by("pk").values_list(*fields, flat=len(fields) == 1))


def loans():
    return list(FobLoan.objects.order_by("pk"))


def later(minutes, since=SOON):
    return since + timedelta(minutes=minutes)


__all__ = ["AFTER", "DURING", "NOW", "SOON", "START", "Desk", "codes", "later", "loans", "word"]
