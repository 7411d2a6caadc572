"""The pages for staff, one module per module of models; importing them registers them."""

from __future__ import annotations

from backoffice.admin import (
    access,
    bookings,
    calendars,
    channels,
    conflicts,
    directory,
    events,
    feeds,
    findings,
    fobs,
    overrides,
    people,
    places,
    vendors,
    writes,
)
