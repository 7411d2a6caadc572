"""What happened: at doors, to guests' mail, by staff, and what needs a person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from backoffice.fields import EncryptedJSON, EncryptedText
from backoffice.models.access import AccessGrant, IssuedCode
from backoffice.models.bookings import Booking
from backoffice.models.places import Door, Room
from backoffice.models.vendors import VendorAccount
from backoffice.states import NoticeState

OUTCOMES = [("granted", "granted"), ("denied", "denied"), ("other", "other")]


class EntryEvent(models.Model):
    """What a door reported. The audit step writes it."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="events")
    ref = models.CharField(max_length=100)
    door = models.ForeignKey(Door, models.SET_NULL, null=True, blank=True, related_name="events")
    happened_at = models.DateTimeField()
    learned_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    text = models.CharField(max_length=250, blank=True)
    card_number = models.CharField(max_length=40, blank=True)
    code = models.ForeignKey(IssuedCode, models.SET_NULL, null=True, blank=True, related_name="events")
    raw = EncryptedJSON(default=dict)

    class Meta:
        verbose_name_plural = "door events"
        ordering = ["-happened_at"]
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="event_once")]
        indexes = [models.Index(fields=["door", "-happened_at"])]

    def __str__(self) -> str:
        return f"{self.outcome} {self.happened_at:%Y-%m-%d %H:%M}"


class Severity(models.TextChoices):
    """How soon a person is needed."""

    NOW = "now", "now"
    TODAY = "today", "today"
    NOTE = "note", "for information"


class Finding(models.Model):
    """Something that needs a person, open as long as its cause is there. The audit step writes it."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, help_text="what it is about; one open finding per kind and key")
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.TODAY)
    text = models.TextField(help_text="what is wrong, with whom, what to do")
    account = models.ForeignKey(VendorAccount, models.CASCADE, null=True, blank=True, related_name="findings")
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, blank=True, related_name="findings")
    door = models.ForeignKey(Door, models.CASCADE, null=True, blank=True, related_name="findings")
    grant = models.ForeignKey(AccessGrant, models.CASCADE, null=True, blank=True, related_name="findings")
    conflict = models.ForeignKey("Conflict", models.CASCADE, null=True, blank=True, related_name="findings")
    room = models.ForeignKey(Room, models.CASCADE, null=True, blank=True, related_name="findings")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "findings"
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(closed_at=None), name="finding_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.text


class NoticeKind(models.TextChoices):
    """What a guest is told."""

    ACCESS = "access", "how to get in"
    CHANGED = "changed", "the way in changed"
    WITHDRAWN = "withdrawn", "no longer valid"


class Notice(models.Model):
    """What a guest was told, or is to be told. The deliver step writes it."""

    booking = models.ForeignKey(Booking, models.CASCADE, null=True, blank=True, related_name="notices")
    grant = models.ForeignKey(AccessGrant, models.CASCADE, null=True, blank=True, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    key = models.CharField(max_length=200, unique=True, help_text="what it tells; nothing is told twice")
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.DUE)
    codes: Any = models.ManyToManyField(IssuedCode, related_name="notices", blank=True)
    windows = models.JSONField(
        default=dict, blank=True, help_text="from when to when each door was said to open, by decision"
    )
    recipient = EncryptedText(blank=True)
    language = models.CharField(max_length=10, default="en")
    subject = models.CharField(max_length=250, blank=True)
    body = EncryptedText(blank=True)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "messages to guests"
        permissions = [("reveal_notice", "Can read what a guest was told")]
        ordering = ["-due_at"]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class StaffAct(models.Model):
    """What a member of staff did: append-only. The edges write it through flow/overrule.py."""

    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="acts")
    verb = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    target = models.CharField(max_length=200, help_text="model and id")
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, blank=True, related_name="acts")
    grant = models.ForeignKey(AccessGrant, models.SET_NULL, null=True, blank=True, related_name="acts")
    code = models.ForeignKey(IssuedCode, models.SET_NULL, null=True, blank=True, related_name="acts")
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "what staff did"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.author} {self.verb} {self.target}"
