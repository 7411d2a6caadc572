"""A stand-in for Google Calendar's API v3 with OAuth2 and push channels: calendars, events, sync tokens."""

from __future__ import annotations

from integrations.sandbox.google_calendar.app import GoogleCalendarSandbox

__all__ = ["GoogleCalendarSandbox"]
