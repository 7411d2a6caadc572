"""What a site file may say (design, section 6), as pydantic models; unknown keys are mistakes."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from backoffice.ledger import mistakes
from integrations import registry
from integrations.types import Method

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Hours = Annotated[int, Field(ge=0, le=366 * 24)]
OFFSET = re.compile(r"[+-]\d\d:[0-5]\d")
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{0,38}")
LEAST_DIGITS = 3
K3_ID = re.compile(r"[0-9a-fA-F]{32}")
KITLOCKS = ("KL1060", "KL1060C2", "KL1060G3", "KL1550")


def known_zone(name: str) -> str:
    """The name of a time zone; ValueError when there is none of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {name!r}; write an IANA name such as Europe/Berlin"
        ) from None
    return name


def known_clock(text: str) -> str:
    """What a lock's own clock shows: UTC, an offset such as +01:00, or a zone."""
    return text if OFFSET.fullmatch(text) else known_zone(text)


def known_vendor(slug: str) -> str:
    """The slug of a vendor; ValueError lists those there are."""
    if slug not in registry.VENDORS:
        raise ValueError(f"there is no vendor {slug!r}; there are {', '.join(registry.VENDORS)}")
    return slug


def an_address(url: str) -> str:
    """An http address; whether it must be https the client decides."""
    if not re.match(r"https?://[^/\s]+", url):
        raise ValueError(f"{url!r} is not an address; write https://…")
    return url


Zone = Annotated[str, AfterValidator(known_zone)]
Slug = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9_]{1,50}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Ref = Annotated[str, StringConstraints(min_length=1, max_length=250)]


def dialled(number: str) -> str:
    """A telephone number as people write it; ValueError when it cannot be called."""
    if number and not (PHONE.fullmatch(number) and len(re.sub(r"\D", "", number)) >= LEAST_DIGITS):
        raise ValueError(f"{number!r} is no telephone number; write one such as +49 30 1234567")
    return number


class Strict(BaseModel):
    """A mapping with known keys only; a number where text is meant is taken as text."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class Account(Strict):
    """One account at one vendor."""

    vendor: Annotated[str, AfterValidator(known_vendor)]
    base_url: Annotated[str, AfterValidator(an_address)]
    timezone: Zone
    secrets: dict[str, Any] = {}
    options: dict[str, Any] = {}
    hook_token: Annotated[str, StringConstraints(min_length=8, max_length=200)] | None = None
    poll_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] | None = None
    lookback_days: Annotated[int, Field(ge=0, le=366)] | None = None
    horizon_days: Annotated[int, Field(ge=1, le=800)] | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def has_its_secrets(self) -> Account:
        """Every secret that the vendor needs is there, but for what a manager's consent gives later."""
        needed = registry.VENDORS[self.vendor].entered
        missing = [name for name in needed if not self.secrets.get(name)]
        if missing:
            raise ValueError(
                f"secrets: {', '.join(missing)} missing; {self.vendor} needs {', '.join(needed)}"
            )
        return self

    @model_validator(mode="after")
    def has_a_budget(self) -> Account:
        """What its budgets go by can be used: a plan that there is, whole numbers."""
        if wrong := mistakes(registry.VENDORS[self.vendor], self.options):
            raise ValueError(f"options: {'; '.join(wrong)}")
        return self


class PolicyPart(Strict):
    """Lead, lag and the rest; what is left out is as the level above says."""

    lead_minutes: Minutes | None = None
    lag_minutes: Minutes | None = None
    issue_ahead_hours: Hours | None = None
    reveal_ahead_hours: Hours | None = None
    max_early_minutes: Annotated[int, Field(ge=0, le=8 * 24 * 60)] | None = None
    max_late_minutes: Annotated[int, Field(ge=0, le=8 * 24 * 60)] | None = None


class Lock(Strict):
    """A KitLock, which no API lists: how its codes are computed."""

    model: Literal["KL1060", "KL1060C2", "KL1060G3", "KL1550", "K3CONNECT"]
    timecode: Annotated[str, StringConstraints(pattern=r"^\d{12}$")] | None = None
    identifier: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | None = None
    clock: Annotated[str, AfterValidator(known_clock)] = "UTC"
    star: bool = False

    @model_validator(mode="after")
    def is_whole(self) -> Lock:
        """A KitLock has both of its numbers."""
        if self.model in KITLOCKS and not (self.timecode and self.identifier):
            raise ValueError(f"a {self.model} needs timecode (12 digits) and identifier (6 digits)")
        if self.model not in KITLOCKS and "clock" not in self.model_fields_set:
            self.clock = ""  # its vendor says where it is
        return self


class DoorEntry(Strict):
    """One door of a venue."""

    account: Slug
    ref: Ref | None = None
    name: Text | None = None
    method: Method
    lock: Lock | None = None
    access_level: Ref | None = None
    fobs: list[Ref] = []
    policy: PolicyPart = PolicyPart()

    @model_validator(mode="after")
    def is_known_to_its_vendor(self) -> DoorEntry:
        """The vendor's id, or the numbers of a KitLock."""
        if not self.ref and not (self.lock and self.lock.timecode):
            raise ValueError("give ref (the vendor's id), or lock with model, timecode and identifier")
        return self


class SoldAs(Strict):
    """A bookable thing at a vendor by which a room is sold."""

    account: Slug
    ref: Ref
    session_minutes: Annotated[int, Field(ge=5, le=24 * 60)] | None = None


class Calendar(Strict):
    """A calendar paired with a room."""

    account: Slug
    ref: Ref
    mode: Literal["bidirectional", "to_calendar", "from_calendar"] = "bidirectional"
    scope: Literal["full", "no_contact", "empty"] = "no_contact"
    active: bool = True  # False = paired, and to be activated by hand
    acknowledged: bool = False  # that several rooms share it, and entries in it block them all, is wanted
    options: dict[str, bool] = {}  # transparent, declined, working_location, birthday: whether these block


class RoomEntry(Strict):
    """One room of a venue."""

    name: Text
    sold_as: list[SoldAs] = []
    part_of: Slug | None = None
    path: list[Slug] = []
    policy: PolicyPart = PolicyPart()
    calendars: list[Calendar] = []
    block_on: list[Slug] = []


class VenueEntry(Strict):
    """A site; without `phone` the number that it has stays."""

    name: Text
    timezone: Zone
    phone: Annotated[str, AfterValidator(dialled)] | None = None
    policy: PolicyPart = PolicyPart()
    doors: dict[Slug, DoorEntry] = {}
    rooms: dict[Slug, RoomEntry] = {}


class SiteFile(Strict):
    """A whole file."""

    accounts: dict[Slug, Account] = {}
    venues: dict[Slug, VenueEntry] = {}
