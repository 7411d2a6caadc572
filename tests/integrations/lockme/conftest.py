"""What tests of Lock.me share: a stand-in with two rooms, and clients of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from integrations.sandbox.lockme import LockmeSandbox
from integrations.sandbox.server import Server
from integrations.vendors import lockme
from integrations.vendors.lockme import Lockme
from tests.integrations.support import Memory, settings_for

Connect = Callable[..., Lockme]


class Shared(Memory):
    """A token store whose lock is one, as that of an account's row."""

    def __init__(self, token: Mapping[str, Any]) -> None:
        super().__init__(token)
        self.saved: list[Mapping[str, Any]] = []
        self._alone = threading.Lock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._alone:
            yield

    def save(self, token: Mapping[str, Any]) -> None:
        super().save(token)
        self.saved.append(token)


@pytest.fixture
def shop(sandbox: Server) -> LockmeSandbox:
    """The stand-in with two rooms, and one of somebody else."""
    shop = sandbox.vendors.lockme
    shop.add_room(1398, "Laboratory")
    shop.add_room(1399, "Bank vault")
    shop.add_room(2132, "Lighthouse", "Harbour", ours=False)
    return shop


@pytest.fixture
def store(shop: LockmeSandbox) -> Shared:
    return Shared(shop.secrets["token"])


@pytest.fixture
def connect(sandbox: Server, shop: LockmeSandbox, store: Shared) -> Connect:
    """Makes clients of the stand-in that share one token store, with options."""

    def made(**options: Any) -> Lockme:
        changed = {name: options.pop(name) for name in ("secrets", "clock", "tokens") if name in options}
        secrets = changed.pop("secrets", shop.secrets)
        # the clock a test moves is the client's, too
        plain = {"tokens": store, "clock": shop.clock.now, "timezone": "Europe/Warsaw"}
        url = f"{sandbox.url}/lockme"
        return lockme.connect(settings_for(url, secrets, options=options, **{**plain, **changed}))

    return made


@pytest.fixture
def client(connect: Connect) -> Lockme:
    return connect()


def writes(shop: LockmeSandbox) -> list[str]:
    """The methods of the writes that came."""
    return [call.method for call in shop.calls() if call.method != "GET"]


def left(shop: LockmeSandbox) -> list[int]:
    """How often each fault has not happened; the journal is too slow to tell of lines that were cut."""
    return [fault.times for fault in shop.faults]


def only(shop: LockmeSandbox) -> Any:
    """The one reservation there is."""
    (made,) = shop.store.reservations.values()
    return made


@pytest.fixture
def booked(shop: LockmeSandbox) -> str:
    """A reservation of the panel with an external id."""
    return str(shop.book(1398, "2026-03-10", "16:30", source="panel", extid="bk-42", name="Ewa"))
