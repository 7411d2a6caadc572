"""One room, many channels: calendars as read, blocks as written, slots on offer, conflicts, feeds."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.fields import EncryptedText
from backoffice.models.access import AccessGrant
from backoffice.models.bookings import Occurrence
from backoffice.models.places import CalendarPairing, Door, Resource, Room, Scope, Venue
from backoffice.models.vendors import VendorAccount
from backoffice.states import BlockState, ConflictState


def new_origin() -> str:
    """A name of this installation that no other one has."""
    return secrets.token_hex(12)


def new_block_key() -> str:
    """Our id of a block: letters and digits only, so that every channel can keep it."""
    return f"lkb{secrets.token_hex(9)}"


class CalendarReading(models.Model):
    """How far one calendar has been read; rooms are paired with it. The calendars step writes it."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="calendar_readings")
    ref = models.CharField(max_length=250, help_text="the calendar's id")
    title = models.CharField(max_length=250, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    can_write = models.BooleanField(default=True)
    origin = models.CharField(
        max_length=40, default=new_origin, help_text="what our own events in it are marked with"
    )
    token = EncryptedText(blank=True, help_text="where the next reading goes on; empty = read all")
    whole_at = models.DateTimeField(null=True, blank=True, help_text="last reading of all of it")
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    hinted_at = models.DateTimeField(null=True, blank=True, help_text="when the vendor said that it changed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="calendar_once")]

    def __str__(self) -> str:
        return self.title or self.ref


class CalendarEvent(models.Model):
    """An event as the calendar has it, ours or anybody's. The calendars step writes it."""

    calendar = models.ForeignKey(CalendarReading, models.CASCADE, related_name="events")
    ref = models.CharField(max_length=1024)
    etag = models.CharField(max_length=200, blank=True)
    summary = EncryptedText(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="exclusive; the same as the start for a point in time")
    all_day = models.BooleanField(default=False)
    busy = models.BooleanField(default=True, help_text="whether it takes time by the calendar's own word")
    kind = models.CharField(max_length=20, blank=True)
    declined = models.BooleanField(default=False)
    recurring_ref = models.CharField(max_length=1024, blank=True)
    ours = models.BooleanField(default=False, help_text="it bears our mark")
    block_key = models.CharField(max_length=100, blank=True, help_text="of ours: which block it is")
    updated_at = models.DateTimeField(null=True, blank=True, help_text="by the calendar's clock")
    digest = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField(help_text="when its present form was read")
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "calendar events"
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["calendar", "ref"], name="calendar_event_once")]
        indexes = [models.Index(fields=["calendar", "starts_at"])]

    def __str__(self) -> str:
        return f"event {self.starts_at:%Y-%m-%d %H:%M}"


class PushChannel(models.Model):
    """An address to which a calendar tells that it changed, until it ends. The calendars step writes it."""

    calendar = models.ForeignKey(CalendarReading, models.CASCADE, related_name="channels")
    ref = models.CharField(max_length=64, unique=True, help_text="our id of it")
    token = EncryptedText()
    resource_ref = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_number = models.PositiveBigIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"channel of {self.calendar}"


class Said(models.TextChoices):
    """What a person did with a block at its channel, until somebody has acted on it."""

    DELETED = "deleted", "deleted there"
    MOVED = "moved", "moved there"


