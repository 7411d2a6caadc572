"""What every test may use: the sandbox vendors on a loopback port, on a clock of the test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings

from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.wire import Clock

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday morning


@pytest.fixture
def sandbox() -> Iterator[Server]:
    """The vendors' stand-ins, served over real HTTP; `sandbox.vendors.lockme` and so on, `sandbox.url`."""
    server = Server(Vendors(Clock(NOW))).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A database of its own for every run, so that two runs on one machine do not meet."""
    test = settings.DATABASES["default"]["TEST"]
    test["NAME"] = f"{test['NAME']}_{os.getpid()}"
