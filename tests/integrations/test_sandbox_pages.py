"""What a person does on a vendor's page happens, and is seen there: each form once, over HTTP."""

from __future__ import annotations

import copy
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.sandbox.codelocks import k3
from integrations.vendors import locaboo, lockme
from tests.conftest import NOW
from tests.integrations.support import settings_for

KIT, GATE = "202511161623/101691", "0a0b0c0d0e0f00112233445566778899"
IDA = "ida@example.test"
HALL = {"booking_id": "9001"}
SEAT = {"number": "746269"}


STORIES = {
    "lockme": [
        ("add_room", {"name": "Laboratory", "number": "1398"}),
        ("subscribe", {"url": "http://127.0.0.1:1/hooks/t/"}),
        ("register", {"redirect_uri": "http://127.0.0.1:1/oauth"}),
        ("book", {"room": "1398", "date": "2026-03-10", "hour": "18:00", "name": "Ida"}),
        ("pay", SEAT),
        ("move", {**SEAT, "room": "", "date": "2026-03-10", "hour": "20:00"}),
        ("edit", {**SEAT, "people": "5"}),
        ("lock", {"room": "1398", "date": "2026-03-12", "hour": "18:00"}),
        ("send_test", {"room": "1398"}),
        ("cancel", SEAT),
        ("expire_tokens", {}),
    ],
    "locaboo": [
        ("add_resource", {"title": "Hall"}),
        ("add_resource", {"title": "Third", "part_of": "70"}),
        ("add_customer", {"first_name": "Ida", "last_name": "Kern", "email": IDA}),
        (
            "book",
            {
                "resource_id": "71",
                "starts": "2026-03-10 18:00",
                "ends": "2026-03-10 20:00",
                "customer_id": "4701",
                "title": "Choir",
            },
        ),
        (
            "move",
            {**HALL, "instance_id": "501", "starts": "2026-03-11 18:00", "ends": "2026-03-11 20:00"},
        ),
        ("set_status", {**HALL, "status": "Draft"}),
        ("cancel", HALL),
    ],
    "lockt": [
        ("add_door", {"name": "Hall", "location": "Ground floor", "level": "Hall only"}),
        ("add_door", {"name": "Store"}),
        ("add_level", {"name": "All", "doors": "501, 502"}),
        ("cover", {"level_id": "11", "door_id": "502"}),
        ("add_fob", {"name": "Fob 1"}),
        ("claim", {"key": "the guest's"}),
        ("use", {"door_id": "502", "card_number": "20417"}),
        ("disable", {"id_num": "BK-1"}),
        ("reset", {}),
    ],
    "codelocks": [
        (
            "add_kitlock",
            {"timecode": "202511161623", "identifier": "101691", "model": "KL1060", "clock": "UTC"},
        ),
        ("add_k3", {"lock_id": GATE, "name": "Gate", "timezone": "Europe/Berlin"}),
        ("open_door", {"lock": GATE, "code": "0000000"}),
        ("block", {"lock": KIT, "code": "1234567"}),
        ("change_batteries", {"lock": KIT}),
        ("set_clock", {"lock": KIT}),
        ("register_app_user", {"email": IDA}),
        ("accept", {"lock": GATE, "email": IDA}),
        ("open_by_phone", {"lock": GATE, "email": IDA}),
    ],
}


VENDORS = pytest.mark.parametrize("vendor", STORIES)
ALL_WEEK = {"enabled": True, "starts": "00:00", "ends": "23:59", **dict.fromkeys(k3.DAYS, True)}


@pytest.fixture
def vendors(sandbox):
    """The vendors with what is not made on these pages: a guest's card, and an invitation to a lock."""
    guest = {"id_num": "BK-1", "card_num": "20417", "first_name": "Ida", "last_name": "Kern", "levels": [11]}
    sandbox.vendors.lockt.add_user(**guest)
    invited = k3.Client(IDA, GATE, "STANDARD", {"0": ALL_WEEK})
    sandbox.vendors.codelocks.account.clients[GATE, IDA] = invited
    sandbox.vendors.lockme.switch["delivery"] = "by hand"
    return sandbox.vendors


@pytest.fixture
def play(sandbox, vendors):
    """Do a form of a vendor's page; what the page says of it."""

    def run(vendor: str, name: str, form: dict[str, str]) -> str:
        key = {"key": vendors.lockt.credential("20417").key} if name == "claim" else {}
        asked = requests.post(f"{sandbox.url}/play/{vendor}/{name}", data={**form, **key}, timeout=30)
        return parse_qs(urlsplit(asked.url).query)["said"][0]

    return run


@VENDORS
def test_everything_a_person_does_is_seen_on_the_page(vendors, play, vendor):
    sandbox = vendors.all()[vendor]
    for name, form in STORIES[vendor]:
        before = copy.deepcopy(sandbox.state())
        said = play(vendor, name, form)
        assert sandbox.state() != before, f"{name}: {said}"


@VENDORS
def test_every_form_of_the_page_has_been_done(vendors, vendor):
    assert {name for name, _ in STORIES[vendor]} == {act.name for act in vendors.all()[vendor].actions()}


@VENDORS
def test_a_form_asks_for_what_it_is_given(vendors, vendor):
    fields = {act.name: set(act.fields) for act in vendors.all()[vendor].actions()}
    for name, form in STORIES[vendor]:
        assert form.keys() <= fields[name], name


@pytest.mark.parametrize(
    ("vendor", "name", "form"),
    [
        ("lockme", "add_room", {"name": " "}),
        ("locaboo", "add_resource", {"title": "Third", "part_of": "4711"}),
        ("lockt", "add_door", {"name": ""}),
        ("lockt", "add_level", {"name": "All", "doors": "4711"}),
        ("lockt", "cover", {"level_id": "11", "door_id": "501"}),
        ("lockt", "add_fob", {"name": "Fob 1", "card_number": "20417"}),
        (
            "codelocks",
            "add_kitlock",
            {"timecode": "1", "identifier": "2", "model": "KL1060", "clock": "noon"},
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(vendors, play, vendor, name, form):
    before = copy.deepcopy(vendors.all()[vendor].state())
    assert play(vendor, name, form).startswith("not possible: ")
    assert vendors.all()[vendor].state() == before


def test_a_room_made_on_the_page_is_told_by_the_api(sandbox, play):
    play("lockme", "add_room", {"name": "Laboratory"})
    secrets = sandbox.vendors.lockme.secrets
    rooms = lockme.connect(settings_for(f"{sandbox.url}/lockme", secrets)).resources().records
    assert [(room.ref, room.title) for room in rooms] == [("1398", "Centre – Laboratory")]


def test_a_part_made_on_the_page_is_told_by_the_api(sandbox, play):
    play("locaboo", "add_resource", {"title": "Hall"})
    play("locaboo", "add_resource", {"title": "Third", "part_of": "70"})
    secrets = sandbox.vendors.locaboo.secrets
    found = locaboo.connect(settings_for(f"{sandbox.url}/locaboo", secrets)).resources().records
    assert [(one.ref, one.parent_ref) for one in found] == [("70", ""), ("71", "70")]


def test_a_door_made_on_the_page_has_a_level_that_opens_it(sandbox, play):
    for name, form in STORIES["lockt"][:2]:
        play("lockt", name, form)
    lockt = sandbox.vendors.lockt
    assert lockt.opens(501, "20417", NOW)
    assert not lockt.opens(502, "20417", NOW)
    play("lockt", "cover", {"level_id": "11", "door_id": "502"})
    assert lockt.opens(502, "20417", NOW)
