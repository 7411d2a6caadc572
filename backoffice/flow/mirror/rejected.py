"""The quarantine: rows that could not be read, shown until they read well again or are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import QuerySet

from backoffice.flow.mirror import digests
from backoffice.flow.mirror.refs import Refs
from backoffice.models import RejectedRow, VendorAccount
from integrations.types import Rejected

Name = tuple[str, str]  # kind and ref
KIND_LENGTH, REF_LENGTH = 20, 200


def name(row: Rejected) -> Name:
    """What a rejected row is known by, cut to what its columns hold."""
    return row.kind[:KIND_LENGTH], row.ref.replace("\0", "")[:REF_LENGTH]


def store(account: VendorAccount, found: Mapping[Name, Rejected], now: datetime) -> None:
    """Put rows into quarantine; one that is there for the same reason costs no write."""
    if not found:
        return
    known = {(row.kind, row.ref): row for row in _open(account).defer("raw")}
    fresh = []
    for key, row in found.items():
        reason = row.reason.replace("\0", "")
        digest = digests.of_fields({"reason": reason, "raw": row.raw})
        values = {"reason": reason, "raw": dict(row.raw), "digest": digest, "seen_at": now}
        if key not in known:
            fresh.append(RejectedRow(account=account, kind=key[0], ref=key[1], **values))
        elif known[key].digest != digest:
            RejectedRow.objects.filter(pk=known[key].pk).update(**values)
    RejectedRow.objects.bulk_create(fresh, ignore_conflicts=True)  # another reader may have found it too


def resolve(
    account: VendorAccount,
    found: Collection[Name],
    listed: Collection[str],
    seen: Refs,
    now: datetime,
) -> None:
    """Close what was not found again: of kinds that were read whole (`listed`), and bookings read well."""
    rows = [row for row in _open(account).only("kind", "ref") if (row.kind, row.ref) not in found]
    read_well = seen.among(row.ref for row in rows if row.kind == "booking")
    settled = [
        row.pk for row in rows if row.kind in listed or (row.kind == "booking" and row.ref in read_well)
    ]
    if settled:
        RejectedRow.objects.filter(pk__in=settled).update(resolved_at=now)


def _open(account: VendorAccount) -> QuerySet[RejectedRow]:
    return RejectedRow.objects.filter(account=account, resolved_at=None)
