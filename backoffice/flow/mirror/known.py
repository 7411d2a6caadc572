"""What the database knows of an account's bookings, asked for whole windows at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min

from backoffice.flow.mirror.schedule import bounds
from backoffice.models import Booking, Occurrence, VendorAccount
from integrations.types import BookingStatus, Window

# what may open a door, now or when staff have looked at it
WITH_ACCESS = (BookingStatus.CONFIRMED.value, BookingStatus.UNKNOWN.value)

# the lateral join makes PostgreSQL look each booking up instead of reading the account whole per window
COMPARED = """
SELECT n.ref, k.id, n.digest <> '' AND n.digest = k.digest
FROM unnest(%(refs)s::text[], %(digests)s::text[]) AS n(ref, digest)
LEFT JOIN LATERAL (
    SELECT b.id, b.digest FROM backoffice_booking b
    WHERE b.account_id = %(account)s AND b.ref = n.ref OFFSET 0
) k ON true"""

# `told` leaves few rows for the joins; `refs` are in it but for the bookings that are new
ABSENT = """
SELECT o.id, o.booking_id, b.ref, r.ref, o.ref, o.starts_at, o.ends_at, o.missing_since, b.status
FROM backoffice_occurrence o
JOIN backoffice_booking b ON b.id = o.booking_id
JOIN backoffice_resource r ON r.id = o.resource_id
WHERE b.account_id = %(account)s AND b.changed_at <= %(now)s AND o.gone_at IS NULL
    AND o.starts_at >= %(first)s AND o.starts_at < %(last)s
    AND (%(resource)s = '' OR r.ref = %(resource)s)
    AND (o.booking_id <> ALL(%(told)s::bigint[]) OR o.id = ANY(%(left)s::bigint[]))
    AND (b.ref <> ALL(%(refs)s::text[]) OR o.id = ANY(%(left)s::bigint[]))"""


class Absent(NamedTuple):
    """A live occurrence that an answer should have held and did not."""

    pk: int
    booking_id: int
    booking_ref: str
    resource_ref: str
    ref: str
    starts_at: datetime
    ends_at: datetime
    missing_since: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer told of: bookings by key and by ref; but not of `left`, occurrences of theirs."""

    keys: list[int]
    refs: Collection[str]
    left: Collection[int]


@dataclass(frozen=True, slots=True)
class Compared:
    """Which bookings of an answer are known (their keys), and which of them are not known just like that."""

    told: list[int]
    changed: set[str]


def compare(account: VendorAccount, digests: Mapping[str, str]) -> Compared:
    """Compare an answer's bookings (ref -> digest) with ours."""
    values = {"account": account.pk, "refs": list(digests), "digests": list(digests.values())}
    rows = _rows(COMPARED, values) if digests else []
    return Compared([pk for _, pk, _ in rows if pk], {ref for ref, _, same in rows if not same})


def absent(
    account: VendorAccount,
    window: Window,
    told: Told,
    now: datetime,
) -> list[Absent]:
    """Live occurrences that start in the window and that its answer did not tell of.

    Bookings that a later reading than `now` has changed are left out.
    """
    first, last = bounds(window, ZoneInfo(account.timezone))
    values = {
        "account": account.pk,
        "resource": window.resource_ref,
        "first": first,
        "last": last,
        "told": told.keys,
        "refs": list(told.refs),
        "left": list(told.left),
        "now": now,
    }
    return [Absent(*row) for row in _rows(ABSENT, values)]


def unmoved(absent: Collection[Absent]) -> list[Absent]:
    """Those that are still where and when they were: a later window may have told of a move."""
    rows = Occurrence.objects.filter(pk__in=[each.pk for each in absent], gone_at=None).order_by()
    now = set(rows.values_list("pk", "resource__ref", "starts_at"))
    return [each for each in absent if (each.pk, each.resource_ref, each.starts_at) in now]


def upcoming(account: VendorAccount, now: datetime) -> int:
    """How many live occurrences that may open a door have not ended."""
    live = Occurrence.objects.filter(booking__account=account, gone_at=None, ends_at__gt=now)
    return live.filter(booking__status__in=WITH_ACCESS).count()


def beginnings(booking_ids: Collection[int]) -> dict[int, datetime]:
    """When the first occurrence of each booking starts, past ones included."""
    rows = Occurrence.objects.filter(booking__in=booking_ids, gone_at=None).order_by()
    return dict(rows.values_list("booking").annotate(first=Min("starts_at")))


def refs_known(account: VendorAccount, refs: Collection[str]) -> set[str]:
    """Those of the refs that are a booking's or an occurrence's of the account."""
    bookings = Booking.objects.filter(account=account, ref__in=refs).values_list("ref", flat=True)
    spans = Occurrence.objects.filter(booking__account=account, ref__in=refs).values_list("ref", flat=True)
    return {*bookings, *spans}


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
