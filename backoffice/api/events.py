"""What doors reported, and what needs a person."""

from __future__ import annotations

from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice.models import EntryEvent, Finding, VendorAccount


class EventSerializer(serializers.ModelSerializer[EntryEvent]):
    """What a door reported: when it happened and when we learned (UTC)."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)

    class Meta:
        model = EntryEvent
        fields = ["id", "account", "ref", "door", "code", "outcome", "text", "happened_at", "learned_at"]


class EventFilter(FilterSet):
    """By account, room, door, outcome and time range (UTC)."""

    account = filters.CharFilter(field_name="account__slug")
    room = filters.NumberFilter(field_name="code__grant__occurrence__resource__room")
    after = filters.IsoDateTimeFilter(field_name="happened_at", lookup_expr="gt")
    before = filters.IsoDateTimeFilter(field_name="happened_at", lookup_expr="lt")

    class Meta:
        model = EntryEvent
        fields = ["door", "code", "outcome"]


class EventViewSet(ReadOnlyModelViewSet[EntryEvent]):
    """Door events, the newest first."""

    queryset = EntryEvent.objects.select_related("account")
    serializer_class = EventSerializer
    filterset_class = EventFilter


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """Something that needs a person, in words."""

    class Meta:
        model = Finding
        fields = [
            "id",
            "kind",
            "severity",
            "text",
            "account",
            "booking",
            "door",
            "grant",
            "conflict",
            "room",
            "opened_at",
            "closed_at",
        ]


class FindingFilter(FilterSet):
    """By kind, severity, account, room, door and booking; open or closed."""

    account = filters.CharFilter(field_name="account__slug")

    class Meta:
        model = Finding
        fields = {
            "kind": ["exact"],
            "severity": ["exact"],
            "closed_at": ["isnull"],
            "room": ["exact"],
            "door": ["exact"],
            "booking": ["exact"],
        }


class FindingViewSet(ReadOnlyModelViewSet[Finding]):
    """What needs a person, the newest first; `closed_at__isnull=true` for what is open.

    Of old codes that open a door still there is one finding for the door: it has a booking only where all of
    them are of one. A booking's own are among `codes`, in state `lingering`.
    """

    queryset = Finding.objects.all()
    serializer_class = FindingSerializer
    filterset_class = FindingFilter
