"""Channels: rooms' pairings with calendars, the calendars to choose from, blocks, and all of one room."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from backoffice import roomchannels, tasks
from backoffice.api.acts import OVERRULE, checked, word
from backoffice.api.acts import Reason as Because
from backoffice.api.channel_shapes import (
    Activated,
    BlockFilter,
    BlockOn,
    BlockSerializer,
    CalendarSerializer,
    Leave,
    NewPairing,
    OfAccount,
    PairingChange,
    PairingSerializer,
    RoomChannelsSerializer,
    Started,
    Synchronise,
)
from backoffice.api.permissions import needs
from backoffice.clock import now
from backoffice.flow import channels
from backoffice.models import Block, CalendarPairing, Mode, Room, VendorAccount
from backoffice.selectors import with_reading
from backoffice.word import NotPossible
from integrations.types import CalendarRecord

ADD, CHANGE = [needs("add_calendarpairing")], [needs("change_calendarpairing")]
SAY_SO = "If that is wanted, send `acknowledged`: true; else give the room a calendar of its own."
LEAVE = [needs("delete_calendarpairing")]


class PairingViewSet(mixins.CreateModelMixin, ReadOnlyModelViewSet[CalendarPairing]):
    """Rooms' pairings with calendars; each is made, changed and switched by an act with a reason."""

    queryset = CalendarPairing.objects.select_related("account", "room__venue").order_by("room__name", "pk")
    serializer_class = PairingSerializer
    filterset_fields = {
        "room": ["exact"],
        "account__slug": ["exact"],
        "ref": ["exact"],
        "mode": ["exact"],
        "activated_at": ["isnull"],
        "paused_at": ["isnull"],
    }

    def get_queryset(self) -> QuerySet[CalendarPairing]:
        """Pairings with when their calendars were last read well."""
        return with_reading(super().get_queryset(), now())

    @extend_schema(request=NewPairing, responses={201: PairingSerializer})
    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """Pair a room with a calendar of the account's list; nothing syncs before `activate` (M6).

        404 for a room or account that there is not; 409 for a calendar that the account does not list, one
        that cannot be written in a mode that writes, and one that another room uses, unless `acknowledged`.
        """
        given = checked(NewPairing, request)
        room = get_object_or_404(Room, pk=given["room"])
        account = get_object_or_404(VendorAccount, slug=given["account"])
        calendar = _calendar(account, given["ref"])
        try:
            pairing = channels.pair(room, account, calendar, given, word(request, given))
        except channels.Shared as error:
            raise NotPossible(f"{error.facts} {SAY_SO}") from None
        made = self.get_queryset().get(pk=pairing.pk)
        return Response(PairingSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(request=PairingChange, responses=PairingSerializer)
    @action(detail=True, methods=["post"], permission_classes=CHANGE)
    def change(self, request: Request, **_: Any) -> Response:
        """Another mode, scope or options; events to come are written again where they say too much now."""
        given = checked(PairingChange, request)
        return self._read(channels.change(self.get_object(), given, word(request, given)))

    @extend_schema(request=Because, responses=PairingSerializer)
    @action(detail=True, methods=["post"], permission_classes=CHANGE)
    def activate(self, request: Request, **_: Any) -> Response:
        """Let it sync from now on; 409 while its account is stopped, or sharing is not said to be wanted.

        That is said by `acknowledge`.
        """
        return self._read(channels.activate(self.get_object(), word(request, checked(Because, request))))

    @extend_schema(request=Because, responses=PairingSerializer)
    @action(detail=True, methods=["post"], permission_classes=CHANGE)
    def deactivate(self, request: Request, **_: Any) -> Response:
        """Let it sync no more; what is written and blocked stays as it is."""
        pairing = channels.deactivate(self.get_object(), word(request, checked(Because, request)))
        tasks.follow.delay_on_commit()
        return Response(PairingSerializer(pairing).data)

    @extend_schema(request=Because, responses=PairingSerializer)
    @action(detail=True, methods=["post"], permission_classes=CHANGE)
    def acknowledge(self, request: Request, **_: Any) -> Response:
        """Say that it is wanted that several rooms share the calendar."""
        pairing = channels.acknowledge(self.get_object(), word(request, checked(Because, request)))
        tasks.follow.delay_on_commit()
        return Response(PairingSerializer(pairing).data)

    @extend_schema(request=Leave, responses={200: Started})
    @action(detail=True, methods=["post"], permission_classes=LEAVE)
    def unpair(self, request: Request, **_: Any) -> Response:
        """Take a pairing away that is not active; gives how many events are taken out of the calendar."""
        given, pairing = checked(Leave, request), self.get_object()
        account = pairing.account_id
        taken = channels.unpair(pairing, word(request, given), clean=given["clean"])
        tasks.free_rooms.delay_on_commit(account)
        return Response({"count": taken})

    @extend_schema(request=OfAccount, responses=Activated)
    @action(detail=False, methods=["post"], permission_classes=CHANGE, url_path="activate-all")
    def activate_all(self, request: Request, **_: Any) -> Response:
        """Let every pairing of an account sync that does not yet; 409 when none waits to be activated.

        Gives how many do from now on, and in words why the others do not.
        """
        given = checked(OfAccount, request)
        account = get_object_or_404(VendorAccount, slug=given["account"])
        n, refused = channels.activate_all(account, word(request, given))
        tasks.refresh_account.delay_on_commit(account.pk)
        return Response({"count": n, "refused": refused})

    @extend_schema(request=Synchronise, responses={202: Started})
    @action(detail=False, methods=["post"], permission_classes=[needs("refresh_vendoraccount")])
    def synchronise(self, request: Request, **_: Any) -> Response:
        """Do an account's active pairings anew, all or one room's, in one direction or both (M7).

        Gives how many; it is done in the background. 409 when none goes this way.
        """
        given = checked(Synchronise, request)
        account = get_object_or_404(VendorAccount, slug=given["account"])
        room = get_object_or_404(Room, pk=given["room"]) if given.get("room") else None
        n = channels.synchronise(account, Mode(given["mode"]), room, word(request, given))
        tasks.refresh_account.delay_on_commit(account.pk)
        return Response({"count": n}, status.HTTP_202_ACCEPTED)

    def _read(self, pairing: CalendarPairing) -> Response:
        tasks.refresh_account.delay_on_commit(pairing.account_id)
        return Response(PairingSerializer(pairing).data)


def _calendar(account: VendorAccount, ref: str) -> CalendarRecord:
    for each in channels.calendars_of(account, now()):
        if each.ref == ref:
            return each
    raise NotPossible(f"{account} does not list this calendar: share it with the account first.")


class CalendarViewSet(GenericViewSet[VendorAccount]):
    """The calendars of an account, to choose from."""

    queryset = VendorAccount.objects.all()
    serializer_class = CalendarSerializer
    permission_classes = ADD
    pagination_class = None
    filter_backends: Any = []

    @extend_schema(
        parameters=[OpenApiParameter("account", str, required=True, description="a calendar account's slug")],
        responses=CalendarSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The calendars that the account may see, asked of its vendor now.

        404 for an account that there is not; 409, in words, when it cannot tell or is to be reconnected.
        """
        account = get_object_or_404(VendorAccount, slug=request.query_params.get("account", ""))
        found = channels.calendars_of(account, now())
        return Response(CalendarSerializer(found, many=True).data)


class BlockViewSet(ReadOnlyModelViewSet[Block]):
    """Times taken at a channel for a booking made elsewhere, the first first; times are UTC."""

    queryset = Block.objects.select_related(*roomchannels.RELATED).defer(*roomchannels.UNREAD)
    serializer_class = BlockSerializer
    filterset_class = BlockFilter

    @extend_schema(request=Because, responses=BlockSerializer)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def retry(self, request: Request, **_: Any) -> Response:
        """Ask the channel again now, also for a block that somebody removed there; 409 when it stands."""
        block = channels.try_again(self.get_object(), word(request, checked(Because, request)))
        tasks.follow.delay_on_commit()
        return Response(BlockSerializer(block).data)

    @extend_schema(request=Because, responses=BlockSerializer)
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def seen(self, request: Request, **_: Any) -> Response:
        """Say that a change that was undone (`note`) is known; 409 where none is, or it is not right yet."""
        block = channels.seen(self.get_object(), word(request, checked(Because, request)))
        tasks.follow.delay_on_commit()
        return Response(BlockSerializer(block).data)


class RoomChannels(GenericViewSet[Room]):
    """All channels of a room."""

    queryset: QuerySet[Room] = Room.objects.select_related("venue")

    @extend_schema(responses=RoomChannelsSerializer)
    @action(
        detail=True,
        methods=["get"],
        permission_classes=[needs("view_block"), needs("view_calendarpairing"), needs("view_feed")],
        pagination_class=None,
        filter_backends=[],
    )
    def channels(self, request: Request, **_: Any) -> Response:
        """Where the room is sold, its calendars and feeds, and what is blocked where and why, from now on."""
        del request
        return Response(RoomChannelsSerializer(roomchannels.of_room(self.get_object(), now())).data)

    @extend_schema(request=BlockOn, responses=BlockOn)
    @action(detail=True, methods=["post"], permission_classes=[needs("change_room")], url_path="block-on")
    def block_on(self, request: Request, **_: Any) -> Response:
        """Say where bookings from elsewhere block the room; 409 for an account that cannot be blocked."""
        given = checked(BlockOn, request)
        room = channels.block_on(self.get_object(), given["accounts"], word(request, given))
        tasks.follow.delay_on_commit()
        return Response({"accounts": room.block_on, "reason": given["reason"]})
