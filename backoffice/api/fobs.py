"""Fobs: where each is, and what staff do with it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from backoffice import pools, tasks
from backoffice.api.acts import OVERRULE, Reason, checked, word, written
from backoffice.api.fob_shapes import Done, Lent, Lies, NewFobs, PromisedSerializer, Swapped
from backoffice.api.permissions import needs
from backoffice.api.writes import WriteSerializer
from backoffice.clock import now
from backoffice.flow import overrule, stock
from backoffice.flow.desk import fobs
from backoffice.models import Fob, FobLoan, VendorAccount

DESK = [needs("change_fobloan")]
KEEPER = [needs("change_fob")]


class LoanSerializer(serializers.ModelSerializer[FobLoan]):
    """One fob with one guest for a time (UTC); `returned_at` null: it is not back."""

    booking = serializers.IntegerField(source="grant.occurrence.booking_id", default=None, read_only=True)
    state = serializers.CharField(
        source="code.state", default="", read_only=True, help_text="of the code that it makes true"
    )

    class Meta:
        model = FobLoan
        fields = [
            "id",
            "fob",
            "grant",
            "code",
            "booking",
            "state",
            "starts_at",
            "ends_at",
            "handed_at",
            "returned_at",
        ]
        read_only_fields = fields


class Since(serializers.DateTimeField):
    """Since when a fob is lost, or `broken` (UTC); null for one that is not."""

    def __init__(self, *, broken: bool, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)
        self._broken = broken

    def get_attribute(self, instance: Any) -> Any:
        """The instant, of a fob that is out of use for this."""
        return instance.lost_at if instance.broken == self._broken else None


class FobSerializer(serializers.ModelSerializer[Fob]):
    """A fob as its vendor lists it, where it lies, and its loan (null: in stock)."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    lost_at = Since(broken=False)
    broken_at = Since(broken=True)
    loan = serializers.SerializerMethodField()

    class Meta:
        model = Fob
        fields = [
            "id",
            "account",
            "ref",
            "name",
            "card_number",
            "venue",
            "enabled",
            "lost_at",
            "broken_at",
            "lost_reason",
            "shut_at",
            "gone_at",
            "loan",
        ]
        read_only_fields = fields
        extra_kwargs = {"lost_reason": {"help_text": "why it counts as lost or broken"}}

    @extend_schema_field(LoanSerializer(allow_null=True))
    def get_loan(self, fob: Fob) -> Any:
        """The loan that the fob is out for or promised to."""
        loans = [one for one in fob.loans.all() if one.returned_at is None]
        current = next((one for one in loans if one.ends_at > now() or pools.is_out(one)), None)
        return LoanSerializer(current).data if current else None


class LoanFilter(FilterSet):
    """By fob, account, door, booking and time range (UTC); `open`: not back yet."""

    account = filters.CharFilter(field_name="fob__account__slug")
    door = filters.NumberFilter(field_name="grant__door")
    booking = filters.NumberFilter(field_name="grant__occurrence__booking")
    open = filters.BooleanFilter(field_name="returned_at", lookup_expr="isnull")
    ends_after = filters.IsoDateTimeFilter(field_name="ends_at", lookup_expr="gt")

    class Meta:
        model = FobLoan
        fields = ["fob"]


class LoanViewSet(ReadOnlyModelViewSet[FobLoan]):
    """Who had which fob when, the newest first."""

    queryset = FobLoan.objects.select_related("code", "grant__occurrence").defer("code__secret")
    serializer_class = LoanSerializer
    filterset_class = LoanFilter


class FobFilter(FilterSet):
    """By account, venue, card number; whether lost, broken, gone."""

    lost_at__isnull = filters.BooleanFilter(method="in_use_or", label="not lost")
    broken_at__isnull = filters.BooleanFilter(method="in_use_or", label="not broken")

    class Meta:
        model = Fob
        fields = {
            "account__slug": ["exact"],
            "venue": ["exact", "isnull"],
            "card_number": ["exact"],
            "gone_at": ["isnull"],
        }

    def in_use_or(self, rows: QuerySet[Fob], name: str, value: bool) -> QuerySet[Fob]:  # noqa: FBT001 django-filter's
        """Fobs that are lost, or broken; or all the others."""
        wanted = Q(lost_at__isnull=False, broken=name.startswith("broken"))
        return rows.exclude(wanted) if value else rows.filter(wanted)


