"""What staff have a vendor do, on their explicit word: asked for once, read back, on record with its end."""

from __future__ import annotations

from backoffice.flow.desk import (
    bookings,
    customers,
    looks,
    reads,
    reservations,
    room_calendar,
    slots,
    trial,
)
from backoffice.flow.desk.reads import forget
from backoffice.flow.desk.record import Ask, RuleWord, carry_out, link, supersede
from backoffice.flow.desk.settle import settle

__all__ = [
    "Ask",
    "RuleWord",
    "bookings",
    "carry_out",
    "customers",
    "forget",
    "link",
    "looks",
    "reads",
    "reservations",
    "room_calendar",
    "settle",
    "slots",
    "supersede",
    "trial",
]
