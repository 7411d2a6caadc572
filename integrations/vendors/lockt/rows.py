"""The vendor's rows, validated one by one, and what they are in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from integrations.errors import Garbled
from integrations.types import (
    AccessLevelRecord,
    CardholderRecord,
    CredentialRecord,
    DoorRecord,
    FobRecord,
    Listing,
    Rejected,
    ScheduleRecord,
)

PRIVATE = frozenset({"pin", "credential_key", "email", "phone"})  # L-C26
FLAGS = {"true": True, "false": False, "1": True, "0": False}

R = TypeVar("R", bound="Row")


def _text(value: Any) -> Any:
    return "" if value is None else value


def _digits(value: Any) -> Any:
    """An id or a card number: text, or a number where the vendor's samples have one (L-C13)."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _flag(value: Any) -> bool | None:
    """A boolean as itself, as "true"/"false" or as a bit; "false" must mean false."""
    if value is None or isinstance(value, bool):
        return value
    if str(value).lower() not in FLAGS:
        raise ValueError("is no boolean")
    return FLAGS[str(value).lower()]


def _instant(value: Any) -> datetime | None:
    """A read time in UTC, with or without milliseconds; "", null and missing are none (L-C16)."""
    if value is None or value == "":
        return None
    try:
        read = datetime.fromisoformat(str(value))
        instant = read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no time") from None
    if read.utcoffset() is None:
        raise ValueError("is a time without a zone")
    return instant


def _refs(value: Any) -> tuple[str, ...]:
    """The ids of a list of {"id": …}; one object stands for a list of one (L-C20)."""
    listed = [value] if isinstance(value, dict) else value or []
    things = listed if isinstance(listed, list) else [None]
    refs = [_digits(one.get("id")) if isinstance(one, dict) else "" for one in things]
    if not all(isinstance(ref, str) and ref for ref in refs):
        raise ValueError("holds something without an id")
    return tuple(dict.fromkeys(refs))


def _one_of(value: Any) -> tuple[str, ...]:
    """As `_refs`, for what is nice to know: none when it cannot be read."""
    try:
        return _refs(value)
    except ValueError:
        return ()


Text = Annotated[str, BeforeValidator(_text)]
Digits = Annotated[str, BeforeValidator(_digits)]
Ref = Annotated[str, BeforeValidator(_digits), Field(pattern=r"^\d+$")]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Instant = Annotated[datetime | None, BeforeValidator(_instant)]
Refs = Annotated[tuple[str, ...], BeforeValidator(_refs)]
Levels = Annotated[tuple[str, ...] | None, BeforeValidator(lambda v: None if v is None else _refs(v))]


class Row(BaseModel):
    """Anything that the vendor lists."""

    model_config = ConfigDict(frozen=True)
    id: Ref


class Holder(Row):
    """A user or a fob (facts 6.1, 6.2). `accesslevels` None = the vendor did not say (L-C20)."""

    id_num: Digits = ""
    name: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    card_num: Digits = ""
    credential_key: Text = ""
    email: Text = ""
    phone: Digits = ""
    access_effective: Instant = None
    access_expires: Instant = None
    enabled: Flag = None
    accesslevels: Levels = None


class Fob(Holder):
    """A fob; no document says whether a read tells who has it, so what tells it is optional."""

    user_id: Digits = ""
    user: Annotated[tuple[str, ...], BeforeValidator(_one_of)] = ()


class Door(Row):
    """A door (fact 6.8)."""

    name: Text = ""
    location: Text = ""
    enabled: Flag = None


class DoorState(Row):
    """A door's battery, 0..1; absent where it does not apply (fact 6.9)."""

    battery_level: Annotated[float | None, Field(ge=0, le=1)] = None


class Level(Row):
    """An access level; `doors` is left out when there are none (fact 6.11)."""

    name: Text = ""
    doors: Refs = ()


class Schedule(Row):
    """One interval of a schedule; d0 is Monday at most sites (fact 6.10)."""

    name: Text = ""
    d0: Flag
    d1: Flag
    d2: Flag
    d3: Flag
    d4: Flag
    d5: Flag
    d6: Flag
    start: Text
    stop: Text


class Credential(Row):
    """A mobile credential; `user` is an object or a list of one (fact 6.6)."""

    card_num: Digits = ""
    credential_key: Text = ""
    claim_status: Text = ""
    user: Refs = ()


