"""What programs send to have a source book something: when, what, for whom, as the order it becomes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from backoffice.api.acts import Moment, Reason
from integrations.types import (
    AddOrder,
    Daily,
    Hours,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Rule,
    SaveOrder,
    SaveStatus,
    Series,
    Weekly,
    WholeDays,
    Yearly,
)

KINDS = ("once", "days", "daily", "weekly", "monthly_by_day", "monthly_by_weekday", "yearly")
NEEDS = {
    "once": ("starts_at", "ends_at"),
    "days": ("first", "last"),
    "daily": ("first", "last"),
    "weekly": ("first", "last", "days"),
    "monthly_by_day": ("first", "last", "day"),
    "monthly_by_weekday": ("first", "last", "week", "weekday"),
    "yearly": ("first", "last", "day", "month"),
}
SAID = (
    "title",
    "comment",
    "internal_comment",
    "color",
    "season_ref",
    "request",
    "in_entrance_hall",
    "hidden",
)


def _counts() -> serializers.DictField:
    """Quantities by main resource and thing."""
    number = serializers.IntegerField(min_value=1)
    return serializers.DictField(child=serializers.DictField(child=number), default=dict)


class Asking(Reason):
    """What every write at a source takes."""

    key = serializers.CharField(
        max_length=64,
        default="",
        help_text="yours, of this request: sent again, it gets what came of the first",
    )
    all_the_same = serializers.BooleanField(
        default=False,
        help_text="do it though something stands against it: the room is taken, the time is over",
    )


class WeekdaySerializer(serializers.Serializer[Any]):
    """A day of the week, with hours of its own; without any, the whole day."""

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 = Monday")
    starts = serializers.TimeField(required=False, allow_null=True, default=None)
    ends = serializers.TimeField(required=False, allow_null=True, default=None)


class WhenSerializer(serializers.Serializer[Any]):
    """When: once by instants, else by days and hours on the account's own clock."""

    kind = serializers.ChoiceField(KINDS)
    starts_at = Moment(required=False, help_text="once: with an offset or Z")
    ends_at = Moment(required=False, help_text="once: with an offset or Z")
    first = serializers.DateField(required=False, help_text="first day, included")
    last = serializers.DateField(required=False, help_text="last day, included")
    starts = serializers.TimeField(
        required=False, allow_null=True, default=None, help_text="none: whole days"
    )
    ends = serializers.TimeField(required=False, allow_null=True, default=None, help_text="00:00 = midnight")
    days = WeekdaySerializer(many=True, required=False, help_text="weekly: which days")
    every = serializers.IntegerField(min_value=1, max_value=12, default=1, help_text="each nth week or month")
    day = serializers.IntegerField(min_value=1, max_value=31, required=False, help_text="of the month")
    month = serializers.IntegerField(min_value=1, max_value=12, required=False, help_text="yearly")
    week = serializers.IntegerField(min_value=1, max_value=5, required=False, help_text="the nth weekday")
    weekday = serializers.IntegerField(min_value=0, max_value=6, required=False, help_text="0 = Monday")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the kind needs is there."""
        missing = [name for name in NEEDS[attrs["kind"]] if attrs.get(name) is None]
        if missing:
            raise serializers.ValidationError(
                {name: ["A booking of this kind needs it."] for name in missing}
            )
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "a third of the hall, each Tuesday",
            {
                "resource": "70",
                "parts": {"70": ["71"]},
                "customer": "4711",
                "when": {
                    "kind": "weekly",
                    "first": "2026-03-10",
                    "last": "2026-06-30",
                    "days": [{"weekday": 1, "starts": "18:00", "ends": "20:00"}],
                },
                "reason": "the choir's term",
                "key": "choir-2026-spring",
            },
            request_only=True,
        )
    ]
)
class BookingOrderSerializer(Asking):
    """A booking of any kind; things are named by the source's own numbers."""

    resource = serializers.CharField(max_length=100, help_text="number of the main resource at the source")
    parts = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        default=dict,
        help_text="of each main resource the parts; none = all of it",
    )
    when = WhenSerializer()
    request = serializers.BooleanField(default=False, help_text="it waits for approval at the source")
    customer = serializers.CharField(max_length=100, default="", help_text="their number at the source")
    persons = serializers.ListField(child=serializers.CharField(), default=list)
    title = serializers.CharField(max_length=250, default="", allow_blank=True)
    comment = serializers.CharField(max_length=2000, default="", allow_blank=True, help_text="public")
    internal_comment = serializers.CharField(max_length=2000, default="", allow_blank=True)
    color = serializers.RegexField(r"^(#[0-9a-fA-F]{6})?$", default="", help_text="#ff0000")
    season_ref = serializers.CharField(max_length=20, default="")
    in_entrance_hall = serializers.BooleanField(default=False)
    hidden = serializers.BooleanField(default=False)
    custom_fields = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        default=dict,
        help_text="values of custom fields by main resource and field",
    )
    inventory = _counts()
    services = _counts()


