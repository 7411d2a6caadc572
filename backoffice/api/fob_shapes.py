"""What the acts on fobs take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backoffice.api.acts import Moment, OverrideSerializer, Reason
from backoffice.models import Door, Fob, VendorAccount, Venue


class Done(serializers.Serializer[Any]):
    """What an act did, in words."""

    message = serializers.CharField()


class Lies(Reason):
    """Where a fob lies; null: at no one venue."""

    venue = serializers.PrimaryKeyRelatedField[Venue](queryset=Venue.objects.all(), allow_null=True)


class Swapped(Reason):
    """What a guest gets for the fob that he brings back."""

    other = serializers.PrimaryKeyRelatedField[Fob](queryset=Fob.objects.all())
    broken = serializers.BooleanField(
        default=True, help_text="the old one is lent to nobody until it is said to be repaired"
    )


class Lent(Reason):
    """To whom a fob is lent without a booking, for which door and until when."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(required=False, default="")
    door = serializers.PrimaryKeyRelatedField[Door](queryset=Door.objects.all())
    until = Moment(help_text="with an offset or Z; within a year")


class LentFob(serializers.ModelSerializer[Fob]):
    """Which fob it is, so that this one is handed over."""

    class Meta:
        model = Fob
        fields = ["id", "name", "card_number"]
        read_only_fields = fields


class PromisedSerializer(OverrideSerializer):
    """Staff's word, with the fob that it promises, who has it, and from when to when (UTC)."""

    fob = LentFob(read_only=True)
    name = serializers.CharField(source="person_name", read_only=True)

    class Meta(OverrideSerializer.Meta):
        fields = [*OverrideSerializer.Meta.fields, "fob", "name"]
        read_only_fields = fields


class NewFob(serializers.Serializer[Any]):
    """A fob to be put into stock."""

    card_number = serializers.CharField(max_length=12, help_text="digits, as printed on it")
    name = serializers.CharField(max_length=100)


class NewFobs(Reason):
    """Fobs to be put into stock at an account's vendor."""

    account = serializers.SlugRelatedField[VendorAccount](
        slug_field="slug", queryset=VendorAccount.objects.all()
    )
    fobs = NewFob(many=True, allow_empty=False)
