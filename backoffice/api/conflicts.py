"""Conflicts: two who have the same room or door at the same time, and what staff do about them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice import tasks
from backoffice.api.access import Said
from backoffice.api.acts import Moment, Reason, Until, checked, word
from backoffice.api.conflict_shapes import BOTH_SIDES, ConflictSerializer, Reopened
from backoffice.api.permissions import needs
from backoffice.flow import conflicts
from backoffice.flow.conflicts import RELATED, UNREAD
from backoffice.models import Booking, Conflict

SETTLE = [needs("settle_conflict")]


class OneSide(Until):
    """Which booking gets no access, until when, and why."""

    booking = serializers.IntegerField(help_text="the id of one side's booking")


class OneAfterTheOther(Reason):
    """Which booking goes first, and when the other may come."""

    booking = serializers.IntegerField(help_text="the id of the booking that leaves first")
    moment = Moment(help_text="with an offset or Z; within the time of both")


class ConflictFilter(FilterSet):
    """By state, kind, room, door, either booking and time range (UTC)."""

    booking = filters.NumberFilter(method="of_booking")
    ends_after = filters.IsoDateTimeFilter(field_name="ends_at", lookup_expr="gt")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = Conflict
        fields = ["state", "kind", "room", "door"]

    def of_booking(self, rows: Any, name: str, booking: Any) -> Any:
        """Conflicts that a booking is part of, on whichever side."""
        del name
        return rows.filter(first__booking=booking) | rows.filter(second__booking=booking)


class ConflictViewSet(ReadOnlyModelViewSet[Conflict]):
    """Conflicts, the next first; `state=open` for those that nobody has settled."""

    queryset: Any = (
        Conflict.objects.select_related(*RELATED, "accepted_by").defer(*UNREAD).prefetch_related(*BOTH_SIDES)
    )
    serializer_class = ConflictSerializer
    filterset_class = ConflictFilter

    @extend_schema(request=Reason, responses=ConflictSerializer)
    @action(detail=True, methods=["post"], permission_classes=SETTLE)
    def accept(self, request: Request, **_: Any) -> Response:
        """Leave it as it is; it is open again when the time that both have changes."""
        conflict = conflicts.accept(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response(ConflictSerializer(self._again(conflict)).data)

    @extend_schema(request=Reason, responses=Reopened)
    @action(detail=True, methods=["post"], permission_classes=SETTLE)
    def reopen(self, request: Request, **_: Any) -> Response:
        """Take back what settled it: an acceptance, and the denials and trims said for it that still hold."""
        conflict = self.get_object()
        message = conflicts.reopen(conflict, word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response({**ConflictSerializer(self._again(conflict)).data, "message": message})

    @extend_schema(request=OneSide, responses=Said)
    @action(detail=True, methods=["post"], permission_classes=SETTLE)
    def deny(self, request: Request, **_: Any) -> Response:
        """No access for one side until then; the booking itself stays where it was made."""
        given = checked(OneSide, request)
        booking = get_object_or_404(Booking.objects.select_related("customer"), pk=given["booking"])
        said = conflicts.deny(self.get_object(), booking, given["until"], word(request, given))
        tasks.follow.delay_on_commit()
        return Response({"message": said})

    @extend_schema(request=OneAfterTheOther, responses=Said)
    @action(detail=True, methods=["post"], permission_classes=SETTLE)
    def trim(self, request: Request, **_: Any) -> Response:
        """One side's way in ends at a moment and the other's begins there."""
        given = checked(OneAfterTheOther, request)
        booking = get_object_or_404(Booking, pk=given["booking"])
        said = conflicts.trim(self.get_object(), booking, given["moment"], word(request, given))
        tasks.follow.delay_on_commit()
        return Response({"message": said})

    def _again(self, conflict: Conflict) -> Any:
        """The conflict as it is now, with both sides."""
        return self.get_queryset().get(pk=conflict.pk)
