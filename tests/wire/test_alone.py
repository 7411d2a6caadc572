"""A vendor by itself, over HTTP, for anybody's client."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from integrations import registry
from integrations.errors import VendorError
from integrations.sandbox import switches
from integrations.sandbox.server import Server, Vendors
from integrations.types import Role
from tests.integrations.support import settings_for

ROOT = Path(__file__).resolve().parent.parent.parent
BELOW = {"lockt": "/api/v1", "google_calendar": "/calendar/v3"}  # where an account's address ends
VENDORS = pytest.mark.parametrize("name", Vendors().all())


@contextmanager
def serving(name: str) -> Iterator[Server]:
    server = Server(Vendors().alone(name)).start()
    try:
        yield server
    finally:
        server.stop()


def listed(name, url):
    """What the vendor's own client gets there."""
    vendor, sandbox = registry.VENDORS[name], Vendors().all()[name]
    secrets = {**sandbox.secrets, "token_uri": f"{url}/token"}
    client = vendor.connect(settings_for(url + BELOW.get(name, ""), secrets))
    if vendor.role is Role.ACCESS:
        return client.directory([])
    return client.calendars() if vendor.role is Role.CALENDAR else client.resources()


@VENDORS
def test_it_answers_at_the_root_and_below_its_name(name):
    with serving(name) as server:
        assert listed(name, server.url) == listed(name, f"{server.url}/{name}")


@VENDORS
def test_it_knows_nothing_of_the_others(name):
    with serving(name) as server:
        page = requests.get(server.url, timeout=30).text
        for other in Vendors().all().keys() - {name}:
            assert requests.get(f"{server.url}/play/{other}", timeout=30).status_code == 404
            assert f"/play/{other}" not in page
            with pytest.raises(VendorError):
                listed(other, f"{server.url}/{other}")


@VENDORS
def test_its_page_is_beside_it(name):
    with serving(name) as server:
        assert "Play" in requests.get(f"{server.url}/play/{name}", timeout=30).text
        form = {"kind": "status", "match": "GET /nothing"}
        done = requests.post(f"{server.url}/play/{name}/fault", data=form, timeout=30)
        assert "the next requests go wrong" in done.text


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("locaboo", "window=start", "start"),
        ("locaboo", "cap=10", 10),
        ("locaboo", "listed=Live, Draft", ("Live", "Draft")),
        ("lockme", "echo=no", False),
        ("lockme", "pauses=1,2", (1, 2)),
        ("lockt", "released=reissue", ("reissue",)),
        ("lockt", "latency=0.5", 0.5),
    ],
)
def test_a_switch_is_set_by_name(name, setting, value):
    sandbox = Vendors().all()[name]
    switches.turn(sandbox, [setting])
    assert sandbox.switch[setting.partition("=")[0]] == value


@pytest.mark.parametrize("setting", ["window", "widnow=start", "cap=many", "shuffle=perhaps", "=start"])
def test_a_switch_that_cannot_be_set_is_told_in_words(setting):
    with pytest.raises(ValueError, match=r"switch|number|true or false"):
        switches.turn(Vendors().locaboo, [setting])


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m integrations.sandbox` with neither Django's settings nor a database."""
    plain = {name: value for name, value in os.environ.items() if "DJANGO" not in name and "DATA" not in name}
    command = [sys.executable, "-m", "integrations.sandbox", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=plain, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.terminate()


def test_it_runs_as_a_program_and_says_what_a_client_needs():
    with process("locaboo", "--port", "0", "--switch", "cap=3", "--town") as running:
        url = running.stdout.readline().split()[-1]
        hall = Vendors().locaboo
        said = [running.stdout.readline().strip() for _ in range(len(hall.options) + 4)]
        key = hall.secrets["api_secret_key"]
        assert {f"api_secret_key: {key}", "cap=3", "window=overlap"} <= set(said)
        rows = requests.get(f"{url}/api/v2/resource_list", params={"api_secret_key": key}, timeout=30).json()
        assert rows["data"]


def test_an_address_among_the_secrets_is_that_of_this_server():
    with serving("google_calendar") as server:
        (told,) = [line for line in server.told() if "token_uri" in line]
        assert server.url in told


def test_it_needs_no_django():
    code = "import sys, integrations.sandbox.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    "wrong",
    [{"only": "airbnb"}, {"only": "locaboo", "switch": ["cap=many"]}, {"switch": ["cap=1"]}],
)
def test_the_command_says_what_is_wrong_with_the_wish(wrong):
    with pytest.raises(CommandError, match=r"airbnb|cap is a number|say which"):
        call_command("sandbox", port=0, **wrong)
