"""What is due at an account, gathered into orders: one PIN each, or all doors of one cardholder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from backoffice.flow.issue.lost import to_look_at
from backoffice.models import IssuedCode, VendorAccount
from backoffice.states import CodeState
from integrations.types import CodeOrder, Duration, Method


@dataclass(slots=True)
class Bundle:
    """The codes that one order makes true: one PIN, or all doors of one cardholder."""

    wanted: list[IssuedCode] = field(default_factory=list)
    unwanted: list[IssuedCode] = field(default_factory=list)

    @property
    def first(self) -> IssuedCode:
        """Any code of the bundle, for what they share."""
        return (self.wanted or self.unwanted)[0]


def due(account: VendorAccount, now: datetime) -> Q:
    """The codes of an account that the vendor is to be asked about now."""
    ripe = Q(next_try_at=None) | Q(next_try_at__lte=now)
    planned = Q(state=CodeState.PLANNED, due_at__lte=now, ends_at__gt=now) & ripe
    keyless = Q(state=CodeState.ACTIVE, method=Method.CARD, secret="", ends_at__gt=now) & ripe
    looked_at = Q(state=CodeState.ACTIVE, method=Method.PHONE, next_try_at__lte=now)
    revoking = Q(state=CodeState.REVOKING) & ripe
    left = Q(state=CodeState.ISSUING) & (ripe | ~Q(method=Method.PHONE))
    return Q(account=account) & (planned | keyless | left | revoking | looked_at | to_look_at(now))


def bundles_due(account: VendorAccount, now: datetime) -> Iterable[Bundle]:
    """The due codes, those of one cardholder together with all that he has already."""
    codes = list(
        IssuedCode.objects.filter(due(account, now), method__in=(Method.NETCODE, Method.CARD))
        .select_related("door", "grant__occurrence__booking")
        .order_by("starts_at", "pk")
    )
    holders: dict[str, Bundle] = {}
    for code in codes:
        if code.holder_key:
            holders.setdefault(code.holder_key, Bundle())
        else:
            yield Bundle(wanted=[code])
    rows = IssuedCode.objects.filter(account=account, holder_key__in=holders).select_related(
        "door", "grant__occurrence__booking"
    )
    due_now = {code.pk for code in codes}
    for row in rows.order_by("pk"):
        if row.state == CodeState.REVOKING:
            holders[row.holder_key].unwanted.append(row)
        elif row.pk in due_now or (row.state == CodeState.ACTIVE and row.ends_at > now):
            holders[row.holder_key].wanted.append(row)
    yield from holders.values()


def order_of(bundle: Bundle) -> CodeOrder:
    code = bundle.first
    parts = bundle.wanted or bundle.unwanted
    start = datetime.strptime(code.start_local, "%Y-%m-%d %H:%M") if code.start_local else None  # noqa: DTZ007
    by_lock = code.duration_id is not None
    return CodeOrder(
        key=code.key,
        method=Method(code.method),
        starts_at=min(part.starts_at for part in parts),
        ends_at=max(part.ends_at for part in parts),
        door_ref=code.door.ref,
        lock=code.door.lock,
        start_local=start,
        duration=Duration(code.duration_id or 0, code.duration_hours, code.duration_days)
        if by_lock
        else None,
        holder_key=code.holder_key,
        holder_name=_holder_name(code),
        card_number=next((part.card_number for part in parts if part.card_number), ""),
        level_refs=tuple(sorted({part.level_ref for part in bundle.wanted if part.level_ref})),
    )


def _holder_name(code: IssuedCode) -> str:
    """What the lock vendor's people see: a booking to look up here, not a guest's name."""
    occurrence = code.grant.occurrence
    return f"Booking {occurrence.booking.ref}" if occurrence else f"Guest of staff {code.grant_id}"
