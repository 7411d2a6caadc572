"""Ours: venues, rooms, paths. Theirs, mirrored: resources, doors, levels, schedules, people, keys."""

from __future__ import annotations

from typing import Any

from django.db import models

from backoffice.fields import EncryptedText
from backoffice.models.vendors import VendorAccount
from integrations.types import Method

METHODS = [(method.value, method.value) for method in Method]
CENTRAL = "Europe/Berlin"


class Policy(models.Model):
    """Minutes and hours that a venue sets and a room or a door may override; empty = as the level above."""

    lead_minutes = models.PositiveIntegerField(null=True, blank=True)
    lag_minutes = models.PositiveIntegerField(null=True, blank=True)
    issue_ahead_hours = models.PositiveIntegerField(null=True, blank=True)
    reveal_ahead_hours = models.PositiveIntegerField(null=True, blank=True)
    max_early_minutes = models.PositiveIntegerField(null=True, blank=True)
    max_late_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True


class Venue(Policy):
    """A site with a time zone. Staff write it."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default=CENTRAL)
    phone = models.CharField(max_length=40, blank=True, help_text="whom guests call when a door stays shut")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Door(Policy):
    """A thing that opens. The mirror writes what the vendor says, staff write the rest."""

    account = models.ForeignKey(VendorAccount, models.PROTECT, related_name="doors")
    ref = models.CharField(max_length=100, help_text="the vendor's id; for a KitLock timecode/identifier")
    name = models.CharField(max_length=200, blank=True)
    enabled = models.BooleanField(default=True)
    location = models.CharField(max_length=200, blank=True)
    battery = models.FloatField(null=True, blank=True, help_text="0..1; empty = unknown")
    battery_text = models.CharField(max_length=40, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    gone_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    raw = models.JSONField(default=dict, blank=True)

    venue = models.ForeignKey(Venue, models.CASCADE, null=True, blank=True, related_name="doors")
    slug = models.SlugField(blank=True)
    method = models.CharField(max_length=10, choices=METHODS, blank=True)
    lock = models.JSONField(default=dict, blank=True, help_text="model, timecode, identifier, clock")
    access_level_ref = models.CharField(max_length=100, blank=True)
    fob_refs = models.JSONField(default=list, blank=True)

    class Meta:
        permissions = [
            ("commission_door", "Can ask for the sequence that sets a lock up, and enter the lock")
        ]
        ordering = ["venue", "slug", "name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "ref"], name="door_once"),
            models.UniqueConstraint(
                fields=["venue", "slug"], condition=~models.Q(slug=""), name="door_slug_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.slug or self.ref


class Room(Policy):
    """A physical room. Staff write it."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="rooms")
    slug = models.SlugField()
    name = models.CharField(max_length=200)
    part_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    block_on = models.JSONField(default=list, blank=True)
    path: Any = models.ManyToManyField(Door, through="PathStep", related_name="rooms")

    class Meta:
        ordering = ["venue", "name"]
        constraints = [models.UniqueConstraint(fields=["venue", "slug"], name="room_slug_once")]

    def __str__(self) -> str:
        return self.name


