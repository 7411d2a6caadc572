"""What every test may use: the sandbox vendors on a loopback port, on a clock of the test's own."""

from __future__ import annotations

import os

os.environ.setdefault("TEST_DATABASE", f"test_latchkey_{os.getpid()}")

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.wire import Clock

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday morning


@pytest.fixture
def sandbox() -> Iterator[Server]:
    """The vendors' stand-ins, served over real HTTP; `sandbox.vendors.lockme` and so on, `sandbox.url`."""
    server = Server(Vendors(Clock(NOW))).start()
    yield server
    server.stop()
