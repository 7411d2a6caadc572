"""Calendars as plain values, and what a client of a calendar account can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from integrations.types.common import Listing, Raw, Rejected

ORIGIN = "latchkey"  # the entry of a mark that says which installation made an event


@dataclass(frozen=True, slots=True)
class CalendarRecord:
    """A calendar that the account may see."""

    ref: str
    title: str
    timezone: str  # IANA; its whole days are days of this zone
    primary: bool = False
    can_write: bool = False
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarEventRecord:
    """One event, or one instance of a recurring one, as the calendar has it now.

    A cancelled one may have nothing but its ref. A whole-day one begins and ends at midnight in the
    calendar's zone; `first_day` and `last_day` are both included. `ends_at` is exclusive.
    """

    ref: str
    cancelled: bool = False
    etag: str = ""
    summary: str = ""
    description: str = ""
    location: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False
    first_day: date | None = None
    last_day: date | None = None
    timezone: str = ""  # in which it was entered; the calendar's own where it does not say
    transparent: bool = False  # the calendar counts the time as free
    kind: str = "default"  # default | outOfOffice | focusTime | workingLocation | birthday | fromGmail …
    declined: bool = False  # the calendar's owner said no to the invitation
    recurring_ref: str = ""  # of an instance: the event that it is one of
    original_start: datetime | None = None  # of an instance: when it would be by the rule
    updated_at: datetime | None = None
    mark: Mapping[str, str] = field(default_factory=dict)  # private properties: never what a person typed
    raw: Raw = field(default_factory=dict)

    def made_by(self, origin: str) -> bool:
        """Was it made by the installation of this name? An instance of such an event has its mark, too."""
        return bool(origin) and self.mark.get(ORIGIN) == origin


@dataclass(frozen=True, slots=True)
class EventDraft:
    """All that is written into an event of ours. `mark` is kept where no person sees or types it; its
    entry ORIGIN names the installation."""

    ref: str  # from `Calendar.event_ref`
    summary: str
    starts_at: datetime
    ends_at: datetime  # exclusive
    timezone: str  # IANA; in which the calendar shows it
    mark: Mapping[str, str]
    description: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class EventChanges:
    """What a reading gave, all of its pages.

    `complete` True: every event that ends after `since`, so that what is not among them is not there.
    False: what changed since the token was given, cancelled ones included, also outside of any window.
    `next_token` is where the next reading goes on; "" = the next one must read all again.
    """

    events: tuple[CalendarEventRecord, ...]
    rejected: tuple[Rejected, ...]
    next_token: str
    complete: bool
    timezone: str = ""  # the calendar's


@dataclass(frozen=True, slots=True)
class PushChannel:
    """An address that the calendar tells of changes, until it ends or is stopped."""

    ref: str  # ours
    resource_ref: str
    address: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Push:
    """What one telling says: that something may have changed, and no more.

    `state`: sync (the first one: nothing has changed), exists, not_exists.
    """

    channel_ref: str
    resource_ref: str
    token: str
    state: str
    number: int


@runtime_checkable
class Calendar(Protocol):
    """An account whose calendars are read and written.

    Every method may raise Misconfigured ("reconnect": pause, delete nothing), Unavailable (also for spent
    quotas), Garbled, Refused, and Missing for a calendar that is not there.
    """

    def calendars(self) -> Listing:
        """All calendars of the account's list, as `CalendarRecord`s."""

    def calendar(self, ref: str) -> CalendarRecord:
        """One calendar; Missing when it is not there or not shared with the account."""

    def changes(self, calendar_ref: str, token: str = "", since: datetime | None = None) -> EventChanges:
        """With a token what changed since it was given; without one all events that end after `since`.

        Recurring events come as their instances. Raises StartOver when the token is too old.
        """

    def event(self, calendar_ref: str, ref: str) -> CalendarEventRecord | None:
        """One event as it is now, also a cancelled one; None when there never was one."""

    def event_ref(self, key: str, generation: int = 0) -> str:
        """The id for the event with our `key`: always the same, so that it cannot be made twice.

        Raise the generation after Taken.
        """

    def insert(self, calendar_ref: str, draft: EventDraft) -> CalendarEventRecord:
        """Make the event, bring it back when it was deleted, or find that it is there already.

        Doing it twice makes one. Raises Taken when its ref cannot be used.
        """

    def replace(self, calendar_ref: str, draft: EventDraft, etag: str = "") -> CalendarEventRecord:
        """Make the event with the draft's ref what the draft says; nothing else in it is touched.

        Raises ChangedMeanwhile when it no longer has this etag; Missing when it was deleted.
        """

    def delete(self, calendar_ref: str, ref: str, etag: str = "") -> None:
        """Delete the event; one that is gone already is done. Raises ChangedMeanwhile as `replace`."""

    def watch(
        self, calendar_ref: str, channel_ref: str, address: str, token: str, until: datetime | None = None
    ) -> PushChannel:
        """Have changes told to an https address, each with our `token`; `channel_ref` is new each time.

        Refused where the calendar tells nobody: then it is polled.
        """

    def stop_watch(self, channel: PushChannel) -> None:
        """End a channel; one that has ended is done."""
