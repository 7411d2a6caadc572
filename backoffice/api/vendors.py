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
from backoffice.api.acts import Reason, checked, word
from backoffice.api.budgets import Budgeted
from backoffice.api.permissions import needs
from backoffice.api.site import Sited
from backoffice.flow import overrule
from backoffice.flow.desk import trial
from backoffice.models import SyncRun, VendorAccount

REFRESH = [needs("refresh_vendoraccount")]


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
        """Use a stopped account again; 409 when it is not stopped."""
        account = overrule.resume(self.get_object(), word(request, checked(Reason, request)))
        tasks.refresh_account.delay_on_commit(account.pk)
        return Response(AccountSerializer(account).data)

    @extend_schema(request=Reason, responses=Tried)
    @action(detail=True, methods=["post"], permission_classes=REFRESH, url_path="try")
    def try_out(self, request: Request, **_: Any) -> Response:
        """Ask the vendor whether the connection works, and whose it is; 409 in its words when it does not."""
        said = trial.try_out(self.get_object(), word(request, checked(Reason, request)))
        return Response({"message": said})


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
