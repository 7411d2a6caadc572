"""The algorithm that the vendor and its locks share, its durations, and the wire's shapes of them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

ALGORITHM = b"the sandbox's own algorithm: nothing real opens with it"
K3 = "K3CONNECT"
DIGITS = {"KL1060": 6, "KL1060C2": 7, "KL1060G3": 7, "KL1550": 6, K3: 6}


@dataclass(frozen=True, slots=True)
class Length:
    """A duration of the table; `steps` hours or days, from a full hour or from midnight."""

    id: int
    hours: int
    days: int
    mode: str = "standard"

    @property
    def step(self) -> timedelta:
        """The grid that the start must stand on."""
        return timedelta(days=1) if self.days else timedelta(hours=1)

    @property
    def span(self) -> timedelta:
        """From the start to the end, on the lock's wall clock."""
        return timedelta(days=self.days, hours=self.hours)

    def aligned(self, wall: datetime) -> datetime:
        """The last start on the grid that is not after a wall time."""
        hour = wall.replace(minute=0, second=0, microsecond=0)
        return hour.replace(hour=0) if self.days else hour


STANDARD = [Length(n, n + 1, 0) for n in range(12)] + [Length(n, 0, n - 11) for n in range(12, 19)]
# the ids of rentals are the vendor page's, of low confidence (2016)
RENTAL = [Length(n, n - 18, 0, "rental") for n in range(19, 31)]
RENTAL += [Length(n, 0, n - 30, "rental") for n in range(31, 38)]
OFFERED = {
    "KL1060": STANDARD + RENTAL,
    "KL1060C2": STANDARD + RENTAL,
    "KL1060G3": STANDARD,
    "KL1550": STANDARD[:12],
    K3: STANDARD,
}
SUBMODES = {"standard": "alltime", "rental": "urm"}


def length(model: str, duration_id: int) -> Length | None:
    """A model's duration with this id, or None."""
    return next((row for row in OFFERED[model] if row.id == duration_id), None)


def code(model: str, lock_id: str, identifier: str, start: datetime, duration_id: int) -> str:
    """The code that both sides compute; a K3 lock's identifier is "" since a lock knows no account."""
    text = f"{model}|{lock_id.lower()}|{identifier}|{start:%Y-%m-%d %H:%M}|{duration_id}"
    digest = int.from_bytes(hmac.digest(ALGORITHM, text.encode(), hashlib.sha256), "big")
    digits = DIGITS[model]
    return f"{digest % 10**digits:0{digits}}"


def duration_rows(model: str | None, spelling: str) -> list[dict[str, Any]]:
    """GET durations; `spelling` is DurationID or DurationId."""
    models = [model] if model else list(OFFERED)
    rows = {row.id: row for name in models for row in OFFERED[name]}
    return [
        {
            spelling: row.id,
            **mode_row(row.mode),
            "DurationDays": row.days,
            "DurationHours": row.hours,
            "LockModels": ",".join(name for name, offered in OFFERED.items() if row in offered),
            "Colour": None,
        }
        for row in rows.values()
    ]


def mode_rows(model: str | None) -> list[dict[str, Any]]:
    """GET durations with operation MODES."""
    models = [model] if model else list(OFFERED)
    modes = dict.fromkeys(row.mode for name in models for row in OFFERED[name])
    return [{**mode_row(mode), "LockModels": _having(mode, models), "Colour": None} for mode in modes]


def _having(mode: str, models: list[str]) -> str:
    return ",".join(name for name in models if any(row.mode == mode for row in OFFERED[name]))


def mode_row(mode: str) -> dict[str, str]:
    """A mode's two names."""
    return {"Mode": mode, "SubMode": SUBMODES[mode]}


def rule(model: str, row: Length, form: str) -> dict[str, Any]:
    """GET duration/{id}; `form` is array (documented) or object (as live)."""
    parts: dict[str, Any] = {
        "Rules": {
            "ApplyDST": int(model == K3),
            "ConvertToUTC": int(model != K3),
            "RestrictedStartTime": "00:00" if row.days else "",
        },
        "Duration": {"Days": row.days, "Hours": row.hours},
        "Mode": {"Name": row.mode, "SubMode": SUBMODES[row.mode]},
    }
    if form == "array":
        parts = {name: [part] for name, part in parts.items()}
    return {"LockModel": model, "DurationID": row.id, **parts, "Colour": None}


def told(
    asked: dict[str, str], start: datetime, row: Length, shape: str, expires: datetime
) -> dict[str, Any]:
    """GET netcode's answer without the code; `shape` is v1 or 2016, the two that were seen."""
    k3 = asked["lockmodel"] == K3
    timecode = asked["id"]
    body: dict[str, Any] = {
        "Startdate": f"{start:%Y-%m-%d %H:%M:%S}",
        "DurationHours": row.hours,
        "DurationDays": row.days,
        **mode_row(row.mode),
        "Timecode": None
        if k3
        else f"{timecode[:4]}/{timecode[4:6]}/{timecode[6:8]}/{timecode[8:10]}:{timecode[10:]}",
        "LockId": asked["id"] if k3 else asked["identifier"],
        "Colour": None,
        "Beta": {"trace": 1},
    }
    if shape == "2016":
        return {**body, "Startdate": f"{start:%Y-%m-%dT%H:%M:%S}", "Resultstatus": None}
    return {
        **body,
        "Resultstatus": "OK",
        "Expires": f"{expires:%Y-%m-%d %H:%M:%S}",
        "Startdata": start_data(asked["start"], start),
    }


def start_data(original: str, start: datetime) -> dict[str, Any]:
    """The start once more, in all of the vendor's spellings."""
    return {
        "datetime": {"date": f"{start:%Y-%m-%d %H:%M:%S}.000000", "timezone_type": 3, "timezone": "UTC"},
        "original": original,
        "date_ymd": f"{start:%Y-%m-%d}",
        "date_dmy": f"{start:%d-%m-%Y}",
        "date_mdy": f"{start:%m-%d-%Y}",
        "time_his": f"{start:%H:%M:%S}",
        "time_hi": f"{start:%H:%M}",
        "time_h": f"{start:%H}",
        "timezone": "UTC",
    }
