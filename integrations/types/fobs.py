"""Fobs and card sites as plain values: what is made, lent, counted and proven there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from integrations.errors import VendorError
from integrations.types.access import CardholderRecord, CodeOrder, DoorRecord, FobRecord, Outcome
from integrations.types.common import Listing, Raw


@dataclass(frozen=True, slots=True)
class NewFob:
    """A fob to be put into stock; `key` is ours, unique and stable. Without a user it opens nothing."""

    key: str
    name: str
    card_number: str


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one thing that was to be made: as it is at the vendor now, or why it is not."""

    key: str  # a fob's key, a door's name
    record: FobRecord | DoorRecord | None = None
    error: VendorError | None = None


@dataclass(frozen=True, slots=True)
class Loan:
    """A fob as read back after it was lent. `holder_confirmed` None = the vendor does not say who has it."""

    fob: FobRecord
    holder_confirmed: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CredentialCount:
    """How many mobile credentials are claimed; None = the vendor's answer does not say in a known way."""

    claimed: int | None
    unclaimed: int | None
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """One time as it was written, and as it came back (UTC); `offset` is read minus written."""

    written_text: str
    read_at: datetime
    offset: timedelta


@dataclass(frozen=True, slots=True)
class ZoneProof:
    """Whether written times mean what the account's zone says, in winter and in summer."""

    timezone: str
    proven: bool
    readings: tuple[ZoneReading, ...]
    restored: bool  # the spare user is as it was
    note: str


@runtime_checkable
class FobStock(Protocol):
    """An access provider that lends fobs."""

    def fobs(self) -> Listing:
        """Every fob, as FobRecords."""

    def create_fobs(self, wanted: Sequence[NewFob]) -> Sequence[Made]:
        """Put fobs into stock; one that is there already is not made again."""

    def lend(self, fob_ref: str, user_ref: str, starts_at: datetime, ends_at: datetime) -> Loan:
        """Give a fob to a user for a window and read it back; a window in the past takes it back."""

    def shelf(self, key: str) -> str:
        """The ref of the disabled user without doors that fobs in stock belong to; made if there is none."""

    def check_fobs(self) -> Listing:
        """Fobs with their last activity; NotReleased while the vendor does not tell."""


@runtime_checkable
class CardSite(Protocol):
    """What a card vendor offers to people who look after a site."""

    def user(self, ref: str) -> CardholderRecord | None:
        """One user by the vendor's own id."""

    def user_by_key(self, key: str) -> CardholderRecord | None:
        """One user by our key (id_num)."""

    def reissue(self, credential_ref: str) -> None:
        """A new key for a lost phone; NotReleased while the vendor has no such call."""

    def create_doors(self, names: Sequence[str]) -> Sequence[Made]:
        """Make doors; one with this name that is there already is not made again."""

    def validate(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """What the vendor would refuse, without doing it; NotReleased while it cannot say."""

    def next_card_number(self) -> str:
        """The vendor's next free card number; NotReleased while it does not tell."""

    def credential_summary(self) -> CredentialCount:
        """How many mobile credentials are claimed."""

    def probe_zone(self, key: str = ...) -> ZoneProof:
        """Write known times on a disabled spare user, read them back, and leave the user as it was."""
