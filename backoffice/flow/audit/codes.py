"""Codes as the audit tells of them: read with all that its words need, and without their secrets."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from backoffice.flow.audit.trouble import GRANT, who
from backoffice.models import IssuedCode
from backoffice.states import GrantState
from backoffice.wording import door_name, moment
from integrations.types import Method

THINGS = {Method.NETCODE: "PIN", Method.CARD: "app key", Method.PHONE: "phone key", Method.FOB: "fob"}
RELATED = ("door__venue", *(f"grant__{path}" for path in GRANT), "grant__occurrence__booking__account")
UNREAD = ("secret", "grant__occurrence__booking__raw", "grant__occurrence__booking__customer__email")
WHY = {
    GrantState.WITHDRAWN: "cancelled or moved",
    GrantState.DENIED: "denied",
    GrantState.GRANTED: "who has a new one",
}


def codes(*wanted: Q | Combinable) -> QuerySet[IssuedCode]:
    """The codes that fit, the first to open first."""
    rows = IssuedCode.objects.filter(*wanted).select_related(*RELATED).defer(*UNREAD)
    return rows.order_by("starts_at", "pk")


def thing(some: Iterable[IssuedCode]) -> str:
    """What people call these codes: PIN, app key; code where they are of several kinds."""
    names = {THINGS[Method(code.method)] for code in some}
    return names.pop() if len(names) == 1 else "code"


def whose(code: IssuedCode) -> str:
    """Whom a code was for and why it should open no more: Ida Kern (lockme/4711), cancelled or moved."""
    return f"{who(code.grant)}, {WHY.get(GrantState(code.grant.state), 'no longer wanted')}"


def still_opens(code: IssuedCode) -> str:
    """Which old code opens which door until when, without a full stop."""
    until = moment(code.ends_at, code.door.venue)
    return f"The old {thing([code])} of {whose(code)}, still opens {door_name(code.door)} until {until}"
