"""What sources tell now: free times, invoices, stock, opening times, events, with when it was told."""

from __future__ import annotations

from datetime import time
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.api.desk_shapes import (
    CustomFieldSerializer,
    DaysSerializer,
    FreePlaceSerializer,
    FreeQuerySerializer,
    InvoiceSerializer,
    OccasionSerializer,
    OpeningSerializer,
    StockSerializer,
    ToldOwner,
    told,
)
from backoffice.api.permissions import needs
from backoffice.clock import now
from backoffice.flow.desk import reads
from backoffice.flow.desk.reads import Told
from backoffice.models import Booking, Customer, Resource, VendorAccount
from integrations.types import Comparison, Condition, FreeQuery

LOOK = [needs("view_booking")]


class Silent(exceptions.APIException):
    """The source does not answer, and has told nothing before."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


INVOICES, STOCK = told(InvoiceSerializer), told(StockSerializer)


class AccountReads(GenericViewSet[VendorAccount]):
    """What an account tells now, or told last; 503 in words when it tells nothing."""

    queryset = VendorAccount.objects.all()
    lookup_field = "slug"
    serializer_class: Any = StockSerializer

    @extend_schema(request=FreeQuerySerializer, responses=told(FreePlaceSerializer))
    @action(detail=True, methods=["post"], url_path="free-times", permission_classes=LOOK)
    def free_times(self, request: Request, **_: Any) -> Response:
        """Free times by every filter that the source has; nothing is booked or kept."""
        form = FreeQuerySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        found = reads.free(self.get_object(), _query(form.validated_data), now())
        places = [
            {"resource": ref, "slots": [_slot(day, *each) for day in sorted(days) for each in days[day]]}
            for ref, days in (found.value or {}).items()
        ]
        return _answer(Told(places if found.at else None, found.at, found.trouble), FreePlaceSerializer)

    @extend_schema(responses=INVOICES)
    @action(detail=True, pagination_class=None, permission_classes=LOOK)
    def invoices(self, request: Request, **_: Any) -> Response:
        """All invoices."""
        del request
        return _answer(reads.invoices(self.get_object(), now()), InvoiceSerializer)

    @extend_schema(responses=STOCK)
    @action(detail=True, pagination_class=None, permission_classes=LOOK)
    def stock(self, request: Request, **_: Any) -> Response:
        """Things and services that can be booked along."""
        del request
        return _answer(reads.stock(self.get_object(), now()), StockSerializer)

    @extend_schema(responses=told(CustomFieldSerializer))
    @action(detail=True, url_path="custom-fields", pagination_class=None, permission_classes=LOOK)
    def custom_fields(self, request: Request, **_: Any) -> Response:
        """The custom fields, by which free times can be filtered."""
        del request
        return _answer(reads.fields(self.get_object(), now()), CustomFieldSerializer)

    @extend_schema(responses=ToldOwner)
    @action(detail=True, permission_classes=LOOK)
    def owner(self, request: Request, **_: Any) -> Response:
        """Whose account it is, in the source's words."""
        del request
        return _answer(reads.owner(self.get_object(), now()), None)

    @extend_schema(parameters=[DaysSerializer], responses=told(OccasionSerializer))
    @action(detail=True, pagination_class=None, permission_classes=LOOK)
    def occasions(self, request: Request, **_: Any) -> Response:
        """What takes place from day to day; with `ref`, one of it with its bookings (404: there is none)."""
        form = DaysSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        given, account = form.validated_data, self.get_object()
        if not given["ref"]:
            return _answer(reads.occasions(account, given["first"], given["last"], now()), OccasionSerializer)
        one = reads.occasion(account, given["ref"], now())
        return _answer(_found(one, "event"), OccasionSerializer)


class BookingReads(GenericViewSet[Booking]):
    """What the source tells now of a booking."""

    queryset = Booking.objects.select_related("account").defer("raw")
    serializer_class: Any = StockSerializer

    @extend_schema(responses=STOCK)
    @action(detail=True, url_path="booked-along", pagination_class=None)
    def booked_along(self, request: Request, **_: Any) -> Response:
        """Things and services of a booking."""
        del request
        return _answer(reads.booked_along(self.get_object(), now()), StockSerializer)

    @extend_schema(responses=INVOICES)
    @action(detail=True, pagination_class=None)
    def invoices(self, request: Request, **_: Any) -> Response:
        """The invoices of a booking."""
        del request
        return _answer(reads.invoices_of(self.get_object(), now()), InvoiceSerializer)


class CustomerReads(GenericViewSet[Customer]):
    """What the source tells now of a customer."""

    queryset = Customer.objects.select_related("account")
    serializer_class: Any = InvoiceSerializer

    @extend_schema(responses=INVOICES)
    @action(detail=True, pagination_class=None)
    def invoices(self, request: Request, **_: Any) -> Response:
        """The invoices of a customer."""
        del request
        return _answer(reads.invoices_of(self.get_object(), now()), InvoiceSerializer)


class ResourceReads(GenericViewSet[Resource]):
    """What the source tells now of what it sells."""

    queryset = Resource.objects.select_related("account")
    serializer_class: Any = OpeningSerializer

    @extend_schema(responses=told(OpeningSerializer, many=False))
    @action(detail=True)
    def opening(self, request: Request, **_: Any) -> Response:
        """When it is open today, and its holidays; a part is open when its whole is (404: it is unknown)."""
        del request
        found = _found(reads.place(self.get_object(), now()), "resource")
        return _answer(found, OpeningSerializer)


def _answer(found: Told[Any], kind: type[serializers.Serializer[Any]] | None) -> Response:
    """What was told, with when; Silent when nothing ever was."""
    if found.at is None:
        raise Silent(found.trouble)
    many = isinstance(found.value, list | tuple)
    value = kind(found.value, many=many).data if kind else found.value
    return Response({"at": found.at, "trouble": found.trouble, "value": value})


def _found(one: Told[Any], what: str) -> Told[Any]:
    if one.at and one.value is None:
        raise exceptions.NotFound(f"The source knows no such {what}.")
    return one


def _query(given: dict[str, Any]) -> FreeQuery:
    conditions = tuple(
        Condition(each["field"], Comparison(each["comparison"]), each["value"])
        for each in given["conditions"]
    )
    hours = given["opens"], given["closes"]
    refs = tuple(given["resources"])
    return FreeQuery(
        given["first"], given["last"], refs, given["duration"], *hours, conditions, given["limit"]
    )


def _slot(day: Any, starts: time, ends: time) -> dict[str, Any]:
    return {"day": day, "starts": starts, "ends": ends}
