"""Times in sentences for staff, in the venue's zone."""

from __future__ import annotations

from datetime import datetime, timedelta

from backoffice.flow.window import zone_of


def period(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """A span such as Mon 9 Mar 18:00 to 19:00; the second day only where there is one."""
    first, last = starts_at.astimezone(zone_of(zone)), ends_at.astimezone(zone_of(zone))
    if first.date() == last.date():
        return f"{_day(first)} {first:%H:%M}–{last:%H:%M}"
    return f"{_day(first)} {first:%H:%M} – {_day(last)} {last:%H:%M}"


def moment(at: datetime, zone: str) -> str:
    """An instant such as Mon 9 Mar 18:00."""
    local = at.astimezone(zone_of(zone))
    return f"{_day(local)} {local:%H:%M}"


def _day(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"


def minutes(span: timedelta) -> int:
    """A span as whole minutes, rounded down."""
    return span // timedelta(minutes=1)


def sentences(*parts: str) -> str:
    """The texts that say something, as one."""
    return " ".join(part for part in parts if part)
