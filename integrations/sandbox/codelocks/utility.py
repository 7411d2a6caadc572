"""The Utility endpoints that concern no account: durations, their rules, the initialisation of a KitLock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.codelocks import netcodes
from integrations.sandbox.codelocks.locks import zone
from integrations.sandbox.codelocks.refusal import Refusal, chosen, forbidden, invalid, missing, whole

INIT_MODELS = ("KL1060", "KL1060C2", "KL1550")
EXAMPLE_DURATION = "0"  # the page's example value, as the model's is KL1060
DEFAULT_MASTER = "11335577"

Values = Mapping[str, str]


def model(text: str) -> str:
    """A lock model in upper case; Refusal (400) for one that the vendor does not have."""
    if text.upper() not in netcodes.OFFERED:
        raise invalid(f"lockmodel (Expected: {', '.join(netcodes.OFFERED)})")
    return text.upper()


def durations(values: Values, spelling: str, refused: Collection[str]) -> list[dict[str, Any]]:
    """GET durations, of one model or of all; `refused` are models that it does not know."""
    name = model(values["lockmodel"]) if values.get("lockmodel") else None
    if name in refused:
        raise invalid("lockmodel")
    operation = {"operation": values.get("operation", "DURATIONS").upper()}
    if chosen(operation, "operation", ("DURATIONS", "MODES")) == "MODES":
        return netcodes.mode_rows(name)
    return netcodes.duration_rows(name, spelling)


def duration(values: Values, duration_id: str, form: str) -> dict[str, Any]:
    """GET duration/{id}; Refusal (400) for one that the model does not have."""
    name = model(values.get("lockmodel", "KL1060"))
    row = netcodes.length(name, whole(duration_id, "ID"))
    if row is None:
        raise invalid("ID")
    return netcodes.rule(name, row, form)


def no_duration(said: str) -> str:
    """The id that stands for none, as `said` by the switch; Refusal where one is asked for."""
    if said == "404":
        raise missing("ID")
    if said == "403":
        raise Refusal(forbidden("Missing Authentication Token"))
    return EXAMPLE_DURATION


def init(values: Values, now: datetime) -> dict[str, Any]:
    """GET init: always in UTC, whatever the zone asked for."""
    kind = chosen({"lockmodel": values.get("lockmodel", "KL1060").upper()}, "lockmodel", INIT_MODELS)
    try:
        zone(values.get("timezone", "UTC"))
    except ValueError:
        raise invalid("timezone") from None
    fresh = chosen({"randomid": values.get("randomid", "false")}, "randomid", ("true", "false"))
    # a C2's first three digits are its group, which has no zero in front
    drawn = 100_000 + int(netcodes.code("KL1060", kind, "", now, 0)) % 900_000
    identifier = str(drawn) if fresh == "true" else "123456"
    master = values.get("mastercode", DEFAULT_MASTER)
    return {
        "DefaultMastercode": DEFAULT_MASTER,
        "InitSeqFormat": "#M•99•ID•YYMMDD•hhmm",
        "InitSeqFormatDesc": "master code, program 99, identifier, date, time",
        "InitSeq": f"#{master}•99•{identifier}•{now:%y%m%d}•{now:%H%M}",
        "TimeCode": f"{now:%Y%m%d%H%M}",
        "Colour": None,
    }
