"""Calendar feeds: secret addresses, given, shown, renewed and withdrawn."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice.api.acts import Reason, checked, word
from backoffice.api.permissions import needs
from backoffice.flow import feeds
from backoffice.models import Feed, Room, Venue
from backoffice.models.places import Scope

CHANGE = [needs("change_feed")]


class FeedSerializer(serializers.ModelSerializer[Feed]):
    """An address in use or withdrawn; what it is, the reveal action tells."""

    made_by = serializers.CharField(source="made_by.get_username", read_only=True)

    class Meta:
        model = Feed
        fields = ["id", "venue", "room", "scope", "note", "made_at", "made_by", "withdrawn_at"]


class NewFeed(Reason):
    """Of what (a room or a whole venue), how much is shown, and who gets it."""

    room = serializers.IntegerField(required=False, help_text="a room's id")
    venue = serializers.IntegerField(required=False, help_text="a venue's id, for all its rooms")
    scope = serializers.ChoiceField(choices=Scope.choices)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Either of the two."""
        if ("room" in given) == ("venue" in given):
            raise serializers.ValidationError("Give either a room or a venue.")
        return given


class Address(serializers.Serializer[Any]):
    """The whole address, for a calendar program."""

    address = serializers.CharField()


class FeedViewSet(mixins.CreateModelMixin, ReadOnlyModelViewSet[Feed]):
    """Calendar feeds, without their addresses."""

    queryset = Feed.objects.select_related("made_by")
    serializer_class = FeedSerializer
    filterset_fields = {"venue": ["exact"], "room": ["exact"], "withdrawn_at": ["isnull"]}

    @extend_schema(request=NewFeed, responses={201: FeedSerializer})
    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """A new address; the reason says who gets it. 404 for a place that there is not."""
        given = checked(NewFeed, request)
        place: Venue | Room = (
            get_object_or_404(Room.objects.select_related("venue"), pk=given["room"])
            if "room" in given
            else get_object_or_404(Venue, pk=given["venue"])
        )
        feed = feeds.offer(place, given["scope"], word(request, given))
        return Response(FeedSerializer(feed).data, status.HTTP_201_CREATED)

    @extend_schema(request=Reason, responses=Address)
    @action(detail=True, methods=["post"], permission_classes=[needs("reveal_feed")])
    def reveal(self, request: Request, **_: Any) -> Response:
        """The address; who asked and why goes on record first."""
        path = feeds.reveal(self.get_object(), word(request, checked(Reason, request)))
        public = str(settings.PUBLIC_URL).rstrip("/")
        whole = f"{public}{path}" if public else request.build_absolute_uri(path)
        return Response({"address": whole}, headers={"Cache-Control": "no-store"})

    @extend_schema(request=Reason, responses=FeedSerializer)
    @action(detail=True, methods=["post"], permission_classes=CHANGE)
    def renew(self, request: Request, **_: Any) -> Response:
        """Another address; the old one shows nothing from now on."""
        feed = feeds.renew(self.get_object(), word(request, checked(Reason, request)))
        return Response(FeedSerializer(feed).data)

    @extend_schema(request=Reason, responses=FeedSerializer)
    @action(detail=True, methods=["post"], permission_classes=CHANGE)
    def withdraw(self, request: Request, **_: Any) -> Response:
        """Nothing is shown there from now on, for good."""
        feed = feeds.withdraw(self.get_object(), word(request, checked(Reason, request)))
        return Response(FeedSerializer(feed).data)
