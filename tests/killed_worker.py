"""A worker that is killed at a step of issuing: `python -m tests.killed_worker STEP ACCOUNT_PK`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

django.setup()

from backoffice import accounts  # noqa: E402 Django first
from backoffice.flow.issue import ask  # noqa: E402 Django first
from backoffice.models import VendorAccount  # noqa: E402 Django first
from tests.factories import NOW  # noqa: E402 Django first


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """A provider whose caller dies before or after the call."""

    def __init__(self, provider: Any, step: str) -> None:
        self._provider = provider
        self._step = step
        self.limits = provider.limits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def issue(self, orders: Any) -> Any:
        if self._step == "before the call":
            die()
        outcomes = self._provider.issue(orders)
        if self._step == "after the call":
            die()
        return outcomes


def main(step: str, pk: int) -> None:
    if step == "before the row is written":
        ask.record_made = ask.end = lambda *_: die()
    account = VendorAccount.objects.get(pk=pk)
    ask.issue_due(account, Mortal(accounts.access_provider(account), step), NOW)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
