"""What may befall a step of ours: faults of the vendors, death at a call or a statement, and people at work
between two of its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

from django.db import connection, transaction

from backoffice.flow import audit
from integrations import http
from tests.story.orders.house import Sold

VENDORS = ("lockme", "locaboo", "google")
KINDS = ("drop_before", "drop_after", "truncate", "500", "503", "429", "html", "empty", "401")
MATCHES = ("", "", "PUT", "POST", "PATCH", "DELETE", "GET", "booking_save", "booking_add", "/date/", "events")


class Killed(BaseException):
    """The process dies here: nobody catches this."""


def spoil(house: Sold, dice: Random) -> str:
    """Let some of a vendor's next answers go wrong; in words."""
    name, kind, match = dice.choice(VENDORS), dice.choice(KINDS), dice.choice(MATCHES)
    times = dice.choice((1, 1, 2, 5, 1000))
    vendor: Any = getattr(house, name)
    if kind.isdecimal():
        vendor.fail("status", match, times=times, status=int(kind))
    elif kind in ("html", "empty"):
        body = "" if kind == "empty" else "<html>Sorry</html>"
        vendor.fail("body", match, times=times, body=body)
    else:
        vendor.fail(kind, match, times=times)
    return f"{name} {kind} {match!r} x{times}"


def age(house: Sold, dice: Random) -> str:
    """Tokens too old, quotas spent, a list that lies."""
    what = dice.choice(("sync tokens", "bearers", "quota", "ghost"))
    if what == "sync tokens":
        house.google.expire_sync_tokens()
    elif what == "bearers":
        house.google.expire_tokens()
        house.lockme.expire_tokens()
    elif what == "quota":
        house.google.refuse(403, "rateLimitExceeded", times=dice.choice((1, 3)), domain="usageLimits")
    else:
        house.locaboo.ghost(times=dice.choice((1, 2)))
    return what


def mend(house: Sold) -> None:
    """All vendors answer as they should."""
    for name in VENDORS:
        getattr(house, name).faults.clear()


@contextmanager
def calm() -> Iterator[None]:
    """No pauses between tries, and no findings, which nothing here goes by: walks are long enough."""
    with (
        mock.patch.object(http.random, "uniform", return_value=0.0),
        mock.patch.object(http.time, "sleep"),
        mock.patch.object(audit, "findings"),
    ):
        yield


@contextmanager
def at_call(number: int, do: Callable[[], None], *, after: bool = False) -> Iterator[None]:
    """Have something happen before, or after, one of the calls to a vendor that are made within."""
    real, made = http.Http._once, [0]

    def called(self: http.Http, *args: Any, **named: Any) -> http.Answer:
        made[0] += 1
        mine = made[0] == number
        if mine and not after:
            do()
        answer = real(self, *args, **named)
        if mine and after:
            do()
        return answer

    with mock.patch.object(http.Http, "_once", called):
        yield


@contextmanager
def at_statement(number: int, do: Callable[[], None]) -> Iterator[None]:
    """Have something happen before one of the statements that write rows."""
    made = [0]

    def wrapped(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith(("UPDATE", "INSERT", "DELETE")):
            made[0] += 1
            if made[0] == number:
                do()
        return execute(sql, *args)

    with connection.execute_wrapper(wrapped):
        yield


def die() -> None:
    """The end of a process."""
    raise Killed


def mortal(work: Callable[[], object], within: Any) -> bool:
    """Work until it is done, or dies; did it die? What was not committed is lost with it."""
    try:
        with within:
            work()
    except Killed:
        if transaction.get_connection().needs_rollback:
            raise AssertionError("the death of a worker must not spoil the test's own transaction") from None
        return True
    return False
