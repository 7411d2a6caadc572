"""What programs have a source do, on a person's word: bookings made, changed, cancelled; customers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from backoffice import tasks
from backoffice.api.acts import Moment, Reason, checked, word
from backoffice.api.bookings import CustomerSerializer
from backoffice.api.desk_orders import (
    BookingChangeSerializer,
    BookingOrderSerializer,
    BookingWithCustomerSerializer,
    CustomerDetailsSerializer,
    order_of,
    save_of,
)
from backoffice.api.permissions import needs
from backoffice.api.writes import WriteSerializer, answered
from backoffice.clock import now
from backoffice.flow.desk import bookings, customers
from backoffice.flow.desk.bookings import Change
from backoffice.models import Booking, Customer, Resource, VendorAccount, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible
from integrations.types import SaveStatus

BOOK, PEOPLE = [needs("write_booking")], [needs("write_customer")]
WRITTEN = {201: WriteSerializer, 202: WriteSerializer}


class SpanSerializer(serializers.Serializer[Any]):
    """One time of a booking (UTC)."""

    starts_at = Moment(help_text="with an offset or Z")
    ends_at = Moment(help_text="with an offset or Z")


class OutlookSerializer(serializers.Serializer[Any]):
    """What a booking would be: its resources (our ids), its times, and what stands against it."""

    resources = serializers.ListField(child=serializers.IntegerField())
    times = SpanSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField())


class AccountDesk(GenericViewSet[VendorAccount]):
    """What can be had done at an account that takes bookings from here; 409 at any other."""

    queryset = VendorAccount.objects.all()
    lookup_field = "slug"
    serializer_class: Any = WriteSerializer

    @extend_schema(request=BookingOrderSerializer, responses=OutlookSerializer)
    @action(detail=True, methods=["post"], url_path="look-at-booking", permission_classes=BOOK)
    def look_at_booking(self, request: Request, **_: Any) -> Response:
        """What a booking would be: nothing is asked of the source. 409 for what cannot be, in words."""
        found = bookings.outlook(self.get_object(), order_of(checked(BookingOrderSerializer, request)), now())
        times = [{"starts_at": starts_at, "ends_at": ends_at} for starts_at, ends_at in found.spans]
        body = {
            "resources": [each.pk for each in found.resources],
            "times": times,
            "warnings": found.warnings,
        }
        return Response(OutlookSerializer(body).data)

    @extend_schema(request=BookingOrderSerializer, responses=WRITTEN)
    @action(detail=True, methods=["post"], url_path="add-booking", permission_classes=BOOK)
    def add_booking(self, request: Request, **_: Any) -> Response:
        """Have a booking made: once, whole days, or a series. Asked for once and read back.

        201 done; 202 nobody knows whether it was done; 409 refused, here or by the source, in words, or
        `doubts` where something stands against it and `all_the_same` is false.
        """
        given = checked(BookingOrderSerializer, request)
        return _end(bookings.add(self.get_object(), order_of(given), word(request, given), **_how(given)))

    @extend_schema(request=BookingWithCustomerSerializer, responses=WRITTEN)
    @action(detail=True, methods=["post"], url_path="save-booking", permission_classes=BOOK)
    def save_booking(self, request: Request, **_: Any) -> Response:
        """Have a booking of one span made together with its customer; answers as add-booking."""
        given = checked(BookingWithCustomerSerializer, request)
        return _end(bookings.save(self.get_object(), save_of(given), word(request, given), **_how(given)))

    @extend_schema(request=CustomerDetailsSerializer, responses=WRITTEN)
    @action(detail=True, methods=["post"], url_path="add-customer", permission_classes=PEOPLE)
    def add_customer(self, request: Request, **_: Any) -> Response:
        """Have a customer added; answers as add-booking. `doubts`: the e-mail address is known there."""
        given = checked(CustomerDetailsSerializer, request)
        fields = given["details"]
        return _end(customers.add(self.get_object(), fields, word(request, given), **_how(given)))


class ChosenBooking(GenericViewSet[Booking]):
    """What can be had done with a booking at its source."""

    queryset = Booking.objects.select_related("account").defer("raw")
    serializer_class: Any = WriteSerializer

    @extend_schema(request=BookingChangeSerializer, responses=WRITTEN)
    @action(detail=True, methods=["post"], url_path="change-at-source", permission_classes=BOOK)
    def change_at_source(self, request: Request, **_: Any) -> Response:
        """Have a booking of one span put somewhere else; 409 for one of several, answers as add-booking."""
        booking, given = self.get_object(), checked(BookingChangeSerializer, request)
        resource = Resource.objects.filter(account=booking.account, pk=given["resource"]).first()
        if resource is None:
            raise NotPossible(f"{booking.account} sells nothing with that id.")
        to = Change(resource, given["starts_at"], given["ends_at"], SaveStatus(given["source_status"]))
        return _end(bookings.change(booking, to, word(request, given), **_how(given)))

    @extend_schema(request=Reason, responses=WRITTEN)
    @action(detail=True, methods=["post"], url_path="cancel-at-source", permission_classes=BOOK)
    def cancel_at_source(self, request: Request, **_: Any) -> Response:
        """Have a booking cancelled with all of its times; 409 when it is gone, answers as add-booking."""
        return _end(bookings.cancel(self.get_object(), word(request, checked(Reason, request))))


class CustomerViewSet(ReadOnlyModelViewSet[Customer]):
    """Who booked, and what can be had done for them at their source."""

    queryset = Customer.objects.select_related("account")
    serializer_class = CustomerSerializer
    filterset_fields = ["account__slug", "ref"]

    @extend_schema(request=CustomerDetailsSerializer, responses=WRITTEN)
    @action(detail=True, methods=["post"], url_path="edit-at-source", permission_classes=PEOPLE)
    def edit_at_source(self, request: Request, **_: Any) -> Response:
        """Have the fields changed that are named; answers as add-booking."""
        given = checked(CustomerDetailsSerializer, request)
        customer, fields = self.get_object(), given["details"]
        return _end(customers.edit(customer, fields, word(request, given), key=given["key"]))

    @extend_schema(request=CustomerDetailsSerializer, responses=WRITTEN)
    @action(detail=True, methods=["post"], url_path="add-address", permission_classes=PEOPLE)
    def add_address(self, request: Request, **_: Any) -> Response:
        """Have an address added, which the source shows to nobody; answers as add-booking."""
        given = checked(CustomerDetailsSerializer, request)
        customer, fields = self.get_object(), given["details"]
        return _end(customers.add_address(customer, fields, word(request, given), key=given["key"]))


def _how(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("key", "all_the_same")}


def _end(write: VendorWrite) -> Response:
    """Mirrored at once, then answered."""
    if write.state != WriteState.ASKED:
        tasks.take_over(write)
    return answered(write)