class FobViewSet(ReadOnlyModelViewSet[Fob]):
    """Fobs; 409 with words where an act cannot be done."""

    queryset = pools.with_loans(Fob.objects.order_by("account", "ref"))
    serializer_class = FobSerializer
    filterset_class = FobFilter

    @extend_schema(request=NewFobs, responses={201: WriteSerializer})
    @action(detail=False, methods=["post"], permission_classes=KEEPER, url_path="create-at-vendor")
    def create_at_vendor(self, request: Request, **_: Any) -> Response:
        """Put fobs into stock at the vendor (L-C25); the account is read afterwards, in the background."""
        given = checked(NewFobs, request)
        wanted = [(one["card_number"], one["name"]) for one in given["fobs"]]
        write = fobs.create(given["account"], wanted, word(request, given))
        tasks.refresh_account.delay_on_commit(given["account"].pk)
        return Response(WriteSerializer(write).data, status.HTTP_201_CREATED)

    @extend_schema(request=Reason, responses=LoanSerializer)
    @action(detail=True, methods=["post"], permission_classes=DESK, url_path="hand-out")
    def hand_out(self, request: Request, **_: Any) -> Response:
        """The guest to whom it is lent takes it with him."""
        loan = stock.hand_out(self.get_object(), word(request, checked(Reason, request)))
        tasks.follow.delay_on_commit()
        loan.refresh_from_db()
        return Response(LoanSerializer(loan).data)

    @extend_schema(request=Reason, responses=Done)
    @action(detail=True, methods=["post"], permission_classes=DESK, url_path="check-in")
    def check_in(self, request: Request, **_: Any) -> Response:
        """It is back; in its time it opens nothing from now on."""
        return _done(stock.check_in(self.get_object(), word(request, checked(Reason, request))))

    @extend_schema(request=Swapped, responses=Done)
    @action(detail=True, methods=["post"], permission_classes=DESK)
    def swap(self, request: Request, **_: Any) -> Response:
        """The guest who has it gets another one for the rest of his time; this one opens nothing any more."""
        given = checked(Swapped, request)
        said = word(request, given)
        return _done(stock.swap(self.get_object(), given["other"], said, broken=given["broken"]))

    @extend_schema(request=Reason, responses=Done)
    @action(detail=True, methods=["post"], permission_classes=DESK)
    def lost(self, request: Request, **_: Any) -> Response:
        """It is shut at its vendor at once; a guest who still needs one gets another."""
        return _done(stock.lost(self.get_object(), word(request, checked(Reason, request))))

    @extend_schema(request=Reason, responses=Done)
    @action(detail=True, methods=["post"], permission_classes=DESK)
    def broken(self, request: Request, **_: Any) -> Response:
        """It is shut at its vendor at once; a guest who still needs one gets another. 409 for a lost one."""
        return _done(stock.broken(self.get_object(), word(request, checked(Reason, request))))

    @extend_schema(request=Reason, responses=Done)
    @action(detail=True, methods=["post"], permission_classes=DESK)
    def found(self, request: Request, **_: Any) -> Response:
        """A lost one is in stock again."""
        return _done(stock.found(self.get_object(), word(request, checked(Reason, request))))

    @extend_schema(request=Reason, responses=Done)
    @action(detail=True, methods=["post"], permission_classes=DESK)
    def repaired(self, request: Request, **_: Any) -> Response:
        """A broken one works and is in stock again."""
        return _done(stock.repaired(self.get_object(), word(request, checked(Reason, request))))

    @extend_schema(request=Lies, responses=FobSerializer)
    @action(detail=True, methods=["post"], permission_classes=KEEPER)
    def put(self, request: Request, **_: Any) -> Response:
        """Say where it lies; the doors that it is lent for follow from that."""
        given = checked(Lies, request)
        fob = stock.put(self.get_object(), given["venue"], word(request, given))
        tasks.follow.delay_on_commit()
        return Response(FobSerializer(fob).data)

    @extend_schema(request=Lent, responses={201: PromisedSerializer})
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def lend(self, request: Request, **_: Any) -> Response:
        """Lend it to somebody without a booking, from now on, for one door; it counts as handed out.

        The answer names the fob, and whose it is from when to when; 409 when it is promised to somebody else.
        """
        given = checked(Lent, request)
        person = overrule.Person(given["name"], given["email"])
        said = word(request, given)
        lent = overrule.lend(self.get_object(), given["door"], person, given["until"], said)
        return written(lent, PromisedSerializer)


def _done(text: str) -> Response:
    tasks.follow.delay_on_commit()
    return Response({"message": text})
