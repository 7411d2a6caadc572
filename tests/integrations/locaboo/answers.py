"""Answers as a test wants them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import Verdict, Window, Written

MARCH = Window("", date(2026, 3, 9), date(2026, 3, 31))


def says(shop: LocabooSandbox, data: Any, match: str = "booking_list", **more: Any) -> None:
    """Let the next answer be this data."""
    body = json.dumps({"data": data, "total": len(data), "success": True, **more})
    shop.fail("body", match, body=body, content_type="application/json")


def row(ident: Any = 9001, **changed: Any) -> dict[str, Any]:
    """A booking as the list has it, with one instance."""
    one = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    return {"id": ident, "resources": [{"resource_id": 70, "instances": {"501": one}}], **changed}


def holding(*instances: Any) -> list[dict[str, Any]]:
    return [row(resources=[{"resource_id": 70, "instances": list(instances)}])]


def left(shop: LocabooSandbox) -> list[int]:
    """How often each fault has not happened: lines that were cut are late in the journal."""
    return [fault.times for fault in shop.faults]


def ends(written: Written) -> tuple[Verdict, bool]:
    """What came of a write, and whether it was read back."""
    return written.verdict, written.confirmed
