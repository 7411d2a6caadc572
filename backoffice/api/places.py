"""Venues, rooms, resources, doors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice.api.acts import OVERRULE, OverrideSerializer, Overrulable, PersonGrant, checked, word, written
from backoffice.flow import overrule
from backoffice.models import Door, PathStep, Resource, Room, VendorAccount, Venue

POLICY = [
    "lead_minutes",
    "lag_minutes",
    "issue_ahead_hours",
    "reveal_ahead_hours",
    "max_early_minutes",
    "max_late_minutes",
]


class VenueSerializer(serializers.ModelSerializer[Venue]):
    """A site; policy fields are null where the built-in default holds."""

    class Meta:
        model = Venue
        fields = ["id", "slug", "name", "timezone", "phone", *POLICY]


class VenueViewSet(ReadOnlyModelViewSet[Venue]):
    """Sites."""

    queryset = Venue.objects.all()
    serializer_class = VenueSerializer
    filterset_fields = ["slug"]


class StepSerializer(serializers.ModelSerializer[PathStep]):
    """One door on a path."""

    slug = serializers.CharField(source="door.slug")

    class Meta:
        model = PathStep
        fields = ["position", "door", "slug"]


class RoomSerializer(serializers.ModelSerializer[Room]):
    """A room with the doors on the way to it, the outermost first."""

    path = StepSerializer(source="steps", many=True, read_only=True)

    class Meta:
        model = Room
        fields = ["id", "venue", "slug", "name", "part_of", "path", *POLICY]


class RoomViewSet(ReadOnlyModelViewSet[Room]):
    """Rooms."""

    queryset = Room.objects.prefetch_related("steps__door")
    serializer_class = RoomSerializer
    filterset_fields = ["venue", "venue__slug", "slug"]


class ResourceSerializer(serializers.ModelSerializer[Resource]):
    """A bookable thing at a vendor."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)

    class Meta:
        model = Resource
        fields = ["id", "account", "ref", "title", "kind", "parent_ref", "room", "session_minutes", "gone_at"]


class ResourceViewSet(ReadOnlyModelViewSet[Resource]):
    """Bookable things at vendors."""

    queryset = Resource.objects.select_related("account")
    serializer_class = ResourceSerializer
    filterset_fields = {"account__slug": ["exact"], "room": ["exact", "isnull"]}


class DoorSerializer(serializers.ModelSerializer[Door]):
    """A door; `battery` is 0..1, null = unknown."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)

    class Meta:
        model = Door
        fields = [
            "id",
            "account",
            "ref",
            "slug",
            "name",
            "venue",
            "method",
            "enabled",
            "battery",
            "gone_at",
            *POLICY,
        ]


class DoorViewSet(Overrulable, ReadOnlyModelViewSet[Door]):
    """Doors, with staff's word about them."""

    queryset = Door.objects.select_related("account")
    serializer_class = DoorSerializer
    filterset_fields = ["account__slug", "venue", "venue__slug", "slug", "method"]

    @extend_schema(request=PersonGrant, responses={201: OverrideSerializer})
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def grant(self, request: Request, **_: Any) -> Response:
        """Let somebody without a booking in at this door for a time."""
        given = checked(PersonGrant, request)
        person = overrule.Person(given["name"], given["email"])
        said = word(request, given)
        return written(
            overrule.grant_person(self.get_object(), person, given["starts_at"], given["ends_at"], said)
        )
