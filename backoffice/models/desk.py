"""What staff have a vendor do: each write with what came of it, what they bought, what they proved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from backoffice.fields import EncryptedJSON
from backoffice.models.bookings import Booking
from backoffice.models.places import Resource
from backoffice.models.vendors import VendorAccount
from backoffice.states import WriteState


class VendorWrite(models.Model):
    """One write at a vendor, made once: committed before it is sent, and what is known of it after."""

    account = models.ForeignKey(VendorAccount, models.PROTECT, related_name="writes")
    verb = models.CharField(max_length=40, help_text="what was asked: add, move, delete, set week …")
    subject = models.CharField(max_length=200, help_text="about what, in words without a guest's data")
    resource = models.ForeignKey(Resource, models.SET_NULL, null=True, blank=True, related_name="writes")
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, blank=True, related_name="writes")
    asked = EncryptedJSON(default=dict)
    state = models.CharField(max_length=12, choices=WriteState.choices, default=WriteState.ASKED)
    text = models.TextField(blank=True, help_text="what came of it, in words; a refusal in the vendor's")
    ref = models.CharField(max_length=100, blank=True, help_text="the vendor's id of what was written")
    confirmed = models.BooleanField(default=False, help_text="read back as it was wanted")
    candidates = models.JSONField(default=list, blank=True, help_text="ids of what may be it, when in doubt")
    key = models.CharField(
        max_length=64, null=True, blank=True, unique=True, help_text="one form or request, asked once"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="vendor_writes"
    )
    rule = models.CharField(max_length=100, blank=True, help_text="the rule that asked, where no person did")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "writes at vendors"
        permissions = [
            ("write_booking", "Can make, move and cancel bookings at their source"),
            ("write_calendar", "Can say when a room is offered at its source"),
            ("write_customer", "Can add and change customers at their source"),
        ]
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(author__isnull=False) | ~Q(rule=""), name="write_by_person_or_rule"
            )
        ]
        indexes = [models.Index(fields=["account", "-asked_at"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


class ZoneProof(models.Model):
    """Whether the times written to an account mean what its zone says: written, read back, compared."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="zone_proofs")
    timezone = models.CharField(max_length=64, help_text="the zone that was tried")
    proven = models.BooleanField()
    restored = models.BooleanField(help_text="whether the spare user is as it was")
    note = models.TextField(help_text="in words")
    readings = models.JSONField(default=list, help_text="[[as written, as read back in UTC, seconds off], …]")
    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="zone_proofs")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.timezone} of {self.account}: {'proven' if self.proven else 'refused'}"


class CounterStop(models.Model):
    """A vendor's word that a month's calls are spent: it is not asked again until that month is over, or
    until calls are bought or staff say so. ledger.py writes it, staff's word lifts it."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="counter_stops")
    counter = models.CharField(max_length=20)
    month = models.DateField(help_text="first day of the month in UTC")
    text = models.TextField(help_text="in the vendor's words")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "budgets ended by the vendor"
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "counter", "month"],
                condition=Q(lifted_at=None),
                name="counter_stopped_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.counter} of {self.account} for {self.month:%Y-%m}"


class BoltOn(models.Model):
    """Calls bought on top of a month's plan. Staff write it."""

    account = models.ForeignKey(VendorAccount, models.PROTECT, related_name="bolt_ons")
    counter = models.CharField(max_length=20)
    month = models.DateField(help_text="first day of the month (UTC) that they count in")
    calls = models.PositiveIntegerField()
    reason = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bolt_ons")
    bought_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "calls bought"
        ordering = ["-bought_at"]

    def __str__(self) -> str:
        return f"{self.calls} {self.counter} calls for {self.month:%Y-%m}"
