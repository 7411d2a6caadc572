"""Where phone keys are asked for: to which address a guest can be sent one, and what a key's row says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import time

from django.db.models import Q

from backoffice.fields import fingerprint
from backoffice.flow import plan
from backoffice.models import IssuedCode, Occurrence, Override, OverrideKind, PathStep
from integrations import registry
from integrations.types import Method, Period

VENDORS = [slug for slug, vendor in registry.VENDORS.items() if Method.PHONE in vendor.methods]


def addressed(stays: Mapping[int, plan.Stay]) -> dict[int, plan.Stay]:
    """The stays, with an address where a door on the way opens by phone; the others' mails stay closed."""
    rows = Occurrence.objects.filter(resource__room__in=_rooms(), booking__customer__isnull=False)
    mails = rows.filter(pk__in=list(stays)).values_list("pk", "booking__customer__email")
    found = {pk: digest(mail) for pk, mail in mails}
    return {pk: replace(stay, address=found[pk]) if pk in found else stay for pk, stay in stays.items()}


def _rooms() -> list[int]:
    """The rooms that have a door which opens by phone, or which staff may have said to."""
    said = Q(door__method=Method.PHONE)
    if Override.objects.filter(method=Method.PHONE, lifted_at=None).exists():
        said |= Q(door__account__vendor__in=VENDORS)
    return list(PathStep.objects.filter(said).values_list("room", flat=True).distinct())


def reachable(words: Iterable[plan.Word]) -> Iterator[plan.Word]:
    """Staff's words, with an address where somebody is let in at a door that may open by phone."""
    people = Override.objects.filter(kind=OverrideKind.GRANT, door__account__vendor__in=VENDORS)
    mails = dict(people.filter(lifted_at=None).values_list("pk", "person_email"))
    for word in words:
        yield replace(word, address=digest(mails[word.id])) if mails.get(word.id) else word


def digest(mail: str) -> str:
    """What stands for an e-mail address in a plan, whatever its case; "" for none."""
    return fingerprint(mail) if mail.strip() else ""


def periods(code: IssuedCode) -> tuple[Period, ...]:
    """The weekly hours of a phone key, as its row has them."""
    return tuple(
        Period(time.fromisoformat(starts), time.fromisoformat(ends), tuple(days))
        for starts, ends, days in code.periods
    )
