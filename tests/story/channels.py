"""The house with calendars: a laboratory sold at two channels and paired with one, a hall with a part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from backoffice import sitefile
from backoffice.models import Block, CalendarPairing
from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.wire import Clock
from tests.story.conftest import MORNING, House, _furnish, _site

LAB, HALL = "lab@group.calendar.google.com", "hall@group.calendar.google.com"
PAIRED = """
accounts:
  calendars: {{vendor: google_calendar, base_url: "{url}/google_calendar/calendar/v3",
               timezone: Europe/Berlin, secrets: {google}}}
venues:
  centre:
    name: Centre
    timezone: Europe/Berlin
    doors:
      front: {{account: kit, ref: 0a0b0c0d0e0f00112233445566778899, name: Front door, method: netcode}}
    rooms:
      lab: {{name: Laboratory, path: [front], block_on: [lockme, halls],
             sold_as: [{{account: lockme, ref: "1398", session_minutes: 60}}, {{account: halls, ref: "90"}}],
             calendars: [{{account: calendars, ref: {lab}, mode: {mode}, scope: {scope}}}]}}
"""


class Channels(House):
    """The house, with what is at its channels."""

    def __init__(self, server: Server, traveller: Any) -> None:
        super().__init__(server, traveller)
        self.google = server.vendors.google_calendar

    def pair(self, path: Path, mode: str = "bidirectional", scope: str = "no_contact") -> None:
        """Load the site with the laboratory's calendar in a mode and a scope."""
        secrets = self.google.secrets_at(f"{self.server.url}/google_calendar")
        text = PAIRED.format(url=self.server.url, lab=LAB, mode=mode, scope=scope, google=secrets)
        path.write_text(text)
        sitefile.apply(*sitefile.read(path), datetime.now(UTC))  # noqa: TID251 the travelled clock

    def offer(self, *hours: str, room: int = 1398) -> None:
        """Let a room of Lock.me be sold at these hours on each day of the week."""
        for weekday in range(7):
            slots = [{"hour": f"{hour}:00", "pricers": []} for hour in hours]
            self.lockme.store.room(room).week[weekday] = slots

    def events(self, calendar: str = LAB) -> list[dict[str, Any]]:
        """What stands in a calendar."""
        return list(self.google.events(calendar))

    def blocks(self, **filters: Any) -> list[Block]:
        """Our blocks, soonest first."""
        return list(Block.objects.filter(**filters).order_by("starts_at", "pk"))

    def taken(self, hour: str, day: str = "2026-03-09", room: int = 1398) -> bool:
        """Whether Lock.me has something at this hour."""
        return self.lockme.taken(room, day, f"{hour}:00")


@pytest.fixture
def channels(db: None, tmp_path: Path, settings: Any) -> Iterator[Channels]:
    """The house with a calendar, paired both ways, and nothing booked."""
    with time_machine.travel(MORNING, tick=True) as traveller:
        server = Server(Vendors(Clock(MORNING))).start()
        made = Channels(server, traveller)
        _furnish(made)
        made.google.switch["delivery"] = "by hand"
        made.locaboo.add_resource(90, "Labor")
        made.google.create_calendar(LAB, "Laboratory")
        made.google.create_calendar(HALL, "Hall")
        path = tmp_path / "site.yaml"
        path.write_text(_site(server))
        sitefile.apply(*sitefile.read(path), MORNING)
        made.pair(tmp_path / "paired.yaml")
        yield made
        server.stop()


def pairing() -> CalendarPairing:
    """The one there is."""
    return CalendarPairing.objects.get()
