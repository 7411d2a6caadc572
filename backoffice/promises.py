"""Fobs that staff gave to somebody who has not got them yet: his before the vendor is asked."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from backoffice import pools
from backoffice.models import AccessGrant, Fob, FobLoan, Override, OverrideKind
from backoffice.word import NotPossible
from backoffice.wording import period
from integrations.types import Method


def must_be_free(fob: Fob, now: datetime, but: AccessGrant | None = None) -> None:
    """Lock a fob until the transaction's end; NotPossible when it is promised to somebody (`but` this guest).

    The lock is what makes of two requests at once the second one see what the first has said.
    """
    word = promise(lock(fob), now)
    if word is None or (but is not None and word.grant and word.grant in _same_guest(but)):
        return
    door = word.grant.door if word.grant else word.door
    starts_at = word.grant.starts_at if word.grant else word.starts_at
    what = f", for {door}, {period(starts_at, word.ends_at, door.venue)}" if door else ""
    raise NotPossible(
        f"{fob} is promised to somebody already{what}, by {word.author.get_username()}: take another one,"
        " or take that word back first."
    )


def lock(fob: Fob) -> Fob:
    """The fob, which until the transaction's end nobody else may promise or lend."""
    return Fob.objects.select_for_update().get(pk=fob.pk)


def promise(fob: Fob, now: datetime) -> Override | None:
    """Staff's word that gives a fob to somebody who has not got one by it yet; None: it is nobody's."""
    words = Override.objects.filter(fob=fob, lifted_at=None, ends_at__gt=now).order_by("pk")
    related = words.select_related("author", "door__venue", "grant__door__venue")
    return next((word for word in related if _is_open(word)), None)


def _is_open(word: Override) -> bool:
    """Is it still to be done? Not for a guest who lost his access, nor once a loan or a later word came."""
    mine = _grants(word)
    lives = mine.filter(state__in=pools.WAITING, method=Method.FOB).exists()
    if not lives and (word.grant or mine.exists()):
        return False
    return not (_served(word, mine) or _replaced(word, mine))


def _grants(word: Override) -> QuerySet[AccessGrant]:
    """The access that the fob is for: a person's, or a guest's by all doors of the account."""
    return _same_guest(word.grant) if word.grant else AccessGrant.objects.filter(person=word)


def _same_guest(grant: AccessGrant) -> QuerySet[AccessGrant]:
    whose = {"occurrence": grant.occurrence_id, "person": grant.person_id}
    return AccessGrant.objects.filter(**whose, door__account=grant.door.account_id)


def _served(word: Override, mine: QuerySet[AccessGrant]) -> bool:
    since = word.pk if word.kind == OverrideKind.REISSUE else 0
    lent = FobLoan.objects.filter(grant__in=mine).select_related("code").defer("code__secret")
    return any((pools.generation(loan.code.key) if loan.code else 0) >= since for loan in lent)


def _replaced(word: Override, mine: QuerySet[AccessGrant]) -> bool:
    later = Override.objects.filter(kind=OverrideKind.REISSUE, grant__in=mine, pk__gt=word.pk, lifted_at=None)
    return later.exists()
