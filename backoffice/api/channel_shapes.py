"""What the API tells of channels, and what its acts take."""

from __future__ import annotations

from typing import Any

from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backoffice import roomchannels
from backoffice.api.acts import Reason
from backoffice.api.feeds import FeedSerializer
from backoffice.flow.channels import OPTIONS
from backoffice.models import Block, CalendarPairing, Mode, Scope, VendorAccount
from backoffice.standing import standing


class PairingSerializer(serializers.ModelSerializer[CalendarPairing]):
    """A room's calendar; `standing` is active, not active, paused or waiting, and `why` says why."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    read_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="when this calendar was last read well; null: not yet"
    )
    standing = serializers.SerializerMethodField()
    why = serializers.SerializerMethodField()

    class Meta:
        model = CalendarPairing
        fields = [
            "id",
            "room",
            "account",
            "ref",
            "title",
            "mode",
            "scope",
            "options",
            "activated_at",
            "acknowledged_at",
            "read_at",
            "standing",
            "why",
        ]

    def get_standing(self, row: CalendarPairing) -> str:
        """In a word."""
        return standing(row).word

    def get_why(self, row: CalendarPairing) -> str:
        """In words; "" while it is active."""
        return standing(row).why


class _Direction(Reason):
    mode = serializers.ChoiceField(choices=Mode.choices)
    scope = serializers.ChoiceField(choices=Scope.choices, help_text="how much of a booking an event shows")
    options = serializers.ListField(
        child=serializers.ChoiceField(choices=OPTIONS),
        default=list,
        help_text="which entries block the room as well",
    )


class PairingChange(_Direction):
    """Another direction, scope and options."""


class NewPairing(_Direction):
    """A room and one of the calendars that the account lists."""

    room = serializers.IntegerField(help_text="a room's id")
    account = serializers.SlugField(help_text="a calendar account's slug")
    ref = serializers.CharField(max_length=250, help_text="the calendar's id, as the account lists it")
    acknowledged = serializers.BooleanField(
        default=False, help_text="true: that another room uses the calendar is wanted"
    )


class Leave(Reason):
    """How to leave a calendar."""

    clean = serializers.BooleanField(
        default=True, help_text="true: the events that were written and are to come are taken out"
    )


class Synchronise(Reason):
    """Which way, and all rooms or one."""

    account = serializers.SlugField()
    mode = serializers.ChoiceField(choices=Mode.choices)
    room = serializers.IntegerField(required=False, help_text="a room's id; without it all rooms")


class Started(serializers.Serializer[Any]):
    """How many it concerns."""

    count = serializers.IntegerField()


class CalendarSerializer(serializers.Serializer[Any]):
    """A calendar that an account may see; `timezone` is the one of its whole days."""

    ref = serializers.CharField()
    title = serializers.CharField()
    timezone = serializers.CharField()
    primary = serializers.BooleanField()
    can_write = serializers.BooleanField()


class OfAccount(Reason):
    """Which account's pairings."""

    account = serializers.SlugField(help_text="the account's slug")


class Activated(Started):
    """How many sync from now on, and why the others do not."""

    refused = serializers.ListField(child=serializers.CharField(), help_text="one line per pairing")


class BlockSerializer(serializers.ModelSerializer[Block]):
    """A time at a channel that another channel's booking takes; `reason` says whose, without a guest."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    booking = serializers.IntegerField(source="occurrence.booking_id", read_only=True)

    class Meta:
        model = Block
        fields = [
            "id",
            "booking",
            "occurrence",
            "room",
            "account",
            "resource",
            "pairing",
            "calendar_ref",
            "ref",
            "starts_at",
            "ends_at",
            "state",
            "reason",
            "error",
            "note",
            "said",
            "attempts",
            "next_try_at",
            "created_at",
            "written_at",
            "confirmed_at",
            "ended_at",
        ]


class BlockFilter(FilterSet):
    """By account, room, venue, state, booking and time range (UTC)."""

    account = filters.CharFilter(field_name="account__slug")
    venue = filters.CharFilter(field_name="room__venue__slug")
    booking = filters.NumberFilter(field_name="occurrence__booking")
    ends_after = filters.IsoDateTimeFilter(field_name="ends_at", lookup_expr="gt")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = Block
        fields = ["state", "room", "resource", "pairing", "said"]


class BlockOn(Reason):
    """The accounts on which bookings made elsewhere block a room."""

    accounts = serializers.ListField(child=serializers.SlugField(), help_text="slugs; empty = nowhere")


class SoldSerializer(serializers.Serializer[roomchannels.Sold]):
    """A thing that the room is sold as."""

    resource = serializers.IntegerField(source="resource.pk")
    title = serializers.CharField(source="resource.__str__")
    account = serializers.CharField(source="resource.account.slug")
    can_block = serializers.BooleanField(help_text="whether times can be taken there for other channels")
    blocked = serializers.BooleanField(help_text="whether they are")


class PairedSerializer(serializers.Serializer[roomchannels.Paired]):
    """A calendar of the room and how it does."""

    pairing = PairingSerializer()
    shared_with = serializers.SerializerMethodField()
    read_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(help_text="why it could not be read")
    unwritten = serializers.IntegerField(help_text="events that could not be written so far")

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_shared_with(self, row: roomchannels.Paired) -> list[int]:
        """The other rooms of this calendar, by id."""
        return [room.pk for room in row.others]


class RoomChannelsSerializer(serializers.Serializer[roomchannels.RoomChannels]):
    """All channels of a room; `blocks` are of its own time, `elsewhere` of its parts and wholes."""

    room = serializers.IntegerField(source="room.pk")
    block_on = serializers.ListField(source="room.block_on", child=serializers.CharField())
    part_of = serializers.SerializerMethodField()
    parts = serializers.SerializerMethodField()
    sold = SoldSerializer(many=True)
    calendars = PairedSerializer(many=True)
    feeds = FeedSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    blocks = BlockSerializer(many=True)
    elsewhere = BlockSerializer(many=True)
    more = serializers.BooleanField(help_text="further blocks stand in /blocks/")

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_part_of(self, row: roomchannels.RoomChannels) -> list[int]:
        """What it is a part of, outwards, by id."""
        return [room.pk for room in row.wholes]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_parts(self, row: roomchannels.RoomChannels) -> list[int]:
        """Its parts and theirs, by id."""
        return [room.pk for room in row.parts]
