"""The endpoints of the K3 account: form fields in, rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.codelocks.k3 import Account, Client, message, page, periods
from integrations.sandbox.codelocks.locks import Lock
from integrations.sandbox.codelocks.refusal import chosen, given, whole

Values = Mapping[str, str]
Switch = Mapping[str, Any]
STATUSES = ("INVITED", "ACTIVE", "SUSPENDED")  # the vendor's own words for them were never seen


def listed(account: Account, lock: Lock, values: Values, switch: Switch) -> Any:
    """GET clients; how an empty list looks, what is counted and what a status is called are switches."""
    asked = given(values, "page", "perpage")
    words = dict(zip(STATUSES, switch["client_words"], strict=True))
    clients = [client for client in account.clients.values() if client.lock_id == lock.ref]
    rows = [{**client.row(), "status": words.get(client.status, client.status)} for client in clients]
    if not rows and switch["no_clients"] != "object":
        return [] if switch["no_clients"] == "array" else None
    shown = page(rows, whole(asked["page"], "page"), _size(asked, switch))
    return {"count": len(rows if switch["client_count"] == "all" else shown), "clients": shown, "next": None}


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
    if action == "RESTORE":
        client.restore()
    else:
        client.status = "SUSPENDED"
    return _done(lock, client)


def remove(account: Account, lock: Lock, form: Values) -> dict[str, Any]:
    """DELETE client, with the form in its body."""
    given(form, "clientemail")
    client = account.client(lock, form["clientemail"])
    del account.clients[lock.ref, client.email.lower()]
    return _done(lock, client)


def audit(
    account: Account, lock: Lock, values: Values, switch: Switch, *, now: datetime
) -> list[dict[str, Any]]:
    """GET audit: one page of what the vendor knows by now, in either order."""
    asked = given(values, "page", "perpage", "pageorder")
    rows = account.known(lock, now)
    if chosen(values, "pageorder", ("ascending", "descending")) == "descending":
        rows.reverse()
    return page(rows, whole(asked["page"], "page"), _size(asked, switch))


def use(account: Account, lock: Lock, email: str, now: datetime, delay: timedelta) -> bool:
    """Open a lock with the app; True when it opens, and then the lock notes it."""
    client = account.clients.get((lock.ref, email.lower()))
    if client is None or not client.opens(lock.wall(now)):
        return False
    client.spent = client.access_type == "ONE_TIME"
    account.note(lock, now, "ACCESS", "Smart phone", delay)
    return True


def _size(asked: Values, switch: Switch) -> int:
    """Rows on a page: as many as are asked for, or the vendor's most."""
    size = whole(asked["perpage"], "perpage")
    return min(size, switch["most_per_page"]) if switch["most_per_page"] else size


def _done(lock: Lock, client: Client) -> dict[str, Any]:
    return {"result": "OK", "lockid": lock.ref, "email": client.email, "warning": None}
