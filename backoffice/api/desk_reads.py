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

from backoffice.api.permissions import needs
from backoffice.clock import now
from backoffice.flow.desk import reads
from backoffice.flow.desk.reads import Told
from backoffice.models import Booking, Customer, Resource, VendorAccount
from integrations.types import Comparison, Condition, FreeQuery

LOOK = [needs("view_booking")]
LONGEST = 31  # days in one question about free times


class Silent(exceptions.APIException):
    """The source does not answer, and has told nothing before."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


class ConditionSerializer(serializers.Serializer[Any]):
    """A custom field that what is free must have."""

    field = serializers.CharField(max_length=20, help_text="its number, see custom-fields")
    comparison = serializers.ChoiceField([each.value for each in Comparison], default=Comparison.EQUAL.value)
    value = serializers.CharField(max_length=100, default="", allow_blank=True)


class FreeSerializer(serializers.Serializer[Any]):
    """When something is to be free; days and hours are on the account's own clock."""

    first = serializers.DateField()
    last = serializers.DateField()
    resources = serializers.ListField(child=serializers.CharField(), default=list, help_text="none = all")
    duration = serializers.TimeField(default=time(1), help_text="HH:MM")
    opens = serializers.TimeField(required=False, default=None, allow_null=True)
    closes = serializers.TimeField(required=False, default=None, allow_null=True)
    conditions = ConditionSerializer(many=True, default=list)
    limit = serializers.IntegerField(
        min_value=1, max_value=1000, required=False, default=None, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Days in order and not too many."""
        days = (attrs["last"] - attrs["first"]).days
        if days < 0:
            raise serializers.ValidationError({"last": ["The last day is before the first."]})
        if days >= LONGEST:
            raise serializers.ValidationError({"last": [f"At most {LONGEST} days at once."]})
        return attrs


class DaysSerializer(serializers.Serializer[Any]):
    """From a day to a day, on the account's own clock; or one event by its number."""

    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    ref = serializers.CharField(required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either both days, or a number."""
        if not attrs["ref"] and not {"first", "last"} <= attrs.keys():
            raise serializers.ValidationError({"first": ["Say first and last, or ref."]})
        return attrs


class SlotSerializer(serializers.Serializer[Any]):
    """A free time on the account's own clock."""

    day = serializers.DateField()
    starts = serializers.TimeField()
    ends = serializers.TimeField()


class FreePlaceSerializer(serializers.Serializer[Any]):
    """What is free, by the source's number, and when."""

    resource = serializers.CharField()
    slots = SlotSerializer(many=True)


class InvoiceSerializer(serializers.Serializer[Any]):
    """An invoice; labels in the source's language, created_at in UTC."""

    ref = serializers.CharField()
    number = serializers.CharField()
    customer_ref = serializers.CharField()
    booking_refs = serializers.ListField(child=serializers.CharField())
    payment = serializers.CharField(
        help_text="paid, open, void or unknown, by the account's option payment_map"
    )
    payment_label = serializers.CharField()
    status_label = serializers.CharField()
    currency = serializers.CharField()
    total = serializers.DecimalField(max_digits=None, decimal_places=None, allow_null=True)
    rows_total = serializers.DecimalField(max_digits=None, decimal_places=None, allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)


class StockSerializer(serializers.Serializer[Any]):
    """A thing or a service; `quantity` null = not told."""

    ref = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    quantity = serializers.IntegerField(allow_null=True)
    resource_refs = serializers.ListField(child=serializers.CharField())


class CustomFieldSerializer(serializers.Serializer[Any]):
    """A custom field of bookings."""

    ref = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())


class OccasionSerializer(serializers.Serializer[Any]):
    """Something that takes place, on the account's own clock."""

    ref = serializers.CharField()
    title = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    opens = serializers.TimeField(allow_null=True)
    closes = serializers.TimeField(allow_null=True)
    entrance = serializers.TimeField(allow_null=True)
    booking_refs = serializers.ListField(child=serializers.CharField())
    documents = serializers.ListField(child=serializers.CharField())


class OpeningSerializer(serializers.Serializer[Any]):
    """When something is open today, on the account's own clock, and its holidays."""

    open_today = serializers.ListField(child=serializers.ListField(child=serializers.TimeField()))
    holidays = serializers.ListField(child=serializers.ListField())


def told(kind: type[serializers.Serializer[Any]], *, many: bool = True) -> Any:
    """The answer's shape: when it was told (UTC), why it is not newer, and what."""
    name = kind.__name__.removesuffix("Serializer")
    parts = {
        "at": serializers.DateTimeField(help_text="when the source told it"),
        "trouble": serializers.CharField(help_text="why it could not be asked just now; empty = it could"),
        "value": kind(many=many),
    }
    return type(f"Told{name}{'List' if many else ''}", (serializers.Serializer,), parts)


INVOICES, STOCK = told(InvoiceSerializer), told(StockSerializer)


class AccountReads(GenericViewSet[VendorAccount]):
    """What an account tells now, or told last; 503 in words when it tells nothing."""

    queryset = VendorAccount.objects.all()
    lookup_field = "slug"
    serializer_class: Any = StockSerializer

    @extend_schema(request=FreeSerializer, responses=told(FreePlaceSerializer))
    @action(detail=True, methods=["post"], url_path="free-times", permission_classes=LOOK)
    def free_times(self, request: Request, **_: Any) -> Response:
        """Free times by every filter that the source has; nothing is booked or kept."""
        form = FreeSerializer(data=request.data)
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

    @extend_schema(responses=serializers.DictField)
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
