"""The shapes of what sources tell now, and of the questions about it."""

from __future__ import annotations

from datetime import time
from typing import Any

from rest_framework import serializers

from integrations.types import Comparison

LONGEST = 31  # days in one question about free times


class ConditionSerializer(serializers.Serializer[Any]):
    """A custom field that what is free must have."""

    field = serializers.CharField(max_length=20, help_text="its number, see custom-fields")
    comparison = serializers.ChoiceField([each.value for each in Comparison], default=Comparison.EQUAL.value)
    value = serializers.CharField(max_length=100, default="", allow_blank=True)


class FreeQuerySerializer(serializers.Serializer[Any]):
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


class FreeSlotSerializer(serializers.Serializer[Any]):
    """A free time on the account's own clock."""

    day = serializers.DateField()
    starts = serializers.TimeField()
    ends = serializers.TimeField()


class FreePlaceSerializer(serializers.Serializer[Any]):
    """What is free, by the source's number, and when."""

    resource = serializers.CharField()
    slots = FreeSlotSerializer(many=True)


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


class ToldOwner(serializers.Serializer[Any]):
    """Whose account it is, by the source's own names."""

    at = serializers.DateTimeField(help_text="when the source told it")
    trouble = serializers.CharField(help_text="why it could not be asked just now; empty = it could")
    value = serializers.DictField(child=serializers.CharField())
