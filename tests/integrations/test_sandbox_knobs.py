"""What goes wrong at a vendor, and its switches, are set on the sandbox's page: over HTTP, for each."""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.sandbox import switches
from integrations.sandbox.server import Vendors

SANDBOXES = Vendors().all()
VENDORS = pytest.mark.parametrize("vendor", SANDBOXES)
SWITCHES = [(vendor, name) for vendor, sandbox in SANDBOXES.items() for name in sandbox.options]
KINDS = [(vendor, kind) for vendor, sandbox in SANDBOXES.items() for kind in sandbox.kinds]
ZONES = {"timezone", "zone", "write_zone", "site_zone"}


@pytest.fixture
def play(sandbox):
    """Send a form of a vendor's page; what the page says of it."""

    def run(vendor, name, **form):
        asked = requests.post(f"{sandbox.url}/play/{vendor}/{name}", data=form, timeout=30)
        assert asked.status_code == 200, asked.text
        return parse_qs(urlsplit(asked.url).query)["said"][0]

    return run


def page(sandbox, vendor):
    return requests.get(f"{sandbox.url}/play/{vendor}", timeout=30).text


def ask(sandbox, vendor):
    return requests.get(f"{sandbox.url}/{vendor}/", headers=key(sandbox, vendor), timeout=30)


def key(sandbox, vendor):
    """Codelocks counts before anything can go wrong, and without a key nothing is counted."""
    return {"x-api-key": sandbox.vendors.codelocks.keys["api_key"]} if vendor == "codelocks" else {}


def other(name, default):
    """A value, as it is typed, that a switch does not have by default."""
    if name == "released":
        return "reissue"
    if name in ZONES:
        return "Asia/Tokyo"
    if isinstance(default, bool):
        return "false" if default else "true"
    if isinstance(default, tuple):
        return "7,8,9"
    return f"{default + 7}" if isinstance(default, int | float) else "another"


# ------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(("vendor", "kind"), KINDS)
def test_every_fault_that_a_program_can_set_is_set_on_the_page(sandbox, play, vendor, kind):
    assert f"<option>{kind}</option>" in page(sandbox, vendor)
    play(vendor, "fault", kind=kind, match="GET /rooms", times="3")
    (fault,) = sandbox.vendors.all()[vendor].faults
    assert (fault.kind, fault.match, fault.times) == (kind, "GET /rooms", 3)


@VENDORS
def test_a_status_and_a_body_of_ones_own_are_answered(sandbox, play, vendor):
    play(vendor, "fault", kind="status", status="418", body='{"error": "tea"}')
    found = ask(sandbox, vendor)
    assert (found.status_code, found.json()) == (418, {"error": "tea"})
    assert found.headers["Content-Type"].startswith("application/json")


@VENDORS
def test_a_body_of_ones_own_is_answered_in_the_place_of_the_right_one(sandbox, play, vendor):
    play(vendor, "fault", kind="body", body="<p>Wartung</p>")
    found = ask(sandbox, vendor)
    assert (found.status_code, found.text) == (200, "<p>Wartung</p>")
    play(vendor, "fault", kind="body", body="a;b", content_type="text/csv")
    assert ask(sandbox, vendor).headers["Content-Type"].startswith("text/csv")


@VENDORS
def test_an_answer_may_be_slow(sandbox, play, vendor):
    play(vendor, "fault", kind="slow", seconds="0.3")
    began = time.monotonic()
    ask(sandbox, vendor)
    assert time.monotonic() - began >= 0.3


