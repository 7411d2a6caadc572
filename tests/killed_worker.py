"""A worker that is killed at a step: `python -m tests.killed_worker STEP ACCOUNT_PK [NOW [WORK]]`.

A step is "before the call" or "after the call" (of what makes something), "before the row is written", or
"before NAME" or "after NAME" of one method of the client. WORK is what it does: codes, or blocks.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django

django.setup()

from backoffice import accounts  # noqa: E402 Django first
from backoffice.flow.channels import writing  # noqa: E402 Django first
from backoffice.flow.issue import ask, fobs, phones  # noqa: E402 Django first
from backoffice.models import VendorAccount  # noqa: E402 Django first
from backoffice.states import BlockState, move  # noqa: E402 Django first
from tests.factories import NOW  # noqa: E402 Django first

MAKING = ("issue", "invite")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(client: Any, step: str) -> Any:
    """The client; who calls it at the step dies before or after the call."""
    when, _, deadly = step.partition(" ")
    for name in MAKING if deadly == "the call" else (deadly,):
        if call := getattr(client, name, None):
            setattr(client, name, _deadly(call, when))
    return client


def _deadly(call: Any, when: str) -> Any:
    def called(*args: Any, **named: Any) -> Any:
        if when == "before":
            die()
        made = call(*args, **named)
        if when == "after":
            die()
        return made

    return called


def _moved(row: Any, to: Any, **fields: Any) -> bool:
    return die() if to in {BlockState.ACTIVE, BlockState.REMOVED} else move(row, to, **fields)  # type: ignore[return-value]


def main(step: str, pk: str, now: str = "", work: str = "codes") -> None:
    if step == "before the row is written":
        ask.record_made = ask.end = phones.made = fobs.record_made = lambda *_: die()
        writing.move = _moved
    account = VendorAccount.objects.get(pk=pk)
    moment = datetime.fromisoformat(now) if now else NOW
    if work == "blocks":
        connect = accounts.calendar if account.vendor == "google_calendar" else accounts.booking_source
        writing.write_due(account, mortal(connect(account), step), moment)
    else:
        ask.issue_due(account, mortal(accounts.access_provider(account), step), moment)


if __name__ == "__main__":
    main(*sys.argv[1:])
