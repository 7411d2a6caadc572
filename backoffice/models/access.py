"""Who may open which door: decisions, what makes them true at a vendor, and staff's word."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q

from backoffice.fields import EncryptedText
from backoffice.models.bookings import Booking, Occurrence, TstzRange
from backoffice.models.places import METHODS, Door, Fob
from backoffice.models.vendors import VendorAccount
from backoffice.states import LIVE_CODES, CodeState, GrantState, Known


class AccessGrant(models.Model):
    """Our decision: who may open this door in this window. The grant step writes it."""

    occurrence = models.ForeignKey(Occurrence, models.CASCADE, null=True, blank=True, related_name="grants")
    person = models.ForeignKey(
        "Override",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        help_text="granted by staff",
    )
    door = models.ForeignKey(Door, models.PROTECT, related_name="grants")
    method = models.CharField(max_length=10, choices=METHODS)
    position = models.PositiveSmallIntegerField(default=1, help_text="of the door on the path")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=GrantState.choices, default=GrantState.GRANTED)
    reason = models.TextField(help_text="why, in words for staff")
    conflict = models.TextField(blank=True, help_text="what staff should know about a neighbour, in words")
    trimmed = models.TextField(blank=True, help_text="how a neighbour shortened the window, in words")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "access"
        ordering = ["starts_at", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="grant_ends_after_start"),
            models.CheckConstraint(
                condition=Q(occurrence=None, person__isnull=False) | Q(occurrence__isnull=False, person=None),
                name="grant_for_someone",
            ),
            models.UniqueConstraint(
                fields=["occurrence", "door"],
                condition=Q(occurrence__isnull=False),
                name="grant_once",
            ),
            models.UniqueConstraint(
                fields=["person", "door"],
                condition=Q(person__isnull=False),
                name="person_grant_once",
            ),
        ]
        indexes = [
            models.Index(fields=["door", "starts_at"]),
            models.Index(fields=["state", "ends_at"]),
            models.Index(fields=["ends_at"], name="grant_end"),
            GistIndex(
                F("door"),
                TstzRange("starts_at", "ends_at"),
                condition=Q(state__in=["granted", "held"]),
                name="grant_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.starts_at:%Y-%m-%d %H:%M}"


class IssuedCode(models.Model):
    """What makes a grant true at the vendor. The grant step plans it, the issue step does the rest."""

    grant = models.ForeignKey(AccessGrant, models.PROTECT, related_name="codes")
    account = models.ForeignKey(VendorAccount, models.PROTECT, related_name="codes")
    door = models.ForeignKey(Door, models.PROTECT, related_name="codes")
    method = models.CharField(max_length=10, choices=METHODS)
    key = models.CharField(max_length=100, unique=True, help_text="idempotency key")
    state = models.CharField(max_length=12, choices=CodeState.choices, default=CodeState.PLANNED)
    known = models.CharField(max_length=12, choices=Known.choices, default=Known.COMPUTED)
    starts_at = models.DateTimeField(help_text="when it really begins to open")
    ends_at = models.DateTimeField(help_text="when it really stops")
    early_minutes = models.PositiveIntegerField(default=0, help_text="opens before the access window")
    late_minutes = models.PositiveIntegerField(default=0, help_text="opens after the access window")
    due_at = models.DateTimeField(help_text="when it is to be issued")

    start_local = models.CharField(
        max_length=16, blank=True, help_text="on the lock's clock, YYYY-MM-DD HH:MM"
    )
    duration_id = models.IntegerField(null=True, blank=True)
    duration_hours = models.PositiveIntegerField(default=0)
    duration_days = models.PositiveIntegerField(default=0)
    holder_key = models.CharField(
        max_length=100, blank=True, help_text="our id of the cardholder at the vendor"
    )
    card_number = models.CharField(max_length=40, blank=True)
    level_ref = models.CharField(max_length=100, blank=True)
    periods = models.JSONField(
        default=list,
        blank=True,
        help_text="of a phone key: [[from, to, [weekday, …]], …], lock's clock",
    )
    looked_at = models.DateTimeField(
        null=True, blank=True, help_text="when the vendor was last asked how far an invitation has come"
    )
    accepted_at = models.DateTimeField(null=True, blank=True, help_text="when the guest had taken the key")
    address = EncryptedText(blank=True, help_text="of a phone key: the e-mail address that was invited")
    recheck_at = models.DateTimeField(
        null=True, blank=True, help_text="when to look once more for a key that only lists say is gone"
    )
    suspended_at = models.DateTimeField(
        null=True, blank=True, help_text="since when staff want the key to open nothing until it is restored"
    )

    ref = models.CharField(max_length=100, blank=True)
    secret = EncryptedText(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="why it is in this state, in words for staff")
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "codes"
        permissions = [("reveal_issuedcode", "Can reveal an issued code")]
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="code_ends_after_start"),
            models.CheckConstraint(condition=Q(state__in=CodeState.values), name="code_state_known"),
            models.UniqueConstraint(
                fields=["grant", "method", "starts_at", "ends_at"],  # a PIN may stand in for a phone key
                condition=Q(state__in=LIVE_CODES),
                name="one_live_code_per_grant_and_period",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["door", "starts_at"]),
            models.Index(fields=["holder_key"]),
            models.Index(fields=["card_number"]),
            models.Index(fields=["recheck_at"], condition=Q(recheck_at__isnull=False), name="code_recheck"),
        ]

    def __str__(self) -> str:
        return f"{self.method} for {self.door} {self.starts_at:%Y-%m-%d %H:%M}"


class KnownAnswer(models.Model):
    """A computed code and what it came from, never asked for twice. The issue step writes it."""

    account = models.ForeignKey(VendorAccount, models.PROTECT)
    digest = models.CharField(max_length=64, help_text="of lock, start and duration")
    secret = EncryptedText()
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "answers kept"
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="answer_once")]

    def __str__(self) -> str:
        return f"answer of {self.account} at {self.asked_at:%Y-%m-%d %H:%M}"


class FobLoan(models.Model):
    """One fob with one guest for a time. The issue step lends and takes back, staff hand out and check in."""

    fob = models.ForeignKey(Fob, models.PROTECT, related_name="loans")
    grant = models.ForeignKey(AccessGrant, models.PROTECT, related_name="loans")
    code = models.ForeignKey(IssuedCode, models.PROTECT, null=True, blank=True, related_name="loans")
    holder_key = models.CharField(
        max_length=100, blank=True, help_text="our id of the vendor's user whose doors it opens"
    )
    holder_number = models.CharField(max_length=40, blank=True, help_text="that user's own card number")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True, blank=True, help_text="when it was given to the guest")
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="fobs_handed_out"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="fobs_taken_back"
    )

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["fob"], condition=Q(returned_at=None), name="one_current_loan_per_fob"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="loan_ends_after_start"),
        ]
        indexes = [models.Index(fields=["holder_key"])]

    def __str__(self) -> str:
        return f"{self.fob} until {self.ends_at:%Y-%m-%d %H:%M}"


class OverrideKind(models.TextChoices):
    """What staff can say."""

    HOLD = "hold", "hold: issue nothing"
    DENY = "deny", "deny: no access"
    EXTEND = "extend", "extend the window"
    GRANT = "grant", "grant a person access"
    REISSUE = "reissue", "issue a new code"
    METHOD = "method", "open by another method"
    TRIM = "trim", "trim the window"


class Override(models.Model):
    """Staff's word on a booking, a grant, a door or a person. Staff write it; every plan obeys it."""

    kind = models.CharField(max_length=10, choices=OverrideKind.choices)
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, blank=True, related_name="overrides")
    grant = models.ForeignKey(AccessGrant, models.CASCADE, null=True, blank=True, related_name="overrides")
    door = models.ForeignKey(Door, models.CASCADE, null=True, blank=True, related_name="overrides")
    person_name = models.CharField(max_length=200, blank=True)
    person_email = EncryptedText(blank=True)
    starts_at = models.DateTimeField(help_text="from when it holds; for a person, when access begins")
    ends_at = models.DateTimeField(help_text="when it ends; for a person, when access ends")
    minutes_before = models.PositiveIntegerField(default=0)
    minutes_after = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=10, choices=METHODS, blank=True)
    not_before = models.DateTimeField(null=True, blank=True, help_text="of a trim: opens no earlier")
    not_after = models.DateTimeField(null=True, blank=True, help_text="of a trim: opens no later")
    conflict = models.ForeignKey(
        "Conflict",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="overrides",
        help_text="the conflict that it settles; taken back, that one is open again",
    )
    fob = models.ForeignKey(
        Fob, models.SET_NULL, null=True, blank=True, help_text="the one that staff give to this person"
    )
    reason = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="overrides")
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lifted_overrides",
    )

    class Meta:
        verbose_name_plural = "staff's words"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="override_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
            models.CheckConstraint(
                condition=Q(booking__isnull=False) | Q(grant__isnull=False) | Q(door__isnull=False),
                name="override_about_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} until {self.ends_at:%Y-%m-%d %H:%M}"
