"""What the API tells of a conflict: both sides, what each guest was told, each door and who may open it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backoffice.api.notices import NoticeSerializer
from backoffice.models import AccessGrant, Conflict, Door, IssuedCode, Notice, Occurrence
from backoffice.states import LIVE_GRANTS, CodeState, NoticeState

SIDES = ("first", "second")
_STANDING = (
    AccessGrant.objects.filter(state__in=LIVE_GRANTS).select_related("door").order_by("position", "pk")
)
_OPENING = IssuedCode.objects.exclude(state__in=(CodeState.REVOKED, CodeState.EXPIRED)).order_by("pk")
_TOLD = Notice.objects.exclude(state=NoticeState.DROPPED).defer("recipient", "subject", "body")
BOTH_SIDES = tuple(
    one
    for side in SIDES
    for one in (
        Prefetch(f"{side}__grants", _STANDING, to_attr="decided"),
        Prefetch(f"{side}__decided__codes", _OPENING.defer("secret"), to_attr="open"),
        Prefetch(f"{side}__booking__notices", _TOLD.order_by("due_at", "pk"), to_attr="told"),
    )
)


class SideSerializer(serializers.ModelSerializer[Occurrence]):
    """One of the two: an occurrence, its booking, where that was made, and what the guest was told when."""

    account = serializers.CharField(source="booking.account.slug", read_only=True)
    ref = serializers.CharField(source="booking.ref", read_only=True)
    status = serializers.CharField(source="booking.status", read_only=True)
    room = serializers.IntegerField(source="resource.room_id", allow_null=True, read_only=True)
    told = NoticeSerializer(
        source="booking.told", many=True, read_only=True, help_text="messages that were sent or are to be"
    )

    class Meta:
        model = Occurrence
        fields = ["id", "booking", "account", "ref", "status", "room", "starts_at", "ends_at", "told"]


class CodeOfSide(serializers.ModelSerializer[IssuedCode]):
    """A way in without its secret; its times are when it really opens (UTC)."""

    class Meta:
        model = IssuedCode
        fields = ["id", "method", "state", "known", "starts_at", "ends_at", "error"]


class DecisionOfSide(serializers.ModelSerializer[AccessGrant]):
    """How one side stands at a door: when it may open it (UTC), why, and by which ways in."""

    codes = CodeOfSide(source="open", many=True, read_only=True)

    class Meta:
        model = AccessGrant
        fields = ["id", "method", "state", "reason", "trimmed", "starts_at", "ends_at", "codes"]


class DoorOfBoth(serializers.Serializer[Any]):
    """A door that either side is to open; null: that side has nothing to do with it."""

    door = serializers.IntegerField(help_text="its id")
    name = serializers.CharField()
    shared = serializers.BooleanField(help_text="whether both sides are to open it")
    first = DecisionOfSide(allow_null=True)
    second = DecisionOfSide(allow_null=True)


class ConflictSerializer(serializers.ModelSerializer[Conflict]):
    """Two who have one room, or one door, at one time (UTC); `text` says who and what to do."""

    first = SideSerializer(read_only=True)
    second = SideSerializer(read_only=True)
    doors = serializers.SerializerMethodField()
    accepted_by = serializers.CharField(source="accepted_by.get_username", default=None, read_only=True)

    class Meta:
        model = Conflict
        fields = [
            "id",
            "kind",
            "state",
            "text",
            "room",
            "door",
            "first",
            "second",
            "doors",
            "first_grant",
            "second_grant",
            "starts_at",
            "ends_at",
            "opened_at",
            "closed_at",
            "accepted_by",
            "accepted_at",
            "accepted_reason",
        ]

    @extend_schema_field(DoorOfBoth(many=True))
    def get_doors(self, row: Conflict) -> Any:
        """The doors that it is about, each with how both sides stand there."""
        found = {side: {each.door: each for each in getattr(row, side).decided} for side in SIDES}
        doors: dict[Door, None] = dict.fromkeys(door for side in SIDES for door in found[side])
        return DoorOfBoth([_at(door, found) for door in doors], many=True).data


def _at(door: Door, found: dict[str, dict[Door, AccessGrant]]) -> dict[str, Any]:
    both = {side: found[side].get(door) for side in SIDES}
    return {"door": door.pk, "name": door.name, "shared": all(both.values()), **both}


class Reopened(ConflictSerializer):
    """A conflict that is open again; `message` says who is no longer denied or trimmed."""

    message = serializers.CharField(read_only=True)

    class Meta(ConflictSerializer.Meta):
        fields = [*ConflictSerializer.Meta.fields, "message"]
