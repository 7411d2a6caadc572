"""integrations/README.md is true: endpoints, methods, tests and switches are those that there are."""

from __future__ import annotations

import re
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from integrations import registry
from integrations.sandbox.server import Vendors
from tests.integrations.support import settings_for

HERE = Path(__file__).parent
README = (HERE.parent.parent / "integrations/README.md").read_text()
SANDBOXES = Vendors().all()
LABELS = {
    "lockme": "Lock.me",
    "locaboo": "Locaboo",
    "google_calendar": "Google Calendar",
    "lockt": "Lockt",
    "codelocks": "Codelocks",
}
MODULES = {slug: import_module(f"integrations.vendors.{slug}") for slug in SANDBOXES}
VENDORS = pytest.mark.parametrize("slug", SANDBOXES)
PAGES = {("POST", "/authorize"), ("POST", "/o/oauth2/v2/auth")}  # forms in a browser
PREFIX = {
    "lockme": "/v2.{}",
    "locaboo": "/api/v2",
    "google_calendar": "/calendar/v3",
    "lockt": "/api/v1",
}
ENDPOINT = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/\S+)`")


def rows(slug: str) -> list[list[str]]:
    """The rows of a vendor's coverage table: endpoint, client, sandbox, test."""
    (part,) = re.findall(rf"^### {LABELS[slug]}\n(.+?)^##", README, re.M | re.S)
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@VENDORS
def test_each_endpoint_of_the_sandbox_is_in_the_table_and_no_other(slug):
    sandbox = SANDBOXES[slug]
    if slug == "lockt":
        sandbox.switch["released"] = ("uservalidate", "reissue", "fobcheck", "nextcardnum")
    rules = {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in sandbox.routes()
        for method in rule.methods - {"HEAD"}
        if "/ext/" not in rule.rule and (method, rule.rule) not in PAGES
    }
    found = [ENDPOINT.match(row[0]) for row in rows(slug)]
    told = {(one[1], re.sub(r"{[^}]+}", "{}", one[2].partition("?")[0])) for one in found if one}
    assert told == {(method, path.removeprefix(PREFIX.get(slug, ""))) for method, path in rules}


@VENDORS
def test_each_method_in_the_table_is_one_of_the_client_or_its_module(slug):
    settings = settings_for("https://vendor.test", SANDBOXES[slug].secrets)
    client = registry.VENDORS[slug].connect(settings)
    methods = [name for row in rows(slug) for name in named(row[1])]
    assert methods
    for name in (name.partition("(")[0] for name in methods):
        owner = client if hasattr(client, name.partition(".")[0]) else MODULES[slug]
        assert callable(attrgetter(name)(owner)), name


@VENDORS
def test_each_test_in_the_table_is_there(slug):
    files = [name for row in rows(slug) for name in named(row[3])]
    assert len(files) >= len(rows(slug))
    assert [name for name in files if not (HERE / name).is_file()] == []


@VENDORS
def test_each_switch_of_the_sandbox_is_in_its_table_with_its_default(slug):
    (part,) = re.findall(rf"^\| {LABELS[slug]} \| default (.+?)\n\n", README, re.M | re.S)
    cells = [line.split("|")[1:3] for line in part.splitlines()[2:]]
    assert {name for names, _ in cells for name in named(names)} == set(SANDBOXES[slug].options)
    for names, defaults in cells:
        for place, name in enumerate(named(names)):
            value, told = SANDBOXES[slug].options[name], named(defaults)
            plain = isinstance(value, str | int) and not isinstance(value, tuple) and value != ""
            assert not plain or told[min(place, len(told) - 1)] == str(value), name


@VENDORS
def test_each_default_option_of_an_account_is_in_the_table(slug):
    table = README.partition("## Options of an account")[2].partition("\n## ")[0]
    for name, value in registry.VENDORS[slug].default_options.items():
        (line,) = [line for line in table.splitlines() if f"`{name}`" in line and f"`{value}`" in line]
        assert line
