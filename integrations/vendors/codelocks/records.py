"""What Codelocks lists, as plain values: K3 locks, the durations of a lock model, the rule of a duration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.errors import Garbled
from integrations.http import Answer
from integrations.types import DoorRecord, Duration, GridRecord, Listing, Rejected, RuleRecord
from integrations.vendors.codelocks.line import lowered
from integrations.vendors.codelocks.netcode import K3_ID

# the documented fields: the live extras change often and hold things that open locks
KEPT = {
    "lockid",
    "lockname",
    "batterystatus",
    "batteryupdated",
    "manufacturer",
    "modelname",
    "firmwareversion",
    "timezone",
    "timezoneoffset",
    "dststart",
    "dstend",
    "dsttime",
    "pairingdate",
    "locklocation",
}


def doors(answer: Answer) -> Listing:
    """K3 locks as DoorRecords; the ref is the LockId as the vendor writes it, for it goes into addresses."""
    records: list[DoorRecord] = []
    rejected: list[Rejected] = []
    for row in answer.array():
        fields = lowered(row) if isinstance(row, dict) else {}
        ref = fields.get("lockid")
        if isinstance(ref, str) and K3_ID.fullmatch(ref):
            records.append(door(fields))
        else:
            rejected.append(Rejected("door", str(ref or ""), "the LockId is not 32 hexadecimal digits"))
    return Listing(tuple(records), tuple(rejected))


def one_door(answer: Answer) -> DoorRecord:
    """The K3 lock that one answer is about; Garbled when it is about none."""
    fields = lowered(answer.object())
    if not isinstance(fields.get("lockid"), str):
        raise Garbled(f"{answer.where} answered without a LockId")
    return door(fields)


def door(fields: Mapping[str, Any]) -> DoorRecord:
    """One K3 lock from its fields by lower-case name."""
    status = text(fields, "batterystatus")
    # never synchronised: UNKNOWN, or a date of 1970; that is not an empty battery (C-C23)
    unknown = status.upper() in {"", "UNKNOWN"} or text(fields, "batteryupdated").startswith("1970")
    return DoorRecord(
        ref=fields["lockid"],
        name=text(fields, "lockname"),
        location=text(fields, "locklocation"),
        battery=1.0 if status.upper() == "FULL" and not unknown else None,
        battery_text="unknown" if unknown else status,
        timezone=text(fields, "timezone"),
        raw={name: value for name, value in fields.items() if name in KEPT},
    )


def grid(model: str, answer: Answer) -> GridRecord:
    """The multi-use durations of a lock model (C-C7); Garbled when there are none or one is unreadable."""
    rows = [lowered(row) for row in answer.array() if isinstance(row, dict)]
    # a server that does not filter by a model it does not list answers for all of them
    mine = [row for row in rows if model in _models(row)] or rows
    found = {duration.id: duration for row in mine if (duration := _offered(row))}
    if not found:
        raise Garbled(f"{answer.where} answered without a standard duration for {model}")
    return GridRecord(model, tuple(found[ref] for ref in sorted(found)))


def rule(answer: Answer) -> RuleRecord:
    """The rule of one duration, from either form, list of one or object (C-C22); Garbled when unreadable."""
    fields = lowered(answer.object())
    rules, length, mode = (lowered(one(fields.get(name))) for name in ("rules", "duration", "mode"))
    ref, hours, days = (
        number(fields.get("durationid")),
        number(length.get("hours")),
        number(length.get("days")),
    )
    if ref is None or hours is None or days is None:
        raise Garbled(f"{answer.where} answered without the id or the length of the duration")
    return RuleRecord(
        model=text(fields, "lockmodel"),
        duration=Duration(ref, hours, days),
        mode=text(mode, "name"),
        applies_dst=_flag(rules.get("applydst")),
        converts_to_utc=_flag(rules.get("converttoutc")),
        start_text=text(rules, "restrictedstarttime"),
    )


def one(value: Any) -> Mapping[str, Any]:
    """An object, also where it comes as a list of one; {} when it is neither."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else {}


def _offered(row: Mapping[str, Any]) -> Duration | None:
    """A row's duration, or None for a rental or single-use one; Garbled when it cannot be read."""
    if text(row, "mode").lower() != "standard" or "single" in text(row, "submode").lower():
        return None
    ref, hours, days = (number(row.get(name)) for name in ("durationid", "durationhours", "durationdays"))
    if ref is None or hours is None or days is None or not (hours or days):
        raise Garbled("a standard duration has no id or no length")
    # an old record gives one span twice, as days and as hours: they are never added
    if hours and days and hours != 24 * days:
        raise Garbled(f"duration {ref} is both {hours} hours and {days} days")
    return Duration(ref, days=days) if days else Duration(ref, hours=hours)


def _models(row: Mapping[str, Any]) -> set[str]:
    return {name.strip().upper() for name in text(row, "lockmodels").split(",")}


def number(value: Any) -> int | None:
    """A whole number from zero on, also as text; None when it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def _flag(value: Any) -> bool | None:
    found = number(value)
    return None if found is None else bool(found)


def text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""
