"""A second look at a booking whose write was not answered: what a source shows, and what that proves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from integrations.types.desk import AddOrder, SaveOrder


class Proof(StrEnum):
    """What a look proves: a write was done, it was not (as of now), or neither."""

    DONE = "done"
    NOT_DONE = "not done"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of a booking just before it was to be changed."""

    resource_ref: str
    starts_at: datetime
    ends_at: datetime
    customer_ref: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen: `ref` is the booking's where it was done, `text` for staff where it proves nothing."""

    proof: Proof
    ref: str = ""
    text: str = ""


@runtime_checkable
class SecondLook(Protocol):
    """A booking source that can be looked at again for what it was asked to write; nothing is sent again."""

    def look_for(self, order: AddOrder | SaveOrder, ref: str, known: Collection[str]) -> Sight:
        """A new booking: `ref` is the id it was answered with, `known` are ids that cannot be it."""

    def look_at(self, order: SaveOrder, before: Before | None) -> Sight:
        """A booking that was to be changed or cancelled."""
