"""Bookings as their sources tell them. The mirror writes all of it."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q

from backoffice.fields import EncryptedJSON, EncryptedText
from backoffice.models.places import Resource
from backoffice.models.vendors import VendorAccount
from integrations.types import BookingStatus

STATUSES = [(status.value, status.value) for status in BookingStatus]


class TstzRange(models.Func):
    """From an instant to another, the second not included, as PostgreSQL's range."""

    function = "tstzrange"
    output_field: models.Field[Any, Any] = DateTimeRangeField()


class Customer(models.Model):
    """Who booked. The name is searchable; e-mail and phone are encrypted, the e-mail found by fingerprint."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="customers")
    ref = models.CharField(max_length=120, help_text="the vendor's id, or booking:<ref> where it has none")
    name = models.CharField(max_length=250, blank=True)
    company = models.CharField(max_length=250, blank=True)
    email = EncryptedText(blank=True)
    email_fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    phone = EncryptedText(blank=True)
    language = models.CharField(max_length=10, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "guests"
        permissions = [("contact_customer", "Can see a guest's e-mail and phone")]
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="customer_once")]

    def __str__(self) -> str:
        return self.name or self.company or self.ref


class Booking(models.Model):
    """One order at one source."""

    account = models.ForeignKey(VendorAccount, models.CASCADE, related_name="bookings")
    ref = models.CharField(max_length=100)
    status = models.CharField(max_length=12, choices=STATUSES)
    status_text = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=250, blank=True)
    external_ref = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="bookings")
    language = models.CharField(max_length=10, blank=True)
    people = models.PositiveIntegerField(null=True, blank=True)
    price = models.CharField(max_length=40, blank=True)
    booked_text = models.CharField(max_length=40, blank=True)
    raw = EncryptedJSON(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="when evidence said that it no longer exists"
    )
    echo_of = models.ForeignKey(
        "Block",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="echoes",
        help_text="our own block, come back from its channel: not a booking of its own",
    )

    class Meta:
        ordering = ["-first_seen_at"]
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="booking_once")]
        indexes = [
            models.Index(fields=["external_ref"]),
            models.Index(  # what may be an echo of a block and is not known as one
                fields=["account"],
                condition=Q(echo_of=None) & (Q(external_ref__startswith="lkb") | Q(title__contains="[lkb")),
                name="booking_may_be_echo",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}/{self.ref}"


class Occurrence(models.Model):
    """One room and one time span of a booking, in UTC, with the vendor's own text."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="occurrences")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="occurrences")
    ref = models.CharField(
        max_length=100, blank=True, help_text="instance id; empty where a booking has one span"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    starts_text = models.CharField(max_length=40, blank=True)
    ends_text = models.CharField(max_length=40, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "times and rooms"
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="occurrence_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["booking", "ref"], condition=Q(gone_at=None), name="occurrence_once"
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "ends_at"], condition=Q(gone_at=None), name="occurrence_live"),
            models.Index(fields=["resource", "starts_at"]),
            models.Index(fields=["ends_at"], name="occurrence_end"),
            GistIndex(
                F("resource"),
                TstzRange("starts_at", "ends_at"),
                condition=Q(gone_at=None),
                name="occurrence_span",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking} {self.starts_at:%Y-%m-%d %H:%M}"
