"""The stand-in with one lock of each kind, and a client of it."""

from __future__ import annotations

import pytest
import requests

from integrations.sandbox.codelocks import CodelocksSandbox
from integrations.sandbox.server import Server
from integrations.vendors.codelocks import Codelocks
from tests.integrations.codelocks.support import IDA, IDENTIFIER, K3, TIMECODE, client_of


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


@pytest.fixture
def ida(codelocks: CodelocksSandbox) -> str:
    """Somebody who has the app's account."""
    codelocks.register_app_user(IDA)
    return IDA


@pytest.fixture
def send(sandbox, codelocks):
    """Send one request with the key; gives the response."""

    def send(path, method="GET", *, key=None, **how):
        headers = {"x-api-key": codelocks.secrets["api_key"] if key is None else key}
        url = f"{sandbox.url}/codelocks{path}"
        return requests.request(method, url, headers=headers, timeout=30, **how)

    return send


@pytest.fixture
def k3(send, codelocks):
    """Send one request about the K3 lock with the access key; gives the response."""

    def k3(path="", method="GET", **fields):
        where = "params" if method == "GET" else "data"
        fields = {"accesskey": codelocks.secrets["access_key"], **fields}
        return send(f"/u/1/k3connect/{K3}{path}", method, **{where: fields})

    return k3
