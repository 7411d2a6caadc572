"""Grants, issued codes and staff's overrides."""

from __future__ import annotations

from typing import Any

from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice import tasks
from backoffice.api.acts import (
    OVERRULE,
    OpenedOtherwise,
    OverrideSerializer,
    Overrulable,
    Reason,
    checked,
    word,
    written,
)
from backoffice.api.fob_shapes import Done
from backoffice.api.fobs import DESK
from backoffice.api.permissions import needs
from backoffice.flow import overrule, stock
from backoffice.flow.desk import phones
from backoffice.models import AccessGrant, Fob, IssuedCode, Override, VendorAccount
from backoffice.wording import invitation

REVEAL = [needs("reveal_issuedcode")]
MASK = "••••"


class GrantSerializer(serializers.ModelSerializer[AccessGrant]):
    """A decision: who may open which door, when (UTC), and why."""

    booking = serializers.IntegerField(source="occurrence.booking_id", allow_null=True, read_only=True)
    room = serializers.IntegerField(source="occurrence.resource.room_id", allow_null=True, read_only=True)

    class Meta:
        model = AccessGrant
        fields = [
            "id",
            "occurrence",
            "booking",
            "room",
            "door",
            "method",
            "position",
            "starts_at",
            "ends_at",
            "state",
            "reason",
            "conflict",
            "trimmed",
            "decided_at",
        ]


class GrantFilter(FilterSet):
    """By room, door, state, booking and time range (UTC)."""

    room = filters.NumberFilter(field_name="occurrence__resource__room")
    booking = filters.NumberFilter(field_name="occurrence__booking")
    ends_after = filters.IsoDateTimeFilter(field_name="ends_at", lookup_expr="gt")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = AccessGrant
        fields = ["door", "state", "method"]


class Given(Reason):
    """Which fob a guest takes with him."""

    fob = serializers.PrimaryKeyRelatedField[Fob](queryset=Fob.objects.all())


class GrantViewSet(OpenedOtherwise, Overrulable, ReadOnlyModelViewSet[AccessGrant]):
    """Decisions, with staff's word about them."""

    queryset = AccessGrant.objects.select_related("occurrence__resource")
    serializer_class = GrantSerializer
    filterset_class = GrantFilter

    @extend_schema(request=Reason, responses={201: OverrideSerializer})
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def reissue(self, request: Request, **_: Any) -> Response:
        """Issue a new code; the old one stops counting, and lingers where it cannot be withdrawn."""
        return written(overrule.reissue(self.get_object(), word(request, checked(Reason, request))))

    @extend_schema(request=Given, responses=Done)
    @action(detail=True, methods=["post"], permission_classes=DESK, url_path="give-fob")
    def give_fob(self, request: Request, **_: Any) -> Response:
        """The guest takes this fob with him now; it opens in his access window alone. 409 with words."""
        given = checked(Given, request)
        said = stock.give(self.get_object(), given["fob"], word(request, given))
        tasks.follow.delay_on_commit()
        return Response({"message": said})


class CodeSerializer(serializers.ModelSerializer[IssuedCode]):
    """What makes a grant true; its secret is masked, see the reveal action."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    secret = serializers.SerializerMethodField()
    invitation = serializers.SerializerMethodField()

    class Meta:
        model = IssuedCode
        fields = [
            "id",
            "grant",
            "account",
            "door",
            "method",
            "state",
            "known",
            "starts_at",
            "ends_at",
            "early_minutes",
            "late_minutes",
            "due_at",
            "secret",
            "error",
            "reason",
            "issued_at",
            "confirmed_at",
            "seen_at",
            "ended_at",
            "invitation",
            "periods",
            "looked_at",
            "accepted_at",
            "suspended_at",
        ]

    def get_invitation(self, code: IssuedCode) -> str:
        """How far a phone key has come, in words; nothing for other codes."""
        return invitation(code)

    def get_secret(self, code: IssuedCode) -> str:
        """A mask when there is a secret, else nothing."""
        return MASK if code.secret else ""


class Secret(serializers.Serializer[Any]):
    """A code in the clear."""

    secret = serializers.CharField()


class Said(serializers.Serializer[Any]):
    """What an act did, in words."""

    message = serializers.CharField()


class CodeFilter(FilterSet):
    """By account, room, door, state, grant and time range (UTC)."""

    account = filters.CharFilter(field_name="account__slug")
    room = filters.NumberFilter(field_name="grant__occurrence__resource__room")
    booking = filters.NumberFilter(field_name="grant__occurrence__booking")
    ends_after = filters.IsoDateTimeFilter(field_name="ends_at", lookup_expr="gt")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = IssuedCode
        fields = ["door", "state", "method", "grant", "known"]


class CodeViewSet(ReadOnlyModelViewSet[IssuedCode]):
    """Issued codes, masked."""

    queryset = IssuedCode.objects.select_related("account")
    serializer_class = CodeSerializer
    filterset_class = CodeFilter

    @extend_schema(request=Reason, responses=Secret)
    @action(detail=True, methods=["post"], permission_classes=REVEAL)
    def reveal(self, request: Request, **_: Any) -> Response:
        """The secret in the clear; who asked and why goes on record first."""
        secret = overrule.reveal(self.get_object(), word(request, checked(Reason, request)))
        return Response({"secret": secret}, headers={"Cache-Control": "no-store"})

    @extend_schema(request=Reason, responses={201: OverrideSerializer})
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def reissue(self, request: Request, **_: Any) -> Response:
        """A new way in for the grant of this code; the old one stops counting, or lingers."""
        return written(overrule.reissue(self.get_object(), word(request, checked(Reason, request))))

    @extend_schema(request=Reason, responses=Said)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def revoke(self, request: Request, **_: Any) -> Response:
        """Deny the grant until the code ends; the answer says what that does at the door."""
        said = overrule.revoke(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response({"message": said})

    @extend_schema(request=Reason, responses=Said)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def suspend(self, request: Request, **_: Any) -> Response:
        """A phone key opens nothing until it is restored, read back; 409 with words, the vendor's own too."""
        said = phones.suspend(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response({"message": said})

    @extend_schema(request=Reason, responses=Said)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def restore(self, request: Request, **_: Any) -> Response:
        """A suspended phone key opens again in its hours, read back; 409 with words, the vendor's own too."""
        said = phones.restore(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response({"message": said})

    @extend_schema(request=Reason, responses=CodeSerializer)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def retry(self, request: Request, **_: Any) -> Response:
        """Try a failed code again."""
        code = overrule.retry(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response(CodeSerializer(code).data)


class OverrideViewSet(ReadOnlyModelViewSet[Override]):
    """Staff's word, the newest first."""

    queryset = Override.objects.select_related("author")
    serializer_class = OverrideSerializer
    filterset_fields = {"kind": ["exact"], "booking": ["exact"], "door": ["exact"], "lifted_at": ["isnull"]}

    @extend_schema(request=Reason, responses=OverrideSerializer)
    @action(detail=True, methods=["post"], permission_classes=[needs("change_override")])
    def release(self, request: Request, **_: Any) -> Response:
        """Take it back."""
        override = overrule.release(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response(OverrideSerializer(override).data)
