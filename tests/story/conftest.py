"""One house at the sandbox vendors, and a clock that all of it goes by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from backoffice import sitefile
from backoffice.models import AccessGrant, Door, IssuedCode, Notice
from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.wire import Clock
from tests.story.marks import all_logs

pytest.register_assert_rewrite("tests.story.leaks")  # which says what it found

MORNING = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday; 9:00 in Berlin
FRONT = "0a0b0c0d0e0f00112233445566778899"
LAB = "202511161623/101691"
IDA = "ida@example.test"
SITE = """
accounts:
  lockme: {{vendor: lockme, base_url: "{url}/lockme", timezone: Europe/Berlin, horizon_days: 3,
            lookback_days: 1, hook_token: hook-of-lockme, secrets: {lockme}}}
  halls: {{vendor: locaboo, base_url: "{url}/locaboo", timezone: Europe/Berlin, horizon_days: 20,
           secrets: {locaboo}}}
  best: {{vendor: lockt, base_url: "{url}/lockt/api/v1", timezone: Europe/Berlin, secrets: {lockt}}}
  kit: {{vendor: codelocks, base_url: "{url}/codelocks", timezone: Europe/Berlin, secrets: {codelocks}}}
venues:
  centre:
    name: Centre
    timezone: Europe/Berlin
    doors:
      front: {{account: kit, ref: {front}, name: Front door, method: netcode}}
      lab: {{account: kit, name: Lab door, method: netcode,
             lock: {{model: KL1060, timecode: "202511161623", identifier: "101691", clock: UTC}}}}
      hall: {{account: best, ref: "501", name: Hall door, method: card}}
      ballroom: {{account: best, ref: "502", name: Ballroom door, method: card}}
    rooms:
      lab: {{name: Laboratory, path: [front, lab],
             sold_as: [{{account: lockme, ref: "1398", session_minutes: 60}}]}}
      hall: {{name: Hall, sold_as: [{{account: halls, ref: "70"}}], path: [front, hall]}}
      ballroom: {{name: Ballroom, sold_as: [{{account: halls, ref: "80"}}, {{account: lockme, ref: "1400"}}],
                  path: [ballroom]}}
"""


class House:
    """The house, with what a test does to it and asks of it."""

    def __init__(self, server: Server, traveller: Any) -> None:
        self.server = server
        self.traveller = traveller
        self.lockme = server.vendors.lockme
        self.locaboo = server.vendors.locaboo
        self.lockt = server.vendors.lockt
        self.codelocks = server.vendors.codelocks

    def at(self, when: datetime) -> None:
        """It is now `when`, for us and for the vendors."""
        self.traveller.move_to(when)
        self.server.vendors.clock.set(when)

    def later(self, **by: float) -> None:
        """Time goes on."""
        self.at(self.server.vendors.clock.now() + timedelta(**by))

    def sync(self, *accounts: str, status: int = 0) -> dict[str, Any]:
        """`manage.py sync --json`; what it prints."""
        out, found = StringIO(), 0
        try:
            call_command("sync", *accounts, "--json", stdout=out)
        except SystemExit as end:
            found = int(end.code or 0)
        assert found == status, out.getvalue()
        report: dict[str, Any] = json.loads(out.getvalue())
        return report

    def game(self, hour: str = "14:30", day: str = "2026-03-09", room: int = 1398, **fields: Any) -> int:
        """A paid booking on the marketplace; its number."""
        person = {"name": "Ida", "surname": "Kern", "email": IDA, "language": "en", **fields}
        number = self.lockme.book(room, day, f"{hour}:00", **person)
        self.lockme.pay(number)
        return int(number)

    def codes(self, number: int | str, **filters: Any) -> list[IssuedCode]:
        """The codes of a booking in path order."""
        rows = IssuedCode.objects.filter(grant__occurrence__booking__ref=str(number), **filters)
        return list(rows.select_related("door", "grant").order_by("grant__position", "created_at", "pk"))

    def grants(self, number: int | str) -> list[AccessGrant]:
        """The decisions about a booking in path order."""
        return list(AccessGrant.objects.filter(occurrence__booking__ref=str(number)).order_by("position"))

    def told(self, number: int | str) -> list[Notice]:
        """What the guest was told, in order."""
        return list(Notice.objects.filter(booking__ref=str(number), state="sent").order_by("sent_at", "pk"))

    def opens(self, code: IssuedCode, at: datetime) -> bool:
        """Whether the real lock opens for this code's secret."""
        if code.method == "card":
            return bool(self.lockt.opens_with_key(code.secret, code.door.ref, at))
        return bool(self.codelocks.opens(code.door.ref, code.secret, at))

    def gets_in(self, number: int | str, at: datetime) -> bool:
        """Whether the guest of a booking gets through every door of the path with what is active for him."""
        doors: dict[int, bool] = {}
        for code in self.codes(number, state="active"):
            doors[code.door_id] = doors.get(code.door_id, False) or self.opens(code, at)
        wanted = {grant.door_id for grant in self.grants(number) if grant.state in ("granted", "blocked")}
        return bool(wanted) and all(doors.get(door, False) for door in wanted)


def berlin(text: str, day: str = "2026-03-09") -> datetime:
    """A wall-clock time in Berlin in winter, as UTC."""
    return datetime.fromisoformat(f"{day}T{text}:00+01:00").astimezone(UTC)


@pytest.fixture
def house(db: None, tmp_path: Path, settings: Any, mailoutbox: list[Any]) -> Iterator[House]:
    """A house that is set up and empty."""
    with time_machine.travel(MORNING, tick=True) as traveller:
        server = Server(Vendors(Clock(MORNING))).start()
        made = House(server, traveller)
        _furnish(made)
        path = tmp_path / "site.yaml"
        path.write_text(_site(server))
        sitefile.apply(*sitefile.read(path), MORNING)
        made.mails = mailoutbox  # type: ignore[attr-defined]
        yield made
        server.stop()


@pytest.fixture
def keys(house: House) -> House:
    """The front door opens by phone, and Ida has the app."""
    Door.objects.filter(ref=FRONT).update(method="phone")
    house.codelocks.register_app_user(IDA)
    return house


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """What the project's own logging writes, in every detail."""
    with all_logs() as written:
        yield written


def _furnish(house: House) -> None:
    house.lockme.add_room(1398, "Laboratory")
    house.lockme.add_room(1400, "Ballroom")
    house.lockme.switch["timezone"] = "Europe/Berlin"
    house.locaboo.add_resource(70, "Halle", {71: "Drittel 1"})
    house.locaboo.add_resource(80, "Ballsaal")
    house.locaboo.add_customer("Emil", "Vogel", "emil@example.test", "TSV Nordufer", id=4711)
    house.lockt.add_door(501, "Hall")
    house.lockt.add_door(502, "Ballroom")
    house.lockt.add_level(11, "Hall", [501])
    house.lockt.add_level(12, "Everything", [501, 502])
    house.lockt.add_level(13, "Ballroom", [502])
    house.codelocks.add_k3(FRONT, "Front door", "Europe/Berlin")
    house.codelocks.add_kitlock("202511161623", "101691", "KL1060", "UTC")


def _site(server: Server) -> str:
    vendors = server.vendors
    secrets = {name: json.dumps(dict(getattr(vendors, name).secrets)) for name in vendors.all()}
    return SITE.format(url=server.url, front=FRONT, **secrets)
