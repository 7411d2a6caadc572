"""The arrows: the only place where one step leads to the next."""

from __future__ import annotations

from celery import shared_task


@shared_task
def tick() -> None:
    """Find in rows what is due, and do it."""


@shared_task
def refresh_account(pk: int, full: bool = False) -> None:  # noqa: FBT001, FBT002 a task's arguments are plain
    """Read one account, then let the rest follow."""


@shared_task
def process_message(pk: int) -> None:
    """Open one webhook message, mirror what it is about, let the rest follow, mark it read."""


@shared_task
def follow() -> None:
    """Plan, issue, deliver, audit: what follows a change of bookings or of staff's word."""
