"""Calls of the stand-in with the right key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import Client, TestResponse

from integrations.sandbox.locaboo import LocabooSandbox


@pytest.fixture
def get(hall: LocabooSandbox) -> Callable[..., TestResponse]:
    return lambda path, **query: Client(hall).get(f"/api/v2/{path}", query_string={**hall.secrets, **query})


@pytest.fixture
def post(hall: LocabooSandbox) -> Callable[..., TestResponse]:
    return lambda path, fields: Client(hall).post(f"/api/v2/{path}", data={**hall.secrets, **fields})
