"""One room, many channels: what is sold on one is taken on the others, and what people do there is heard."""

from __future__ import annotations

from backoffice.flow.channels.echoes import recognise
from backoffice.flow.channels.listening import listen
from backoffice.flow.channels.obeying import Wish, answered, put, wishes
from backoffice.flow.channels.pairing import acknowledge, activate, change, deactivate, pair, shared_with
from backoffice.flow.channels.planning import Planned, plan
from backoffice.flow.channels.slots import read_slots, slots_due
from backoffice.flow.channels.synchronise import synchronise
from backoffice.flow.channels.writing import Wrote, due, write_due

__all__ = [
    "Planned",
    "Wish",
    "Wrote",
    "acknowledge",
    "activate",
    "answered",
    "change",
    "deactivate",
    "due",
    "listen",
    "pair",
    "plan",
    "put",
    "read_slots",
    "recognise",
    "shared_with",
    "slots_due",
    "synchronise",
    "wishes",
    "write_due",
]
