"""Staff's pages in a real browser: Chromium, a served site with the house in it, people of each group."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connections
from django.utils import timezone
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from backoffice import sitefile
from backoffice.celery import app
from backoffice.models import Booking
from integrations.sandbox.server import Server, Vendors
from tests.factories import UserFactory
from tests.story import conftest as story

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = "a-long-password"
PATIENCE = 30_000  # milliseconds for a page that is on its way
HERE = {"127.0.0.1", "localhost"}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium():
    """The browser; Django may be used beside its event loop."""
    if not shutil.which(CHROMIUM):
        pytest.skip(f"there is no {CHROMIUM}: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        connections.close_all()  # what was opened beside the event loop is not seen after it
        browser.close()


@pytest.fixture
def at_once():
    """What an act wakes is done before the browser has its answer."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def booking(transactional_db, live_server, at_once, tmp_path) -> Iterator[Booking]:
    """A guest's game in a quarter of an hour, with a way in, in a house at the sandbox vendors."""
    importlib.import_module("backoffice.migrations.0003_groups").make(apps, None)  # the last flush took them
    importlib.import_module("backoffice.migrations.0005_more_for_groups").give(apps, None)
    server = Server(Vendors()).start()
    house = story.House(server, None)
    story._furnish(house)
    path = tmp_path / "site.yaml"
    path.write_text(story._site(server))
    sitefile.apply(*sitefile.read(path), timezone.now())  # noqa: TID251 the pages go by the machine's clock
    begin = timezone.now().astimezone(house.lockme.zone) + timedelta(minutes=15)  # noqa: TID251
    number = house.game(f"{begin:%H:%M}", day=f"{begin:%Y-%m-%d}", email="ida@example.test")
    house.sync()
    yield Booking.objects.get(ref=str(number))
    server.stop()


class Visitor:
    """Somebody signed in, who notes what goes wrong in the browser."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        self.errors, self.strangers = [], []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._ask(request.url))

    def _hear(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def _ask(self, url):
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in HERE:
            self.strangers.append(url)

    def go(self, path):
        """Open an address of the site; the page."""
        answer = self.page.goto(self.url + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page

    def sees(self, text):
        """Whether the text is on the page, or comes with the one that is on its way."""
        return self._comes("text => document.body && document.body.innerText.includes(text)", text)

    def lacks(self, text):
        """Whether the text is not on the page, or goes with the one that is leaving."""
        return self._comes("text => document.body && !document.body.innerText.includes(text)", text)

    def _comes(self, look, text):
        try:
            self.page.wait_for_function(look, arg=text, timeout=PATIENCE)
        except PlaywrightTimeout:
            return False
        return True

    @property
    def overhang(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.fixture
def visitor(chromium, live_server, booking):
    """Sign somebody of a group in, `with visitor("viewer") as viewer:`; at the end nothing went wrong."""

    @contextmanager
    def signed_in(group, size=DESKTOP):
        user = UserFactory(username=group.replace(" ", "-"), is_staff=True)
        user.set_password(PASSWORD)
        user.save()
        user.groups.add(Group.objects.get(name=group))
        context = chromium.new_context(viewport=size)
        somebody = Visitor(context.new_page(), live_server.url)
        somebody.go("/admin/login/?next=/admin/")
        somebody.page.fill("input[name=username]", user.username)
        somebody.page.fill("input[name=password]", PASSWORD)
        somebody.page.click("button[type=submit]")
        yield somebody
        context.close()
        assert somebody.errors == []
        assert somebody.strangers == []

    return signed_in
