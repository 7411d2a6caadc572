"""A worker that is killed at a step of issuing: `python -m tests.killed_worker STEP ACCOUNT_PK`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

django.setup()

from backoffice import accounts  # noqa: E402 Django first
from backoffice.flow.issue import ask, phones  # noqa: E402 Django first
from backoffice.models import VendorAccount  # noqa: E402 Django first
from tests.factories import NOW  # noqa: E402 Django first


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(provider: Any, step: str) -> Any:
    """The provider; who calls it to make something dies before or after the call."""
    for name in ("issue", "invite"):
        if call := getattr(provider, name, None):
            setattr(provider, name, _deadly(call, step))
    return provider


def _deadly(call: Any, step: str) -> Any:
    def called(*args: Any, **named: Any) -> Any:
        if step == "before the call":
            die()
        made = call(*args, **named)
        if step == "after the call":
            die()
        return made

    return called


def main(step: str, pk: int) -> None:
    if step == "before the row is written":
        ask.record_made = ask.end = phones.made = lambda *_: die()
    account = VendorAccount.objects.get(pk=pk)
    ask.issue_due(account, mortal(accounts.access_provider(account), step), NOW)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
