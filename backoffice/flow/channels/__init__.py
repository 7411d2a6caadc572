"""One room, many channels: what is sold on one is taken on the others, and what people do there is heard."""

from __future__ import annotations

from backoffice.flow.channels.asking import block_on, calendars_of, can_block, seen, try_again
from backoffice.flow.channels.carrying import bring_back, not_deleted, taken_out, to_take_out
from backoffice.flow.channels.echoes import looked_for, looking_for, recognise, unseen
from backoffice.flow.channels.leaving import unpair
from backoffice.flow.channels.listening import listen
from backoffice.flow.channels.obeying import Wish, answered, put, wishes
from backoffice.flow.channels.pairing import (
    OPTIONS,
    Choice,
    Shared,
    acknowledge,
    activate,
    activate_all,
    change,
    deactivate,
    pair,
    pair_all,
    shared_with,
)
from backoffice.flow.channels.planning import Planned, plan
from backoffice.flow.channels.slots import read_slots, slots_due
from backoffice.flow.channels.synchronise import synchronise
from backoffice.flow.channels.writing import Wrote, due, write_due

__all__ = [
    "OPTIONS",
    "Choice",
    "Planned",
    "Shared",
    "Wish",
    "Wrote",
    "acknowledge",
    "activate",
    "activate_all",
    "answered",
    "block_on",
    "bring_back",
    "calendars_of",
    "can_block",
    "change",
    "deactivate",
    "due",
    "listen",
    "looked_for",
    "looking_for",
    "not_deleted",
    "pair",
    "pair_all",
    "plan",
    "put",
    "read_slots",
    "recognise",
    "seen",
    "shared_with",
    "slots_due",
    "synchronise",
    "taken_out",
    "to_take_out",
    "try_again",
    "unpair",
    "unseen",
    "wishes",
    "write_due",
]
