"""Vendors' bookings and directories as our rows: in bulk, by digest, and nothing removed without evidence."""

from __future__ import annotations

from backoffice.flow.mirror.bookings import refresh_booking, refresh_bookings, refresh_people
from backoffice.flow.mirror.directory import refresh_directory

__all__ = ["refresh_booking", "refresh_bookings", "refresh_directory", "refresh_people"]