def test_only_lockt_terminates_a_batch(sandbox, play):
    assert play("lockme", "fault", kind="terminated").startswith("not possible: 'terminated'")
    play("lockt", "fault", kind="terminated", body="Unable to locate template.")
    lockt = sandbox.vendors.lockt
    fobs = [{"name": f"Fob {n}", "id_num": f"F{n}", "card_num": str(500 + n)} for n in (1, 2)]
    address = f"{sandbox.url}/lockt/api/v1/fob"
    asked = requests.post(address, json={"fobs": fobs}, headers=dict(lockt.secrets), timeout=30)
    assert (asked.status_code, "Unable to locate template." in asked.text) == (400, True)
    assert len(lockt.state()["fobs"]) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "fire"},
        {"kind": "status", "status": "99"},
        {"kind": "status", "status": "ten"},
        {"kind": "body", "times": "0"},
        {"kind": "slow", "seconds": "nan"},
        {"kind": "slow", "seconds": "-1"},
        {},
    ],
)
def test_a_fault_that_cannot_be_is_told_and_nothing_goes_wrong(sandbox, play, form):
    assert play("locaboo", "fault", **form).startswith("not possible: ")
    assert sandbox.vendors.locaboo.faults == []


def test_what_is_still_to_go_wrong_is_shown_and_ended(sandbox, play):
    play("lockme", "fault", kind="status", match="GET /v2.4/rooms", times="50")
    assert "status 50 × GET /v2.4/rooms" in page(sandbox, "lockme")
    play("lockme", "mend")
    assert sandbox.vendors.lockme.faults == []
    assert "Still to go wrong" not in page(sandbox, "lockme")


# ----------------------------------------------------------------------------------------------- switches


@pytest.mark.parametrize(("vendor", "name"), SWITCHES)
def test_every_switch_has_a_meaning(vendor, name):
    meaning = switches.meanings(SANDBOXES[vendor])[name]
    assert re.search(r"[a-z]{4}", re.sub(r"^[^|:]+( \| [^|:]+)+", "", meaning))  # more than its positions


@VENDORS
def test_every_switch_is_on_the_page_with_its_value_and_what_it_means(sandbox, vendor):
    one = sandbox.vendors.all()[vendor]
    text = unescape(page(sandbox, vendor))
    for name, meaning in switches.meanings(one).items():
        assert f"<td>{meaning}</td>" in text, name
        field = re.search(rf'name="{name}"(?: value="([^"]*)">|>.*?<option selected>(\w+))', text)
        assert field, name
        assert (field[1] if field[1] is not None else field[2]) == switches.words(one.switch[name])


@pytest.mark.parametrize(("vendor", "name"), SWITCHES)
def test_every_switch_is_turned_on_the_page_and_back(sandbox, play, vendor, name):
    one = sandbox.vendors.all()[vendor]
    default = one.options[name]
    wanted = other(name, default)
    assert play(vendor, "switches", **{name: wanted}) == f"turned: {name}={wanted}"
    assert type(one.switch[name]) is type(default)
    assert {each for each, value in one.switch.items() if value != one.options[each]} == {name}
    play(vendor, "switches", **{name: switches.words(default)})
    assert one.switch[name] == default


@VENDORS
def test_a_form_that_is_sent_as_it_is_turns_nothing(sandbox, play, vendor):
    one = sandbox.vendors.all()[vendor]
    shown = {name: switches.words(value) for name, value in one.switch.items()}
    assert play(vendor, "switches", **shown) == "nothing was turned"
    assert one.switch == dict(one.options)


@pytest.mark.parametrize(
    "form", [{"cap": "many"}, {"zone": "Mars"}, {"zone": ""}, {"shuffle": "perhaps"}, {"widnow": "start"}]
)
def test_a_switch_that_cannot_be_is_told_and_none_of_the_form_is_turned(sandbox, play, form):
    assert play("locaboo", "switches", window="start", **form).startswith("not possible: ")
    assert sandbox.vendors.locaboo.switch == dict(sandbox.vendors.locaboo.options)


def test_a_switch_that_was_turned_on_the_page_changes_the_vendors_answer(sandbox, play):
    play("locaboo", "switches", auth_failure="html")
    answer = requests.get(f"{sandbox.url}/locaboo/api/v2/profile", timeout=30)
    assert "html" in answer.headers["Content-Type"]
