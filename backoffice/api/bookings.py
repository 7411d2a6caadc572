"""Bookings with their occurrences; contact data needs a permission of its own."""

from __future__ import annotations

from typing import Any

from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice.api.acts import OpenedOtherwise, Overrulable
from backoffice.models import Booking, Customer, Occurrence, VendorAccount


class OccurrenceSerializer(serializers.ModelSerializer[Occurrence]):
    """One room and one span (UTC)."""

    room = serializers.IntegerField(source="resource.room_id", allow_null=True, read_only=True)

    class Meta:
        model = Occurrence
        fields = ["id", "resource", "room", "starts_at", "ends_at", "missing_since", "gone_at"]


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """Who booked; e-mail and phone are null for those who may not see contact data."""

    email = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = ["id", "name", "company", "email", "phone", "language"]

    def get_email(self, customer: Customer) -> str | None:
        """The e-mail, to those with the permission."""
        return customer.email if self._allowed() else None

    def get_phone(self, customer: Customer) -> str | None:
        """The phone number, to those with the permission."""
        return customer.phone if self._allowed() else None

    def _allowed(self) -> bool:
        request = self.context.get("request")
        return bool(request and request.user.has_perm("backoffice.contact_customer"))


class BookingSerializer(serializers.ModelSerializer[Booking]):
    """One order at one source."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    customer = CustomerSerializer(read_only=True)
    occurrences = OccurrenceSerializer(many=True, read_only=True)

    class Meta:
        model = Booking
        fields = [
            "id",
            "account",
            "ref",
            "status",
            "status_text",
            "title",
            "channel",
            "external_ref",
            "customer",
            "language",
            "people",
            "price",
            "first_seen_at",
            "changed_at",
            "gone_at",
            "occurrences",
        ]


class BookingFilter(FilterSet):
    """By account, ref, status, room, door and time range (UTC)."""

    account = filters.CharFilter(field_name="account__slug")
    room = filters.NumberFilter(field_name="occurrences__resource__room", distinct=True)
    door = filters.NumberFilter(field_name="occurrences__grants__door", distinct=True)
    ends_after = filters.IsoDateTimeFilter(field_name="occurrences__ends_at", lookup_expr="gt", distinct=True)
    starts_before = filters.IsoDateTimeFilter(
        field_name="occurrences__starts_at", lookup_expr="lt", distinct=True
    )
    gone = filters.BooleanFilter(field_name="gone_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Booking
        fields = ["ref", "status"]


class BookingViewSet(OpenedOtherwise, Overrulable, ReadOnlyModelViewSet[Booking]):
    """Bookings of all sources, with staff's word about them."""

    queryset: Any = Booking.objects.select_related("account", "customer").prefetch_related(
        "occurrences__resource"
    )
    serializer_class = BookingSerializer
    filterset_class = BookingFilter