class Block(models.Model):
    """A time at a channel that another channel's booking takes: what is to be there, and what is.

    `occurrence` is why; `room` is the room that is taken (the booked one, its whole, or a part); where it is
    written is a thing sold (`resource`) or a paired calendar (`pairing`). The channels step writes it.
    """

    occurrence = models.ForeignKey(Occurrence, models.CASCADE, related_name="blocks")
    room = models.ForeignKey(Room, models.CASCADE, related_name="blocks")
    account = models.ForeignKey(VendorAccount, models.PROTECT, related_name="blocks")
    resource = models.ForeignKey(Resource, models.CASCADE, null=True, blank=True, related_name="blocks")
    pairing = models.ForeignKey(
        CalendarPairing, models.SET_NULL, null=True, blank=True, related_name="blocks"
    )
    calendar_ref = models.CharField(max_length=250, blank=True, help_text="of a calendar's event: which one")
    key = models.CharField(
        max_length=100, unique=True, default=new_block_key, help_text="our id of it at the channel"
    )
    by_slot = models.BooleanField(
        default=False, help_text="it takes a slot: the start is what it is known by"
    )
    generation = models.PositiveIntegerField(default=0, help_text="raised when the channel refuses an old id")
    ref = models.CharField(max_length=250, blank=True, help_text="the channel's id of it")
    etag = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=BlockState.choices, default=BlockState.PLANNED)
    digest = models.CharField(max_length=64, blank=True, help_text="of what is to be there")
    written_digest = models.CharField(max_length=64, blank=True, help_text="of what was written last")
    reason = models.TextField(blank=True, help_text="why it is there or not, in words")
    said = models.CharField(
        max_length=10, choices=Said.choices, blank=True, help_text="what a person did with it at its channel"
    )
    said_starts_at = models.DateTimeField(null=True, blank=True)
    said_ends_at = models.DateTimeField(null=True, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, help_text="what staff should know: a person's change that was undone")
    error = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="when it was first asked for: from then on it may be there"
    )
    written_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="when it was read back there")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="block_ends_after_start"),
            models.CheckConstraint(
                condition=Q(resource__isnull=False) | ~Q(calendar_ref=""), name="block_somewhere"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_try_at"]),
            models.Index(fields=["room", "starts_at"]),
            models.Index(fields=["account", "ref"]),
        ]

    def __str__(self) -> str:
        return f"block {self.starts_at:%Y-%m-%d %H:%M} at {self.account}"


class SlotDay(models.Model):
    """The hours at which a thing sold is offered on one day, as last read. The channels step writes it."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="slot_days")
    day = models.DateField(help_text="on the resource's own calendar")
    starts = models.JSONField(default=list, help_text='["14:00", …] on its own clock')
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "day"], name="slot_day_once")]

    def __str__(self) -> str:
        return f"{self.resource} {self.day}"


class ConflictKind(models.TextChoices):
    """What two have at the same time."""

    ROOM = "room", "two bookings of one room"
    DOOR = "door", "two access windows at one door"


class Conflict(models.Model):
    """Two who have the same room, or the same door, at the same time. The conflicts step writes it."""

    kind = models.CharField(max_length=6, choices=ConflictKind.choices)
    first = models.ForeignKey(Occurrence, models.CASCADE, related_name="conflicts_as_first")
    second = models.ForeignKey(Occurrence, models.CASCADE, related_name="conflicts_as_second")
    room = models.ForeignKey(Room, models.CASCADE, null=True, blank=True, related_name="conflicts")
    door = models.ForeignKey(Door, models.CASCADE, null=True, blank=True, related_name="conflicts")
    first_grant = models.ForeignKey(
        AccessGrant, models.CASCADE, null=True, blank=True, related_name="conflicts_as_first"
    )
    second_grant = models.ForeignKey(
        AccessGrant, models.CASCADE, null=True, blank=True, related_name="conflicts_as_second"
    )
    starts_at = models.DateTimeField(help_text="of the time that both have")
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ConflictState.choices, default=ConflictState.OPEN)
    text = models.TextField(blank=True, help_text="what is wrong, with whom, what to do")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="conflicts_accepted"
    )
    accepted_reason = models.TextField(blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [("settle_conflict", "Can accept a conflict and act on both sides")]
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="conflict_first_is_lower"),
            models.UniqueConstraint(
                fields=["kind", "first", "second", "door"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="conflict_open_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}"


def new_feed_token() -> str:
    """The secret part of a feed's address."""
    return secrets.token_urlsafe(32)


def feed_digest(token: str) -> str:
    """What a feed is looked up by, so that the lookup's timing tells nothing of its token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Feed(models.Model):
    """A secret address at which anybody may look at a room's or a venue's bookings. Staff write it."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="feeds")
    room = models.ForeignKey(
        Room, models.CASCADE, null=True, blank=True, related_name="feeds", help_text="empty = the whole venue"
    )
    scope = models.CharField(max_length=20, choices=Scope.choices, default=Scope.EMPTY)
    token = EncryptedText(default=new_feed_token)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    note = models.CharField(max_length=200, blank=True, help_text="who has the address")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="feeds")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [("reveal_feed", "Can see a feed's secret address")]
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"feed of {self.room or self.venue}"
