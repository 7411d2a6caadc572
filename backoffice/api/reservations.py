"""Reservations at sources that take them from here: the hours on offer, make, edit, move, cancel."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice import tasks
from backoffice.api.acts import Moment, Reason, checked, word
from backoffice.api.permissions import needs
from backoffice.api.writes import WriteSerializer, answered
from backoffice.clock import now
from backoffice.flow.desk import reservations, slots
from backoffice.models import Booking, Resource, VendorWrite
from backoffice.states import WriteState

WRITE = [needs("write_booking")]
WRITTEN = {201: WriteSerializer, 202: WriteSerializer}
EXAMPLE = OpenApiExample(
    "by phone",
    {
        "resource": 1,
        "day": "2026-03-10",
        "hour": "14:30",
        "name": "Ida",
        "email": "ida@example.test",
        "people": 4,
        "key": "a-name-of-this-request",
        "reason": "asked by phone",
    },
    request_only=True,
)


class SlotQuery(serializers.Serializer[Any]):
    """Which thing sold (its id here), and which day of its own calendar."""

    resource = serializers.PrimaryKeyRelatedField(queryset=Resource.objects.select_related("account", "room"))
    day = serializers.DateField()


class OfferSerializer(serializers.Serializer[Any]):
    """An hour on offer: on the room's own clock, and in UTC; by whom it is taken as far as is known."""

    hour = serializers.TimeField()
    pricers = serializers.ListField(child=serializers.IntegerField())
    starts_at = Moment(help_text="with an offset or Z")
    over = serializers.BooleanField()
    taken = serializers.CharField()


class Fields(Reason):
    """A reservation's own fields; those that are left out stay as they are."""

    name = serializers.CharField(max_length=100, required=False)
    surname = serializers.CharField(max_length=100, required=False)
    email = serializers.EmailField(required=False)
    phone = serializers.CharField(max_length=40, required=False)
    people = serializers.IntegerField(min_value=0, max_value=reservations.MOST_PEOPLE, required=False)
    pricer = serializers.CharField(max_length=60, required=False, help_text="number of a price option")
    price = serializers.DecimalField(max_digits=11, decimal_places=2, min_value=0, required=False)
    comment = serializers.CharField(max_length=1000, required=False)
    status = serializers.BooleanField(required=False, allow_null=True, help_text="confirmed")


class Edited(Fields):
    """The fields that change, and those that are taken away."""

    empty = serializers.ListField(
        child=serializers.ChoiceField(reservations.TEXTS), default=list, help_text="texts to be taken away"
    )


class Place(Reason):
    """A thing sold, a day and an hour on its own clock."""

    resource = serializers.PrimaryKeyRelatedField(queryset=Resource.objects.select_related("account", "room"))
    day = serializers.DateField()
    hour = serializers.TimeField()


class New(Fields, Place):
    """A whole reservation."""

    key = serializers.CharField(
        max_length=60, help_text="names this request: the same one again makes no second reservation"
    )
    status = serializers.BooleanField(default=True, help_text="confirmed, which lets the guest in")


class ReservationViewSet(GenericViewSet[Any]):
    """Reservations at their source. 201: done; 202: nobody knows, look there; 409: refused."""

    queryset = Booking.objects.select_related("account").defer("raw")
    serializer_class = WriteSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter("resource", int, required=True),
            OpenApiParameter("day", str, required=True),
        ],
        responses=OfferSerializer(many=True),
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def slots(self, request: Request) -> Response:
        """The hours of a thing sold on a day, asked of its source now."""
        given = SlotQuery(data=request.query_params)
        given.is_valid(raise_exception=True)
        found = slots.offers(given.validated_data["resource"], given.validated_data["day"], now())
        return Response(OfferSerializer([asdict(each) for each in found], many=True).data)

    @extend_schema(request=New, responses=WRITTEN, examples=[EXAMPLE])
    def create(self, request: Request) -> Response:
        """Make a reservation; 409, before the source is asked, for an hour not offered, over or taken."""
        given = checked(New, request)
        place = given["resource"], given["day"], given["hour"]
        return _ended(reservations.make(*place, _fields(given), word(request, given), given["key"]))

    @extend_schema(request=Edited, responses=WRITTEN)
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    def edit(self, request: Request, **_: Any) -> Response:
        """Change the fields that are given, and take away those in `empty`."""
        given = checked(Edited, request)
        said = word(request, given)
        return _ended(reservations.edit(self.get_object(), _fields(given), said, given["empty"]))

    @extend_schema(request=Place, responses=WRITTEN)
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    def move(self, request: Request, **_: Any) -> Response:
        """Move a reservation to another day, hour or room of its account."""
        given = checked(Place, request)
        place = given["resource"], given["day"], given["hour"]
        return _ended(reservations.move(self.get_object(), *place, word(request, given)))

    @extend_schema(request=Reason, responses=WRITTEN)
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    def cancel(self, request: Request, **_: Any) -> Response:
        """Delete a reservation at its source; 409 in its words for one that was paid there."""
        return _ended(reservations.cancel(self.get_object(), word(request, checked(Reason, request))))

    def get_permissions(self) -> Any:
        """Making one asks for what the other writes do."""
        return (
            [permission() for permission in WRITE] if self.action == "create" else super().get_permissions()
        )


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in reservations.FIELDS if name in given}


def _ended(write: VendorWrite) -> Response:
    """The write; what was done is mirrored before the answer."""
    if write.state != WriteState.REFUSED:
        tasks.take_over(write)
    return answered(write)
