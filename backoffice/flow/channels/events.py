"""A block of a calendar as the event that it is written as."""

from __future__ import annotations

from backoffice.flow.channels.content import Content, content, digest_of
from backoffice.flow.channels.loading import facts_of
from backoffice.flow.channels.values import Room
from backoffice.models import Block
from integrations.types import ORIGIN, EventDraft

BLOCK = "block"  # the entry of the mark under which the calendars step finds a block again
EMPTY = "empty"


def draft_of(block: Block, ref: str, origin: str) -> EventDraft:
    """The event for a block, with no more in it than its pairing's scope allows.

    Its mark names this installation and the block, by an id that tells nothing of anybody (S2, S3).
    """
    room = _booked_room(block)
    words = words_of(block)
    return EventDraft(
        ref=ref,
        summary=words.summary,
        description=words.description,
        starts_at=block.starts_at,
        ends_at=block.ends_at,
        timezone=room.zone,
        mark={ORIGIN: origin, BLOCK: block.key},
    )


def words_of(block: Block) -> Content:
    """What the event says."""
    scope = block.pairing.scope if block.pairing else EMPTY
    facts = facts_of(block.occurrence.booking)
    return content(facts, _booked_room(block), block.starts_at, block.ends_at, scope)


def current_digest(block: Block) -> str:
    """Of what the event would say if it were written now."""
    stay = block.occurrence
    return digest_of(words_of(block), stay.starts_at, stay.ends_at, _booked_room(block).zone)


def _booked_room(block: Block) -> Room:
    room = block.occurrence.resource.room or block.room
    return Room(room.pk, room.name, room.venue.timezone)
