"""What the sandbox's page shows of Codelocks, and what a person can do there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from integrations.sandbox.wire import Action

if TYPE_CHECKING:
    from integrations.sandbox.codelocks.sandbox import CodelocksSandbox


def actions(sandbox: CodelocksSandbox) -> Iterable[Action]:
    """The forms of the page."""

    def open_door(lock: str, code: str) -> str:
        return f"{lock} {'opens' if sandbox.open_door(lock, code) else 'stays shut'}"

    def open_by_phone(lock: str, email: str) -> str:
        return f"{lock} {'opens' if sandbox.open_by_phone(lock, email) else 'stays shut'}"

    def said(act: Any, text: str) -> Any:
        def run(**fields: str) -> str:
            act(**fields)
            return text

        return run

    return (
        Action("open_door", "Type a code in at a door", ("lock", "code"), open_door),
        Action("block", "Block a code at a keypad", ("lock", "code"), said(sandbox.block, "blocked")),
        Action(
            "change_batteries",
            "Change a lock's batteries",
            ("lock",),
            said(sandbox.change_batteries, "changed"),
        ),
        Action("set_clock", "Set a lock's clock", ("lock",), said(sandbox.set_clock, "set")),
        Action(
            "add_kitlock",
            "Screw a KitLock on",
            ("timecode", "identifier", "model", "clock"),
            said(sandbox.add_kitlock, "added"),
        ),
        Action("add_k3", "Pair a K3 lock", ("lock_id", "name", "timezone"), said(sandbox.add_k3, "paired")),
        Action(
            "register_app_user",
            "Register a person's app",
            ("email",),
            said(sandbox.register_app_user, "known"),
        ),
        Action("open_by_phone", "Open a K3 lock with the app", ("lock", "email"), open_by_phone),
        Action("accept", "Accept an invitation", ("lock", "email"), said(sandbox.accept, "accepted")),
    )


def state(sandbox: CodelocksSandbox) -> Mapping[str, list[dict[str, Any]]]:
    """Tables of locks, ledger, clients and audit; no code and no key in them."""
    now = sandbox.clock.now()
    locks = [
        {
            "lock": lock.ref,
            "name": lock.name,
            "model": lock.model,
            "clock": lock.clock,
            "shows": f"{lock.wall(now):%Y-%m-%d %H:%M}",
            "mode": lock.mode,
            "blocked": len(lock.blocked),
            "used": len(lock.used),
            "clock lost": lock.lost_clock,
        }
        for lock in sandbox.locks.values()
    ]
    ledger = [{"counter": name, "month": month, "calls": n} for (name, month), n in sandbox.ledger.items()]
    clients = [
        {"lock": client.lock_id, "email": client.email, "status": client.status}
        for client in sandbox.account.clients.values()
    ]
    entries = [{name: str(value) for name, value in entry.items()} for entry in sandbox.account.audit]
    return {
        "locks": locks,
        "ledger": ledger,
        "codes told": [{"different codes": len(sandbox.told)}],
        "app users": [{"email": email} for email in sorted(sandbox.account.users)],
        "clients": clients,
        "audit": entries,
    }
