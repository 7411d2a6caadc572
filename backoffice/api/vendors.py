"""Accounts, their readings and webhook messages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice import tasks
from backoffice.api.acts import OVERRULE, Reason, checked, word
from backoffice.api.budgets import Budgeted
from backoffice.api.permissions import needs
from backoffice.api.site import Sited
from backoffice.flow import overrule
from backoffice.flow.desk import trial
from backoffice.models import SyncRun, VendorAccount, WebhookMessage

REFRESH = [needs("refresh_vendoraccount")]
KEEP = [needs("change_vendoraccount")]


class AccountSerializer(serializers.ModelSerializer[VendorAccount]):
    """An account without its secrets."""

    class Meta:
        model = VendorAccount
        fields = [
            "id",
            "slug",
            "vendor",
            "base_url",
            "timezone",
            "enabled",
            "poll_minutes",
            "lookback_days",
            "horizon_days",
            "stopped_at",
            "stopped_reason",
        ]


class Refresh(serializers.Serializer[Any]):
    """Why, where there is more to say than that a program asked."""

    reason = serializers.CharField(max_length=1000, default="asked by a program")


class Queued(serializers.Serializer[Any]):
    """What was woken up."""

    queued = serializers.BooleanField(default=True)


class Tried(serializers.Serializer[Any]):
    """Whose connection it is, in words."""

    message = serializers.CharField()


class AccountViewSet(Budgeted, Sited, ReadOnlyModelViewSet[VendorAccount]):
    """Accounts at vendors, by slug; secrets are never shown."""

    queryset = VendorAccount.objects.all()
    serializer_class = AccountSerializer
    lookup_field = "slug"
    filterset_fields = ["vendor", "enabled"]

    @extend_schema(request=Refresh, responses={202: Queued})
    @action(detail=True, methods=["post"], permission_classes=REFRESH)
    def refresh(self, request: Request, **_: Any) -> Response:
        """Read the whole account now, in the background; 409 when it is stopped or off."""
        account = overrule.refresh(self.get_object(), word(request, checked(Refresh, request)))
        tasks.refresh_account.delay_on_commit(account.pk, full=True)
        return Response({"queued": True}, status.HTTP_202_ACCEPTED)

    @extend_schema(request=Reason, responses=AccountSerializer)
    @action(detail=True, methods=["post"], permission_classes=REFRESH)
    def resume(self, request: Request, **_: Any) -> Response:
        """Use a stopped account again and read it whole, in the background; 409 when it is not stopped."""
        account = overrule.resume(self.get_object(), word(request, checked(Reason, request)))
        tasks.refresh_account.delay_on_commit(account.pk, full=True)
        return Response(AccountSerializer(account).data)

    @extend_schema(request=Reason, responses=Tried)
    @action(detail=True, methods=["post"], permission_classes=REFRESH, url_path="try")
    def try_out(self, request: Request, **_: Any) -> Response:
        """Ask the vendor whether the connection works, and whose it is; 409 in its words when it does not."""
        said = trial.try_out(self.get_object(), word(request, checked(Reason, request)))
        return Response({"message": said})

    @extend_schema(request=Reason, responses={202: Queued})
    @action(detail=True, methods=["post"], permission_classes=KEEP, url_path="accept-loss")
    def accept_loss(self, request: Request, **_: Any) -> Response:
        """All that the last reading missed counts as gone, and those guests lose their access.

        The account is read again, whole, in the background. 409 unless the last reading was stopped because
        it missed too much.
        """
        account = self.get_object()
        overrule.accept_loss(account, word(request, checked(Reason, request)))
        tasks.refresh_account.delay_on_commit(account.pk, full=True, accept_loss=True)
        return Response({"queued": True}, status.HTTP_202_ACCEPTED)


class SyncRunSerializer(serializers.ModelSerializer[SyncRun]):
    """One reading of one account."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)

    class Meta:
        model = SyncRun
        fields = [
            "id",
            "account",
            "kind",
            "state",
            "started_at",
            "finished_at",
            "seen",
            "created",
            "updated",
            "gone",
            "rejected",
            "error",
        ]


class SyncRunViewSet(ReadOnlyModelViewSet[SyncRun]):
    """Readings of accounts, the newest first."""

    queryset = SyncRun.objects.select_related("account")
    serializer_class = SyncRunSerializer
    filterset_fields = {"account__slug": ["exact"], "state": ["exact"], "started_at": ["gte", "lte"]}


class MessageSerializer(serializers.ModelSerializer[WebhookMessage]):
    """A vendor's hint that something changed, without what was in it; times are UTC."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)

    class Meta:
        model = WebhookMessage
        fields = [
            "id",
            "account",
            "ref",
            "state",
            "action",
            "resource_ref",
            "booking_ref",
            "received_at",
            "applied_at",
            "acknowledged_at",
            "attempts",
            "next_try_at",
            "error",
        ]


class MessageViewSet(ReadOnlyModelViewSet[WebhookMessage]):
    """Webhook messages, the newest first."""

    queryset = WebhookMessage.objects.select_related("account").defer("raw")
    serializer_class = MessageSerializer
    filterset_fields = {
        "account__slug": ["exact"],
        "state": ["exact"],
        "booking_ref": ["exact"],
        "received_at": ["gte", "lte"],
    }

    @extend_schema(request=Reason, responses=MessageSerializer)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def retry(self, request: Request, **_: Any) -> Response:
        """Open a failed message again: it is fetched from the vendor now; 409 for one that has not failed."""
        message = overrule.retry_message(self.get_object(), word(request, checked(Reason, request)))
        tasks.process_message.delay_on_commit(message.pk)
        return Response(MessageSerializer(message).data)
