"""Messages to guests: what became of each, read out on record, sent again."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice import tasks
from backoffice.api.acts import OVERRULE, Reason, checked, word
from backoffice.api.permissions import needs
from backoffice.flow import overrule
from backoffice.models import Notice


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """A message to a guest without its text and address; times are UTC."""

    class Meta:
        model = Notice
        fields = [
            "id",
            "booking",
            "grant",
            "kind",
            "state",
            "language",
            "due_at",
            "sent_at",
            "attempts",
            "next_try_at",
            "error",
        ]


class Text(serializers.Serializer[Any]):
    """What the guest was told, codes and all."""

    text = serializers.CharField()


class NoticeViewSet(ReadOnlyModelViewSet[Notice]):
    """Messages to guests, the newest first."""

    queryset = Notice.objects.defer("recipient", "subject", "body")
    serializer_class = NoticeSerializer
    filterset_fields = {
        "booking": ["exact"],
        "grant": ["exact"],
        "kind": ["exact"],
        "state": ["exact"],
        "due_at": ["gte", "lte"],
    }

    @extend_schema(request=Reason, responses=Text)
    @action(detail=True, methods=["post"], permission_classes=[needs("reveal_notice")])
    def reveal(self, request: Request, **_: Any) -> Response:
        """What the guest was told; who asked and why goes on record first. 409 while nothing is written."""
        text = overrule.reveal_notice(self.get_object(), word(request, checked(Reason, request)))
        return Response({"text": text}, headers={"Cache-Control": "no-store"})

    @extend_schema(request=Reason, responses=NoticeSerializer)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def retry(self, request: Request, **_: Any) -> Response:
        """Send it again with the next round, which begins now; 409 for one that has not failed."""
        notice = overrule.retry_notice(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        return Response(NoticeSerializer(notice).data)