class PathStep(models.Model):
    """One door on the way to a room; position 1 is the outermost. Staff write it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="steps")
    door = models.ForeignKey(Door, models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["room", "position"]
        constraints = [
            models.UniqueConstraint(fields=["room", "door"], name="step_once"),
            models.UniqueConstraint(
                fields=["room", "position"],
                name="step_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.door}"


class Mode(models.TextChoices):
    """Which way a pairing goes."""

    BIDIRECTIONAL = "bidirectional", "both ways"
    TO_CALENDAR = "to_calendar", "to the calendar only"
    FROM_CALENDAR = "from_calendar", "from the calendar only"


class Scope(models.TextChoices):
    """How much of a booking others may see."""

    FULL = "full", "all: name, price, contact, details"
    NO_CONTACT = "no_contact", "no contact: name, price, details"
    EMPTY = "empty", "the name alone"


class CalendarPairing(models.Model):
    """A room's calendar, as staff paired it; the calendars step keeps what it knows of its health."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="calendars")
    account = models.ForeignKey(VendorAccount, models.PROTECT, related_name="pairings")
    ref = models.CharField(max_length=250)
    title = models.CharField(max_length=250, blank=True, help_text="as the calendar calls itself")
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.BIDIRECTIONAL)
    scope = models.CharField(max_length=20, choices=Scope.choices, default=Scope.NO_CONTACT)
    options = models.JSONField(default=dict, blank=True, help_text="for what the vendor's page leaves open")
    activated_at = models.DateTimeField(null=True, blank=True, help_text="before this nothing syncs")
    acknowledged_at = models.DateTimeField(
        null=True, blank=True, help_text="when staff accepted that several rooms share this calendar"
    )
    written_scope = models.CharField(max_length=20, blank=True, editable=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_reason = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name_plural = "calendars"
        ordering = ["room", "ref"]
        constraints = [models.UniqueConstraint(fields=["room", "account", "ref"], name="pairing_once")]

    def __str__(self) -> str:
        return f"{self.room} – {self.ref}"


class Resource(models.Model):
    """A bookable thing at a vendor. The mirror writes it; staff link `room` and say how long a session is."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="resources")
    ref = models.CharField(max_length=100)
    title = models.CharField(max_length=250, blank=True)
    kind = models.CharField(max_length=20, default="room")
    parent_ref = models.CharField(max_length=100, blank=True)
    raw = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    gone_at = models.DateTimeField(null=True, blank=True)

    room = models.ForeignKey(Room, models.SET_NULL, null=True, blank=True, related_name="resources")
    session_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "things sold"
        ordering = ["account", "title"]
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="resource_once")]

    def __str__(self) -> str:
        return self.title or self.ref


class Mirrored(models.Model):
    """What every mirrored row of an access provider's directory has. The mirror writes it."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="%(class)ss")
    ref = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="%(class)s_once")]


class LockGrid(Mirrored):
    """The durations that a lock model offers; ref is the model, `durations` is [[id, hours, days], …]."""

    durations = models.JSONField(default=list)
    read_at = models.DateTimeField()
    rules = models.JSONField(
        default=list,
        blank=True,
        help_text="as staff had them read: [[id, hours, days, counts in UTC, follows summer time, start], …]",
    )
    rules_read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"durations of {self.ref}"


class AccessLevel(Mirrored):
    """A set of doors that a cardholder can be given."""

    name = models.CharField(max_length=200, blank=True)
    door_refs = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name or self.ref


class Schedule(Mirrored):
    """Weekdays and hours at a lock vendor, site-local."""

    name = models.CharField(max_length=200, blank=True)
    days = models.JSONField(default=list)
    start_text = models.CharField(max_length=20, blank=True)
    stop_text = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name or self.ref


class Cardholder(Mirrored):
    """A person at a lock vendor; `key` is our id there, empty for people who are not ours."""

    key = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=250, blank=True)
    card_number = models.CharField(max_length=40, blank=True)
    enabled = models.BooleanField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    level_refs = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.name or self.key or self.ref


class Credential(Mirrored):
    """A mobile credential; its secret is what the guest types into the app."""

    card_number = models.CharField(max_length=40, blank=True)
    secret = EncryptedText(blank=True)
    claimed = models.BooleanField(null=True)
    holder_ref = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"credential {self.ref}"


class Fob(Mirrored):
    """A physical key as the vendor lists it; where it lies and that it is lost or broken is staff's word."""

    key = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=250, blank=True)
    card_number = models.CharField(max_length=40, blank=True)
    enabled = models.BooleanField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    venue = models.ForeignKey(
        Venue, models.SET_NULL, null=True, blank=True, related_name="fobs", help_text="where it lies"
    )
    lost_at = models.DateTimeField(
        null=True, blank=True, help_text="lost or broken since: it opens nothing until it is there again"
    )
    lost_reason = models.TextField(blank=True)
    broken = models.BooleanField(default=False, help_text="it is not lost, it does not work")
    shut_at = models.DateTimeField(
        null=True, blank=True, help_text="when a lost or broken one was read back as opening nothing"
    )

    def __str__(self) -> str:
        return self.name or self.ref

    @property
    def out_of_use(self) -> str:
        """Why it is lent to nobody, in a word: lost or broken; "" for one in use."""
        return ("broken" if self.broken else "lost") if self.lost_at else ""
