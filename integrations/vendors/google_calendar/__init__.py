"""Google Calendar: the calendars of one Google account, read and written event by event (API v3)."""

from __future__ import annotations

from integrations.vendors.google_calendar.client import GoogleCalendar, connect
from integrations.vendors.google_calendar.consent import authorize_url, exchange
from integrations.vendors.google_calendar.push import read_push

__all__ = ["GoogleCalendar", "authorize_url", "connect", "exchange", "read_push"]
