"""The stand-in with one lock of each kind, and a client of it."""

from __future__ import annotations

import pytest

from integrations.sandbox.codelocks import CodelocksSandbox
from integrations.sandbox.server import Server
from integrations.vendors.codelocks import Codelocks
from tests.integrations.codelocks.support import IDENTIFIER, K3, TIMECODE, client_of


@pytest.fixture
def codelocks(sandbox: Server) -> CodelocksSandbox:
    """The stand-in, with a KitLock whose clock shows UTC and a K3 lock whose clock shows Berlin's time."""
    vendor = sandbox.vendors.codelocks
    vendor.add_kitlock(TIMECODE, IDENTIFIER)
    vendor.add_k3(K3, "Side door")
    return vendor


@pytest.fixture
def client(sandbox: Server, codelocks: CodelocksSandbox) -> Codelocks:
    """A client of the stand-in's account, without options."""
    return client_of(sandbox)
