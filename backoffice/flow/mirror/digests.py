"""Digests: whether a thing is as it was, without reading its row.

They are keyed, for what goes into them holds addresses and codes that could be guessed from a plain digest.
"""

from __future__ import annotations

import hashlib
import json
import marshal
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from integrations.types import BookingRecord, CustomerRecord

VERSION = "1"  # a digest of another version is written anew when its row is next looked at
LOOK = ""  # in place of a digest: look at the row closely next time

encoded = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":")).encode


class Span(NamedTuple):
    """An occurrence with its end and the key of its resource's row; times in UTC."""

    ref: str
    resource_id: int
    starts_at: datetime
    ends_at: datetime
    starts_text: str
    ends_text: str


def of(content: bytes) -> str:
    """The digest of some bytes."""
    digest = _keyed(tuple(settings.FIELD_ENCRYPTION_KEYS)).copy()
    digest.update(content)
    return VERSION + digest.hexdigest()


def of_fields(fields: Mapping[str, Any]) -> str:
    """The digest of a row's columns."""
    return of(_text(fields))


def of_booking(record: BookingRecord, spans: Iterable[Span], customer: int | None) -> str:
    """The digest of a booking with its spans, whatever their order; `customer` is the key of their row."""
    times = sorted(
        (ref, place, starts.timestamp(), ends.timestamp(), first, last)
        for ref, place, starts, ends, first, last in spans
    )
    said = _said(record)
    return of(_bytes((said, customer, _carried(record.customer), times, record.raw)))


def _said(record: BookingRecord) -> tuple[Any, ...]:
    return (
        str(record.status),
        record.status_text,
        record.title,
        record.external_ref,
        record.channel,
        record.language,
        record.people,
        record.price,
        record.booked_text,
    )


def _carried(customer: CustomerRecord | None) -> tuple[str, ...]:
    if customer is None:
        return ()
    return (customer.name, customer.company, customer.email, customer.phone, customer.language)


def _bytes(value: Any) -> bytes:
    """A value as bytes, several times as fast as JSON; a map in another order has other bytes.

    Version 2 of the format has the same bytes for the same values, which later ones do not promise.
    """
    try:
        return marshal.dumps(value, 2)
    except ValueError:
        return _text(value)


def _text(value: Any) -> bytes:
    return encoded(value).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4)
def _keyed(keys: tuple[str, ...]) -> hashlib.blake2b:
    key = hashlib.sha256(b"digest" + keys[-1].encode()).digest()
    return hashlib.blake2b(key=key, digest_size=16)


def canonical(value: Any) -> Any:
    """JSON with its lists in one order, for telling a shuffled answer from a changed one."""
    if isinstance(value, Mapping):
        return {str(name): canonical(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return sorted((canonical(each) for each in value), key=encoded)
    return value
