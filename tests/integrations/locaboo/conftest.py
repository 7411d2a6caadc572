"""A hall and a client of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integrations.sandbox.locaboo import LocabooSandbox
from integrations.sandbox.server import Server
from integrations.types import SaveOrder, SaveStatus
from integrations.vendors import locaboo
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.orders import ELEVEN, NINE
from tests.integrations.support import settings_for


@pytest.fixture
def hall(sandbox: Server) -> LocabooSandbox:
    """The stand-in with a hall of two parts, a room, and a customer."""
    shop = sandbox.vendors.locaboo
    shop.add_resource(70, "Halle", {71: "Drittel 1", 72: "Drittel 2"})
    shop.add_resource(80, "Saal")
    shop.add_customer("Ida", "Kern", "ida@example.test", "Verein e.V.", id=4711)
    return shop


@pytest.fixture
def connect(sandbox: Server) -> Callable[..., Locaboo]:
    """Makes clients of the stand-in, with options."""

    def made(key: str = LocabooSandbox.secrets["api_secret_key"], **options: Any) -> Locaboo:
        return locaboo.connect(
            settings_for(f"{sandbox.url}/locaboo", {"api_secret_key": key}, options=options)
        )

    return made


@pytest.fixture
def client(hall: LocabooSandbox, connect: Callable[..., Locaboo]) -> Locaboo:
    return connect()


@pytest.fixture
def booked(hall: LocabooSandbox) -> SaveOrder:
    """A booking, and the order that moves it by a day."""
    ref = hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", 4711)
    day = timedelta(days=1)
    return SaveOrder("71", NINE + day, ELEVEN + day, SaveStatus.LIVE, str(ref))
