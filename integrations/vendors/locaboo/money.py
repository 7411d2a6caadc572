"""Locaboo's invoices as neutral values: numbers and dates are read, German labels are only shown (B-C22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from integrations.types import InvoiceRecord, Listing, Payment, Rejected
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping, optional_ident, pairs, text


def invoices(rows: Iterable[object], zone: ZoneInfo, payments: Mapping[str, Payment]) -> Listing:
    """All invoices; a row of another shape rejects itself and no other. `payments`: what labels mean."""
    records: list[InvoiceRecord] = []
    rejected: list[Rejected] = []
    for row in rows:
        try:
            records.append(_invoice(mapping(row, "the invoice"), zone, payments))
        except Unreadable as error:
            raw = row if isinstance(row, dict) else {"row": row}
            rejected.append(Rejected("invoice", text(raw.get("id")), str(error), raw))
    return Listing(tuple(records), tuple(rejected))


def _invoice(row: Mapping[str, Any], zone: ZoneInfo, payments: Mapping[str, Payment]) -> InvoiceRecord:
    lines = [mapping(line, "an invoice's row") for _, line in pairs(row.get("invoice_rows"), "invoice_rows")]
    label = text(row.get("payment_status")).strip()
    bookings = (optional_ident(line.get("booking_id"), "a row's booking") for line in lines)
    customer = row.get("customer")
    return InvoiceRecord(
        ref=ident(row.get("id"), "the invoice's id"),
        number=text(row.get("invoice_number")),
        customer_ref=optional_ident(customer.get("id"), "its customer") if isinstance(customer, dict) else "",
        booking_refs=tuple(dict.fromkeys(ref for ref in bookings if ref)),
        payment=payments.get(label.lower(), Payment.UNKNOWN),
        payment_label=label,
        status_label=text(row.get("status")).strip(),
        currency=text(row.get("currency")),
        total=_amount(row.get("total_price")),
        rows_total=_sum(_amount(line.get("total")) for line in lines),
        created_at=_instant(row.get("created"), zone),
        due_on=_day(row.get("due_date")),
        raw=row,
    )


def _amount(value: object) -> Decimal | None:
    """A number, also as text; None where there is none."""
    if value in (None, "") or isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        raise Unreadable("an amount is not a number") from None
    if not found.is_finite():
        raise Unreadable("an amount is not a number")
    return found


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None when one of them is not told, for a part of a sum is none."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _instant(value: object, zone: ZoneInfo) -> datetime | None:
    return _read(value, "%d.%m.%Y %H:%M").replace(tzinfo=zone).astimezone(UTC) if value else None


def _day(value: object) -> date | None:
    return _read(value, "%d.%m.%Y").date() if value else None


def _read(value: object, form: str) -> datetime:
    try:
        return datetime.strptime(str(value), form)  # noqa: DTZ007 on the account's clock
    except ValueError:
        raise Unreadable("a date is not written as d.m.Y") from None
