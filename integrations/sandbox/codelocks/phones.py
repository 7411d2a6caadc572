"""The endpoints of the K3 account: form fields in, rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.codelocks.k3 import Account, Client, message, page, periods
from integrations.sandbox.codelocks.locks import Lock
from integrations.sandbox.codelocks.refusal import chosen, given, whole

Values = Mapping[str, str]


def listed(account: Account, lock: Lock, values: Values, none: str) -> Any:
    """GET clients; `none` is how an empty list looks: array, object or null."""
    asked = given(values, "page", "perpage")
    rows = [client.row() for client in account.clients.values() if client.lock_id == lock.ref]
    if not rows and none != "object":
        return [] if none == "array" else None
    number, size = (whole(asked[name], name) for name in ("page", "perpage"))
    return {"count": len(rows), "clients": page(rows, number, size), "next": None}


def invite(account: Account, lock: Lock, form: Values) -> dict[str, Any]:
    """POST client: an invitation, which the person must accept in the app."""
    given(form, "clientemail", "activeperiods", "accesstype", "message")
    access_type = chosen(form, "accesstype", ("STANDARD", "ONE_TIME"))
    message(form["message"])
    account.invite(lock, form["clientemail"], access_type, periods(form["activeperiods"]))
    return {"result": "OK", "invitation": None}


def change(account: Account, lock: Lock, form: Values) -> dict[str, Any]:
    """PUT client: the whole set of periods is replaced."""
    given(form, "clientemail", "activeperiods")
    client = account.client(lock, form["clientemail"])
    client.periods = periods(form["activeperiods"])
    return _done(lock, client)


def suspend(account: Account, lock: Lock, form: Values) -> dict[str, Any]:
    """PATCH client: SUSPEND or RESTORE."""
    given(form, "clientemail", "action")
    client = account.client(lock, form["clientemail"])
    action = chosen(form, "action", ("SUSPEND", "RESTORE"))
    client.status = "SUSPENDED" if action == "SUSPEND" else "ACTIVE"
    return _done(lock, client)


def remove(account: Account, lock: Lock, form: Values) -> dict[str, Any]:
    """DELETE client, with the form in its body."""
    given(form, "clientemail")
    client = account.client(lock, form["clientemail"])
    del account.clients[lock.ref, client.email.lower()]
    return _done(lock, client)


def audit(account: Account, lock: Lock, values: Values, now: datetime) -> list[dict[str, Any]]:
    """GET audit: one page of what the vendor knows by now, in either order."""
    asked = given(values, "page", "perpage", "pageorder")
    rows = account.known(lock, now)
    if chosen(values, "pageorder", ("ascending", "descending")) == "descending":
        rows.reverse()
    return page(rows, whole(asked["page"], "page"), whole(asked["perpage"], "perpage"))


def use(account: Account, lock: Lock, email: str, now: datetime, delay: timedelta) -> bool:
    """Open a lock with the app; True when it opens, and then the lock notes it."""
    client = account.clients.get((lock.ref, email.lower()))
    if client is None or not client.opens(lock.wall(now)):
        return False
    account.note(lock, now, "ACCESS", "Smart phone", delay)
    return True


def _done(lock: Lock, client: Client) -> dict[str, Any]:
    return {"result": "OK", "lockid": lock.ref, "email": client.email, "warning": None}