def read(model: type[R], row: Any, what: str) -> R:
    """A validated row; Garbled names the properties that are wrong, never their values (L-C26)."""
    try:
        return model.model_validate(row)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc'])) or 'row'}: {one['msg']}" for one in _errors(error))
        raise Garbled(f"a {what} could not be read ({'; '.join(wrong)})") from None


def _errors(error: ValidationError) -> list[Any]:
    return list(error.errors(include_input=False, include_url=False, include_context=False))


def listing(kind: str, rows: Iterable[Any], model: type[R], record: Callable[[R, Any], Any]) -> Listing:
    """All rows as records; what cannot be read, or is listed twice, is rejected and the rest goes on."""
    records: dict[str, Any] = {}
    rejected = []
    for row in rows:
        ref = str(row.get("id", "")) if isinstance(row, dict) else ""
        try:
            made = read(model, row, kind)
        except Garbled as error:
            rejected.append(Rejected(kind, ref, error.text, safe(row)))
            continue
        if made.id in records:
            rejected.append(Rejected(kind, ref, "listed twice", safe(row)))
        else:
            records[made.id] = record(made, row)
    return Listing(tuple(records.values()), tuple(rejected))


def safe(row: Any) -> Mapping[str, Any]:
    """The row as it came, without what must not be kept in the open."""
    return {k: v for k, v in row.items() if k not in PRIVATE} if isinstance(row, dict) else {}


def is_fob(row: Any) -> bool:
    """GET /user may list fobs among users: they have a name, and none of a person's properties."""
    return isinstance(row, dict) and "name" in row and not row.keys() & {"first_name", "last_name", "email"}


def door(row: Door, raw: Any, battery: float | None) -> DoorRecord:
    """A door; one that does not say so counts as enabled."""
    return DoorRecord(row.id, row.name, row.enabled is not False, row.location, battery, raw=raw)


def level(row: Level, raw: Any) -> AccessLevelRecord:
    """An access level with its doors."""
    return AccessLevelRecord(row.id, row.name, row.doors, raw)


def schedules(rows: Iterable[Any]) -> Listing:
    """All schedules. Their ids may repeat, one row per interval: the second is `5#2` (fact 6.10)."""
    records, rejected, times = [], [], dict[str, int]()
    for raw in rows:
        try:
            row = read(Schedule, raw, "schedule")
        except Garbled as error:
            rejected.append(Rejected("schedule", "", error.text, safe(raw)))
            continue
        times[row.id] = times.get(row.id, 0) + 1
        ref = row.id if times[row.id] == 1 else f"{row.id}#{times[row.id]}"
        days = tuple(bool(day) for day in (row.d0, row.d1, row.d2, row.d3, row.d4, row.d5, row.d6))
        records.append(ScheduleRecord(ref, row.name, days, row.start, row.stop, raw))
    return Listing(tuple(records), tuple(rejected))


def cardholder(row: Holder, raw: Any) -> CardholderRecord:
    """A person, with the access window in UTC."""
    return CardholderRecord(
        ref=row.id,
        key=row.id_num,
        name=f"{row.first_name} {row.last_name}".strip(),
        card_number=row.card_num,
        enabled=row.enabled,
        starts_at=row.access_effective,
        ends_at=row.access_expires,
        level_refs=row.accesslevels,
        raw=safe(raw),
    )


def credential(row: Credential, raw: Any) -> CredentialRecord:
    """A mobile credential with its key, which is a secret of the guest."""
    claimed = {"claimed": True, "unclaimed": False}.get(row.claim_status.lower())
    holder = row.user[0] if row.user else ""
    return CredentialRecord(row.id, row.card_num, row.credential_key, claimed, holder, safe(raw))


def fob(row: Fob, raw: Any) -> FobRecord:
    """A fob, with its window in UTC."""
    user = row.user_id if row.user_id.isdigit() else next(iter(row.user), "")
    return FobRecord(
        ref=row.id,
        key=row.id_num,
        name=row.name,
        card_number=row.card_num,
        enabled=row.enabled,
        starts_at=row.access_effective,
        ends_at=row.access_expires,
        raw=safe(raw),
        holder_ref=user,
    )
