"""A day at the calendars to which nothing may be added by itself, and what the database has of it."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.story.channels import LAB, Channels

HOURS = ("14:30", "16:00", "18:00")
NEXT = "2026-03-10"
TABLES = ("block", "booking", "occurrence", "calendarevent", "calendarreading", "conflict", "accessgrant")


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def versions() -> set[tuple[str, int, str]]:
    """Every row of the tables with the transaction that wrote it last."""
    found: set[tuple[str, int, str]] = set()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT id, xmin FROM backoffice_{table}")  # noqa: S608 names of ours
            found |= {(table, pk, str(xmin)) for pk, xmin in cursor.fetchall()}
    return found


def busy(channels: Channels) -> None:
    """A booking of each channel, and an event."""
    channels.game("14:30")
    channels.google.put_event(LAB, "Away", f"{NEXT} 14:00", f"{NEXT} 17:00")
    channels.sync()
    channels.sync()
