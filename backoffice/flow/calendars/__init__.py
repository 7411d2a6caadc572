"""Calendars read: what changed in them, the times that their events take, and being told of changes."""

from __future__ import annotations

from backoffice.flow.calendars.reading import read_calendars
from backoffice.flow.calendars.taking import left, take
from backoffice.flow.calendars.watching import hinted, hints, watch

__all__ = ["hinted", "hints", "left", "read_calendars", "take", "watch"]
