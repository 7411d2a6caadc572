"""Budgets of paid calls through the API: how they stand, what was bought, every call."""

from __future__ import annotations

from typing import Any

from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from backoffice import outlook, tasks
from backoffice.api.acts import Reason, checked, word
from backoffice.api.permissions import needs
from backoffice.clock import now
from backoffice.flow.desk import calls
from backoffice.models import BoltOn, PaidCall, VendorAccount
from backoffice.outlook import Outlook

BUY = [needs("add_bolton")]


class BudgetSerializer(serializers.Serializer[Any]):
    """One counter of paid calls in this month (UTC). `ends_on` null: it lasts the month, as things are."""

    counter = serializers.CharField()
    used = serializers.IntegerField()
    plan = serializers.IntegerField(help_text="calls of the plan")
    bought = serializers.IntegerField(help_text="calls bought on top of it this month")
    quota = serializers.IntegerField(help_text="both together")
    reserve = serializers.IntegerField(help_text="of those left, kept for guests of the next hours")
    left = serializers.IntegerField()
    stopped = serializers.CharField(help_text="the vendor's word that the calls are spent, else empty")
    waiting = serializers.IntegerField(help_text="codes that are due and wait for it")
    expected = serializers.IntegerField(help_text="calls from today to the end of the month")
    ends_on = serializers.DateField(allow_null=True)
    ahead_quota = serializers.IntegerField(help_text="calls of the coming month, with those bought for it")
    ahead_expected = serializers.IntegerField(help_text="calls that are booked for the coming month already")
    ahead_ends_on = serializers.DateField(allow_null=True, help_text="null: the coming month has enough")
    forecast = serializers.CharField(help_text="the same in a sentence")


class Bought(Reason):
    """Calls bought on top of a month's plan."""

    counter = serializers.CharField(max_length=20)
    calls = serializers.IntegerField(min_value=1)
    month = serializers.DateField(
        required=False, default=None, help_text="any day of it; this month if left out"
    )


class Counter(Reason):
    """One counter of paid calls."""

    counter = serializers.CharField(max_length=20)


class BoltOnSerializer(serializers.ModelSerializer[BoltOn]):
    """Calls bought, by whom and why."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    author = serializers.CharField(source="author.get_username", read_only=True)

    class Meta:
        model = BoltOn
        fields = ["id", "account", "counter", "month", "calls", "reason", "author", "bought_at"]
        read_only_fields = fields


class BoltOnViewSet(ReadOnlyModelViewSet[BoltOn]):
    """Calls bought on top of plans, the newest first."""

    queryset = BoltOn.objects.select_related("account", "author")
    serializer_class = BoltOnSerializer
    filterset_fields = {"account__slug": ["exact"], "counter": ["exact"], "month": ["exact"]}


class PaidCallSerializer(serializers.ModelSerializer[PaidCall]):
    """One paid call; its subject holds no secret."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)

    class Meta:
        model = PaidCall
        fields = ["id", "account", "counter", "month", "at", "calls", "subject"]


class PaidCallFilter(FilterSet):
    """By account, counter, month and time (UTC)."""

    account = filters.CharFilter(field_name="account__slug")
    after = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gt")

    class Meta:
        model = PaidCall
        fields = ["counter", "month"]


class PaidCallViewSet(ReadOnlyModelViewSet[PaidCall]):
    """Every paid call, the newest first: the only record there is, for the vendor keeps none."""

    queryset = PaidCall.objects.select_related("account")
    serializer_class = PaidCallSerializer
    filterset_class = PaidCallFilter


class Budgeted(GenericViewSet[Any]):
    """The budgets of an account, and staff's word about them."""

    @extend_schema(responses=BudgetSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def budgets(self, request: Request, **_: Any) -> Response:
        """The paid calls of this month (UTC), per counter, and how long they last."""
        del request
        return Response(BudgetSerializer(_rows(self.get_object()), many=True).data)

    @extend_schema(request=Bought, responses={201: BoltOnSerializer})
    @action(detail=True, methods=["post"], permission_classes=BUY, url_path="buy-calls")
    def buy_calls(self, request: Request, **_: Any) -> Response:
        """Enter calls bought for a month; codes that wait for them are asked for at once. 409 with words."""
        given = checked(Bought, request)
        said = word(request, given)
        bought = calls.buy(self.get_object(), given["counter"], given["calls"], given["month"], said)
        tasks.follow.delay_on_commit()
        return Response(BoltOnSerializer(bought).data, status.HTTP_201_CREATED)

    @extend_schema(request=Counter, responses=BudgetSerializer(many=True))
    @action(detail=True, methods=["post"], permission_classes=BUY, url_path="ask-again")
    def ask_again(self, request: Request, **_: Any) -> Response:
        """Ask a vendor again that has said that the month's calls are spent (C-C12); 409 when it has not."""
        given, account = checked(Counter, request), self.get_object()
        calls.ask_again(account, given["counter"], word(request, given))
        tasks.follow.delay_on_commit()
        return Response(BudgetSerializer(_rows(account), many=True).data)


def _rows(account: VendorAccount) -> list[dict[str, Any]]:
    return [_row(one) for one in outlook.outlooks(account, now())]


def _row(one: Outlook) -> dict[str, Any]:
    budget = one.budget
    names = ("used", "plan", "bought", "quota", "reserve", "left", "stopped")
    return {
        "counter": one.counter,
        **{name: getattr(budget, name) for name in names},
        "waiting": one.waiting,
        "expected": one.forecast.expected,
        "ends_on": one.forecast.ends_on,
        "ahead_quota": one.ahead_quota,
        "ahead_expected": one.ahead.expected,
        "ahead_ends_on": one.ahead.ends_on,
        "forecast": one.sentence,
    }
