"""Writes at vendors: what staff had done there, and what came of it."""

from __future__ import annotations

from typing import Any

from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice.api.acts import Reason, checked, word
from backoffice.api.permissions import needs
from backoffice.flow import desk
from backoffice.models import VendorAccount, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible

STATUS = {WriteState.DONE: status.HTTP_201_CREATED, WriteState.IN_DOUBT: status.HTTP_202_ACCEPTED}
STATUS[WriteState.ASKED] = status.HTTP_202_ACCEPTED  # sent twice, and the first one has no answer yet


class WriteSerializer(serializers.ModelSerializer[VendorWrite]):
    """One write at a vendor; what was sent is not shown, for it holds the guest's contact."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    author = serializers.CharField(source="author.get_username", default=None, read_only=True)

    class Meta:
        model = VendorWrite
        fields = [
            "id",
            "account",
            "verb",
            "subject",
            "resource",
            "booking",
            "state",
            "text",
            "ref",
            "confirmed",
            "candidates",
            "author",
            "rule",
            "reason",
            "asked_at",
            "settled_at",
        ]


class Settlement(Reason):
    """What staff saw at the vendor."""

    done = serializers.BooleanField(help_text="true: it was done; false: it was not")


class WriteFilter(FilterSet):
    """By account, state, verb, booking, resource and time (UTC)."""

    account = filters.CharFilter(field_name="account__slug")
    after = filters.IsoDateTimeFilter(field_name="asked_at", lookup_expr="gt")
    before = filters.IsoDateTimeFilter(field_name="asked_at", lookup_expr="lt")

    class Meta:
        model = VendorWrite
        fields = ["state", "verb", "booking", "resource"]


class WriteViewSet(ReadOnlyModelViewSet[VendorWrite]):
    """What staff and their rules had vendors do, the newest first."""

    queryset = VendorWrite.objects.select_related("account", "author").defer("asked")
    serializer_class = WriteSerializer
    filterset_class = WriteFilter

    @extend_schema(request=Settlement, responses=WriteSerializer)
    @action(detail=True, methods=["post"], permission_classes=[needs("write_booking")])
    def settle(self, request: Request, **_: Any) -> Response:
        """Say what was seen at the vendor, where nobody knew; 409 when it is known."""
        given = checked(Settlement, request)
        write = desk.settle(self.get_object(), done=given["done"], word=word(request, given))
        return Response(WriteSerializer(write).data)


def answered(write: VendorWrite) -> Response:
    """201 with the write when it was done, 202 when nobody knows; NotPossible (409) in the vendor's words."""
    if write.state == WriteState.REFUSED:
        raise NotPossible(f"{write.account.profile.label} refused: {write.text}")
    return Response(WriteSerializer(write).data, STATUS[WriteState(write.state)])
