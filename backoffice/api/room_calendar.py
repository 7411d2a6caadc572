"""When a room is offered at its source: its week, the exceptions of single dates, how late one may book."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.api.acts import Reason, checked, word
from backoffice.api.permissions import needs
from backoffice.api.reservations import WRITTEN
from backoffice.api.writes import answered
from backoffice.clock import now
from backoffice.flow.desk import room_calendar
from backoffice.models import Resource
from integrations.types import Slot

WRITE = [needs("write_calendar")]
MOST_DAYS = 31


class SlotSerializer(serializers.Serializer[Any]):
    """An hour on the room's own clock, with the numbers of its price options."""

    hour = serializers.TimeField()
    pricers = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list)


class SpecialSerializer(serializers.Serializer[Any]):
    """A date that is not like its weekday."""

    day = serializers.DateField()
    slots = SlotSerializer(many=True)
    usual = SlotSerializer(many=True)


class WeekSerializer(serializers.Serializer[Any]):
    """A room's week (Monday first), the exceptions of a stretch of days, its margin in hours."""

    days = serializers.ListField(child=SlotSerializer(many=True))
    exceptions = SpecialSerializer(many=True)
    first = serializers.DateField()
    last = serializers.DateField()
    margin = serializers.FloatField(allow_null=True)
    pricers = serializers.ListField(child=serializers.IntegerField())


class Stretch(serializers.Serializer[Any]):
    """In which days exceptions are looked for; each day is a call."""

    first = serializers.DateField(required=False)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=room_calendar.AHEAD)


class Slots(Reason):
    """Hours; none = closed. `was`, where it is given, must be what the source has now."""

    slots = SlotSerializer(many=True)
    was = SlotSerializer(many=True, required=False)


class WeekdaySlots(Slots):
    """Hours of a weekday."""

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 = Monday")


class DateSlots(Slots):
    """Hours of one date."""

    day = serializers.DateField()


class Day(Reason):
    """One date."""

    day = serializers.DateField()


class Margin(Reason):
    """How many hours before the start one may still book."""

    hours = serializers.FloatField(min_value=0, max_value=room_calendar.MOST_HOURS)


class RoomCalendarViewSet(GenericViewSet[Resource]):
    """Calendars of things sold, by their id here. 201: done; 202: nobody knows, look there; 409: refused."""

    queryset = Resource.objects.select_related("account", "room__venue")
    serializer_class = WeekSerializer

    @extend_schema(
        parameters=[OpenApiParameter("first", str), OpenApiParameter("days", int)], responses=WeekSerializer
    )
    def retrieve(self, request: Request, **_: Any) -> Response:
        """The week and the exceptions as the source has them now; 409 when they cannot be read."""
        given = Stretch(data=request.query_params)
        given.is_valid(raise_exception=True)
        first = given.validated_data.get("first") or now().date()
        found = room_calendar.week(self.get_object(), first, given.validated_data["days"])
        return Response(WeekSerializer(found).data)

    @extend_schema(request=WeekdaySlots, responses=WRITTEN)
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    def weekday(self, request: Request, **_: Any) -> Response:
        """Give a weekday these hours."""
        given = checked(WeekdaySlots, request)
        change = given["weekday"], _slots(given["slots"]), word(request, given), _was(given)
        return answered(room_calendar.set_weekday(self.get_object(), *change))

    @extend_schema(request=DateSlots, responses=WRITTEN)
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    def date(self, request: Request, **_: Any) -> Response:
        """Give one date hours of its own, or close it."""
        given = checked(DateSlots, request)
        change = given["day"], _slots(given["slots"]), word(request, given), _was(given)
        return answered(room_calendar.set_date(self.get_object(), *change))

    @extend_schema(request=Day, responses=WRITTEN)
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    def clear(self, request: Request, **_: Any) -> Response:
        """Let a date be like its weekday again."""
        given = checked(Day, request)
        return answered(room_calendar.clear_date(self.get_object(), given["day"], word(request, given)))

    @extend_schema(request=Margin, responses=WRITTEN)
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    def margin(self, request: Request, **_: Any) -> Response:
        """Set the hours between booking and start."""
        given = checked(Margin, request)
        return answered(room_calendar.set_margin(self.get_object(), given["hours"], word(request, given)))


def _slots(rows: list[dict[str, Any]]) -> list[Slot]:
    return [Slot(row["hour"], tuple(row["pricers"])) for row in rows]


def _was(given: dict[str, Any]) -> list[Slot] | None:
    return _slots(given["was"]) if "was" in given else None