class BookingWithCustomerSerializer(Asking):
    """A booking of one span, with who it is for."""

    resource = serializers.CharField(max_length=100, help_text="number of the resource or part at the source")
    starts_at = Moment(help_text="with an offset or Z")
    ends_at = Moment(help_text="with an offset or Z")
    source_status = serializers.ChoiceField(
        [status.value for status in SaveStatus][:3], default=SaveStatus.LIVE.value
    )
    customer = serializers.DictField(
        child=serializers.CharField(max_length=250),
        default=dict,
        help_text="first_name, last_name, email, company, salutation, street, zip, phone, city",
    )


class BookingChangeSerializer(Asking):
    """What a booking of one span is to be instead."""

    resource = serializers.IntegerField(help_text="our id of the resource or part")
    starts_at = Moment(help_text="with an offset or Z")
    ends_at = Moment(help_text="with an offset or Z")
    source_status = serializers.ChoiceField(
        [status.value for status in SaveStatus][:3], default=SaveStatus.LIVE.value
    )


class CustomerDetailsSerializer(Asking):
    """A customer's fields, or an address's, by the source's own names."""

    details = serializers.DictField(
        child=serializers.CharField(max_length=2000, allow_blank=True),
        help_text="first_name, last_name, company_name, email, phone, street, zip …; what is not named stays",
    )


def order_of(given: dict[str, Any]) -> AddOrder:
    """The order that a checked body asks for."""
    return AddOrder(
        resource_ref=given["resource"],
        when=when_of(given["when"]),
        customer_ref=given["customer"],
        person_refs=tuple(given["persons"]),
        parts=given["parts"],
        fields=given["custom_fields"],
        inventory=given["inventory"],
        services=given["services"],
        **{name: given[name] for name in SAID},
    )


def save_of(given: dict[str, Any]) -> SaveOrder:
    """The new booking with its customer that a checked body asks for."""
    return SaveOrder(
        given["resource"],
        given["starts_at"],
        given["ends_at"],
        SaveStatus(given["source_status"]),
        customer=given["customer"],
    )


def when_of(given: dict[str, Any]) -> Once | WholeDays | Series:
    """When a checked body says."""
    if given["kind"] == "once":
        return Once(given["starts_at"], given["ends_at"])
    if given["kind"] == "days":
        return WholeDays(given["first"], given["last"])
    return Series(given["first"], given["last"], _rule(given))


def _rule(given: dict[str, Any]) -> Rule:
    kind, hours, every = given["kind"], Hours(given["starts"], given["ends"]), given["every"]
    if kind == "daily":
        return Daily(hours)
    if kind == "weekly":
        days = ((each["weekday"], Hours(each["starts"], each["ends"])) for each in given["days"])
        return Weekly(tuple((n, own if own != Hours() else hours) for n, own in days), every)
    if kind == "monthly_by_day":
        return MonthlyByDay(given["day"], hours, every)
    if kind == "monthly_by_weekday":
        return MonthlyByWeekday(given["week"], given["weekday"], hours, every)
    return Yearly(given["day"], given["month"], hours)
