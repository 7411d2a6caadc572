"""Staff's word: who says it, why and when; what cannot be done; and how it goes on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import models

from backoffice.models import StaffAct


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
