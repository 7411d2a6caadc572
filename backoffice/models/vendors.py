"""Accounts at vendors, what was read from them and when, and the ledger of paid calls."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.db import models

from backoffice.fields import EncryptedJSON, EncryptedText
from backoffice.states import MessageState, RunState
from integrations import registry
from integrations.errors import VendorError


def new_hook_token() -> str:
    """A webhook token nobody can guess."""
    return secrets.token_urlsafe(24)


def hook_digest(token: str) -> str:
    """What a webhook token is looked up by, so that the lookup's timing tells nothing of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


class VendorAccount(models.Model):
    """One account at one vendor. Staff write it; accounts.py alone rotates the token and stops it."""

    slug = models.SlugField(unique=True)
    vendor = models.CharField(max_length=40, choices=registry.choices)
    base_url = models.URLField()
    timezone = models.CharField(
        max_length=64, help_text="IANA name; the zone in which the vendor writes times"
    )
    secrets = EncryptedJSON(default=dict)
    options = models.JSONField(default=dict, blank=True)
    hook_token = EncryptedText(default=new_hook_token)
    hook_digest = models.CharField(max_length=64, unique=True, editable=False)
    enabled = models.BooleanField(default=True)
    poll_minutes = models.PositiveIntegerField(default=15)
    lookback_days = models.PositiveIntegerField(default=2)
    horizon_days = models.PositiveIntegerField(default=60)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    stopped_reason = models.TextField(blank=True, editable=False)
    resumed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="what was wrong before may be right by now"
    )

    class Meta:
        verbose_name_plural = "accounts"
        permissions = [("refresh_vendoraccount", "Can refresh and resume an account")]
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    @property
    def profile(self) -> registry.Vendor:
        """What the registry says of this account's vendor."""
        return registry.VENDORS[self.vendor]

    def option(self, name: str) -> Any:
        """An option of the account, or its vendor's default."""
        return self.options.get(name, self.profile.default_options.get(name))


class SyncRun(models.Model):
    """One reading of one account and what came of it. The mirror writes it."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=20, default="poll", help_text="poll, full, message, events")
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    read = models.JSONField(default=list, help_text="the windows that were read whole")
    failure: VendorError | None = None  # the error itself, for whoever asked for the run; not stored

    class Meta:
        verbose_name_plural = "readings"
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["account", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.account} {self.kind} {self.started_at:%Y-%m-%d %H:%M} {self.state}"


class RejectedRow(models.Model):
    """A row that could not be read, kept until it reads well again. The mirror writes it."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="rejected_rows")
    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=200)
    reason = models.TextField()
    raw = EncryptedJSON(default=dict)
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "rows not understood"
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "ref"],
                condition=models.Q(resolved_at=None),
                name="rejected_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}: {self.reason}"


class WebhookMessage(models.Model):
    """A hint from a vendor that something changed. The inbox writes it."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="messages")
    ref = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.RECEIVED)
    action = models.CharField(max_length=40, blank=True)
    resource_ref = models.CharField(max_length=100, blank=True)
    booking_ref = models.CharField(max_length=100, blank=True)
    raw = EncryptedJSON(default=dict)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="message_once")]

    def __str__(self) -> str:
        return f"message {self.ref} of {self.account}"


class PaidCall(models.Model):
    """One paid call, written before it is made. accounts.py writes it and nothing deletes it."""

    account = models.ForeignKey(VendorAccount, models.PROTECT, related_name="paid_calls")
    counter = models.CharField(max_length=20)
    month = models.DateField(help_text="first day of the month in UTC")
    at = models.DateTimeField()
    calls = models.PositiveIntegerField(
        default=1, help_text="more than one only for what was spent before us"
    )
    subject = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["account", "counter", "month"])]

    def __str__(self) -> str:
        return f"{self.counter} call of {self.account} at {self.at:%Y-%m-%d %H:%M}"
