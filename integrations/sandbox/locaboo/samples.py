"""What the sandbox Locaboo answers where nothing of ours depends on it: fixed rows, true in shape."""

from __future__ import annotations

from typing import Any

PROFILE = {
    "first_name": "Lena",
    "last_name": "Verwaltung",
    "company_name": "Stadt Musterstadt",
    "email": "verwaltung@example.test",
    "logo": "https://app.locaboo/files/user/46/logo.jpg",
    "logo_thumbnail": "https://app.locaboo/files/user/46/thumb_logo.jpg",
    "currency": "EUR",
    "language": "de",
    "created": "2016-06-02",
    "age": "9",
    "zip": "55555",
    "city": "Musterstadt",
    "country": "DE",
    "phone": "+49 30 000000",
    "fax": "",
    "address": "Rathausplatz 1",
}
PRICES = [
    {"price": "20", "customer_groups": ["All"], "interval": "per_hour", "tax": 19},
    {"price": "2", "customer_groups": {"1182": "Vereine"}, "interval": "per_hour", "tax": "34"},
]


def priced(ident: int, name: str, resources: dict[str, str]) -> dict[str, Any]:
    """A service; with what `inventory` adds, a piece of inventory."""
    return {
        "id": ident,
        "name": name,
        "image": "",
        "created_on": "2020-09-02T12:53:05+02:00",
        "description": "",
        "prices": PRICES,
        "resources": resources or [],
    }


def inventory(resources: dict[str, str]) -> dict[str, Any]:
    """A piece of inventory: numbers as text."""
    blank = dict.fromkeys(("inventory_no", "i_type", "model", "serial_no"), "")
    return priced(1890, "Stuhl", resources) | blank | {"quantity": "120", "price_cost": "0"}


def invoice(booking_id: int, resource_id: int) -> dict[str, Any]:
    """An invoice: German labels, German dates, a row without a discount."""
    row = {
        "date": "12.04.2026",
        "resource_id": resource_id,
        "booking_id": booking_id,
        "type": "Einzel",
        "rate": "0 Pro Stunde",
        "duration": 1,
        "unit": "hours",
        "price": 10,
        "tax_rate": 19,
        "tax": 1.9,
        "total": 11.9,
    }
    return {
        "id": 46475,
        "invoice_number": "2026T77",
        "created": "21.05.2026 21:38",
        "file": "Rechnung_77.pdf",
        "discount_price": 0,
        "total_price": 0,
        "currency": "EUR",
        "text": "",
        "discount": {"type": "amount", "rate": 2},
        "payment_status": "Bezahlt",
        "payment_type": "Auf Rechnung",
        "status": "Fertig",
        "due_date": "05.06.2026",
        "customer": {"id": 20904, "company": "Verein e.V.", "first_name": "Ida", "last_name": "Kern"},
        "invoice_rows": [{"id": 1, "discount": 2, **row}, {"id": 2, "discount": None, **row}],
    }


def event() -> dict[str, Any]:
    """An event of event_list: dates d.m.Y, the id a number."""
    texts = ("marketing_data_title", "marketing_data_description", "marketing_data_notice_text")
    return {
        "id": 1,
        "event_title": "Sommerfest",
        **dict.fromkeys(texts, "Text"),
        "date_from": "16.05.2026",
        "date_to": "17.05.2026",
        "time_from": "09:00",
        "time_to": "17:00",
        "entrance_time": "08:30",
        "beginning_time": "09:00",
        "marketing_data_ticket_link": "https://app.locaboo.com/",
        "marketing_data_price": "12",
        "image": "",
    }


def event_details(bookings: list[dict[str, Any]]) -> dict[str, Any]:
    """An event of event_details: the id a text, its bookings under the documents."""
    document = {
        "document_type": "Offer",
        "document_number": "OFFER 1",
        "price": 11.5,
        "document_date": "13.05.2026",
        "processed_status": 1,
        "processed_date": "14.05.2026",
        "bookings": bookings,
    }
    empty = {**document, "document_type": "Invoice", "processed_date": None, "bookings": []}
    return event() | {"id": "1", "documents": [document, empty]}
