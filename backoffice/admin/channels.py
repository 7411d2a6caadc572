from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from backoffice import roomchannels
from backoffice.admin import consent
from backoffice.admin.base import CHOICE, RELATED, Days, Ongoing, ReadOnlyWithActs
from backoffice.admin.names import link
from backoffice.admin.pairing_acts import PAIRING_ACTS, SEEN, TRY_AGAIN
from backoffice.admin.room_channels import STANDING, state_chip, trouble, went_wrong, where, why
from backoffice.admin.show import EMPTY, at, chip, stacked, window
from backoffice.models import Block, CalendarPairing
from backoffice.standing import standing


@admin.register(CalendarPairing)
class CalendarPairingAdmin(ReadOnlyWithActs):
    acts = PAIRING_ACTS
    act_related = ("account", "room__venue")
    list_display = ("room", "venue", "calendar", "mode", "scope", "state_chip", at("activated_at", "since"))
    list_select_related = ("room__venue", "account")
    list_filter = (
        ("room__venue", RELATED),
        ("account", RELATED),
        ("mode", CHOICE),
        ("activated_at", admin.EmptyFieldListFilter),
        ("paused_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("title", "ref", "room__name")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("room", "account", "state_chip"),
                    ("title", "ref"),
                    ("mode", "scope", "counted"),
                    (at("activated_at", "active since"), at("acknowledged_at", "sharing wanted since")),
                    "others",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarPairing]:
        """Pairings with their rooms and accounts, and whether their calendar is shared."""
        rows = super().get_queryset(request).select_related("room__venue", "account")
        return roomchannels.with_sharing(rows)

    def buttons(
        self, request: HttpRequest, row: CalendarPairing, back: str = "", *, folded: bool = False
    ) -> list[dict[str, Any]]:
        """The acts; before them the way to reconnect, where the account needs it."""
        dead = row.account.stopped_at is not None and not folded
        again = consent.buttons(request, row.account) if dead else []
        return [*again, *super().buttons(request, row, back, folded=folded)]

    def _back(self, request: HttpRequest, rows: list[Any]) -> str:
        """What was taken away has no page any more."""
        if len(rows) == 1 and not CalendarPairing.objects.filter(pk=rows[0].pk).exists():
            return reverse("admin:backoffice_vendoraccount_change", args=[rows[0].account_id])
        return super()._back(request, rows)

    @display(description="venue", ordering="room__venue__name")
    def venue(self, row: CalendarPairing) -> Any:
        return link(row.room.venue)

    @display(description="calendar", ordering="title")
    def calendar(self, row: CalendarPairing) -> Any:
        return stacked(row.title or row.ref, row.account)

    @display(description="state", ordering="paused_at")
    def state_chip(self, row: CalendarPairing) -> Any:
        found = standing(row)
        return stacked(chip(found.word, STANDING[found.word]), found.why)

    @display(description="entries that block the room as well")
    def counted(self, row: CalendarPairing) -> str:
        return ", ".join(name.replace("_", " ") for name, chosen in row.options.items() if chosen) or EMPTY

    @display(description="shared with")
    def others(self, row: CalendarPairing) -> str:
        same = CalendarPairing.objects.filter(account=row.account, ref=row.ref).exclude(pk=row.pk)
        return ", ".join(same.order_by("room__name").values_list("room__name", flat=True)) or EMPTY


@admin.register(Block)
class BlockAdmin(ReadOnlyWithActs):
    acts = (TRY_AGAIN, SEEN)
    act_related = ("room__venue", "account", "occurrence__booking")
    list_display = (window(), "room", "channel", "state_word", "explained")
    list_filter = (
        Ongoing,
        ("state", CHOICE),
        ("account", RELATED),
        ("room", RELATED),
        ("room__venue", RELATED),
        ("starts_at", Days),
    )
    search_fields = ("occurrence__booking__ref", "occurrence__booking__customer__name", "room__name", "ref")
    search_help_text = "guest, number of the booking or of the block, room"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    (window(), "room", "channel"),
                    ("state_word", "booked"),
                    ("reason", "told_wrong", "note"),
                )
            },
        ),
        (
            "At the channel",
            {
                "fields": (
                    ("ref", "key", "attempts"),
                    ("error",),
                    (at("written_at"), at("confirmed_at", "read back"), at("next_try_at", "next try")),
                    ("said", at("said_at", "since"), at("ended_at", "ended")),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Block]:
        """Blocks with what they are for and where they are."""
        rows = super().get_queryset(request).select_related(*roomchannels.RELATED)
        return rows.defer(*roomchannels.UNREAD)

    @display(description="where", ordering="account")
    def channel(self, row: Block) -> str:
        return where(row)

    @display(description="state", ordering="state")
    def state_word(self, row: Block) -> Any:
        return state_chip(row)

    @display(description="why, and what went wrong")
    def explained(self, row: Block) -> Any:
        return stacked(row.reason or why(row), trouble(row))

    @display(description="what went wrong")
    def told_wrong(self, row: Block) -> str:
        return went_wrong(row) or EMPTY

    @display(description="booking")
    def booked(self, row: Block) -> Any:
        return link(row.occurrence.booking)
