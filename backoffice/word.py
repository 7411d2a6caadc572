"""Staff's word: who says it, why and when; what cannot be done; how it is put down and goes on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction

from backoffice.models import AccessGrant, Booking, Door, Override, OverrideKind, StaffAct

LONGEST = timedelta(days=366)
Target = Booking | AccessGrant | Door


class NotPossible(ValueError):
    """What was asked cannot be done; the text says why, in words for the person who asked."""


@dataclass(frozen=True, slots=True)
class Word:
    """Who says it, why, and when. Every act needs a reason: NotPossible without one."""

    author: User
    reason: str
    now: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise NotPossible("Give a reason: the next shift will ask why.")


def on_record(word: Word, verb: str, target: models.Model, **about: Any) -> None:
    """Write down an act: `about` may name booking, grant, code and detail; a grant's booking comes along."""
    grant = about.get("grant")
    if grant is not None and grant.occurrence_id and not about.get("booking"):
        about["booking"] = grant.occurrence.booking
    StaffAct.objects.create(
        at=word.now,
        author=word.author,
        verb=verb,
        reason=word.reason.strip(),
        target=f"{target._meta.model_name} {target.pk}",  # noqa: SLF001 Django's public way to a model's name
        **about,
    )


def say(kind: OverrideKind, target: Target, until: datetime, word: Word, **fields: Any) -> Override:
    """Write staff's word and that it was given; it must end, in the future and within a year."""
    if until <= word.now:
        raise NotPossible("The end must be in the future.")
    if until > word.now + LONGEST:
        raise NotPossible("The end must be within a year: what is for ever is forgotten.")
    subject = {_name(target): target}
    with transaction.atomic():
        override = Override.objects.create(
            kind=kind,
            **subject,
            **{"starts_at": word.now, **fields},
            ends_at=until,
            reason=word.reason.strip(),
            author=word.author,
            created_at=word.now,
        )
        about = _about(target)
        on_record(
            word, str(kind), target, **about, detail={"override": override.pk, "until": until.isoformat()}
        )
    return override


def take_back(override: Override, word: Word) -> Override:
    """Let a word of staff hold no longer, and write that down; NotPossible for one that does not anyhow."""
    with transaction.atomic():
        lifted = Override.objects.filter(pk=override.pk, lifted_at=None)
        if not lifted.update(lifted_at=word.now, lifted_by=word.author):
            raise NotPossible("This was taken back already.")
        override.refresh_from_db()
        on_record(word, "release", override, booking=override.booking, grant=override.grant)
    return override


def _name(target: Target) -> str:
    names = {Booking: "booking", AccessGrant: "grant", Door: "door"}
    return names[type(target)]


def _about(target: Target) -> dict[str, Any]:
    if isinstance(target, Booking):
        return {"booking": target}
    if isinstance(target, AccessGrant):
        return {"grant": target}
    return {}
