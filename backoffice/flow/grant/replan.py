"""Decide anew who may open which door: rows to a world, the world to a plan, the plan to rows."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from backoffice.flow.grant.apply import Replanned, apply
from backoffice.flow.grant.load import load
from backoffice.flow.plan import plan

__all__ = ["Replanned", "replan"]

ONE_AT_A_TIME = 0x4C4B_4752  # any number that nothing else locks


def replan(now: datetime) -> Replanned:
    """Plan all that is not over, and write what changed of it; how much that was.

    One at a time on all hosts, in one transaction; no vendor is asked. Where the issue step moved a code in
    the meantime, that code stays as it is, and the next plan sees it.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        world, rows = load(now)
        return apply(plan(world), rows, now)
