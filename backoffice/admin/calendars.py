from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.base import RELATED, Days, Ongoing, ReadOnly
from backoffice.admin.show import EMPTY, HIDDEN, at, chip, secret, span, stacked, stamp
from backoffice.models import CalendarEvent, CalendarReading, PushChannel, SlotDay

CONTACT = "backoffice.contact_customer"


def zone_of_calendar(calendar: CalendarReading) -> ZoneInfo:
    """The calendar's own clock."""
    return ZoneInfo(calendar.timezone or calendar.account.timezone)


@admin.register(CalendarEvent)
class CalendarEventAdmin(ReadOnly):
    """What people call their events is theirs: shown to those who may see guests' contact."""

    list_filter = (
        Ongoing,
        ("calendar", RELATED),
        "ours",
        "busy",
        ("gone_at", admin.EmptyFieldListFilter),
        ("starts_at", Days),
    )
    list_select_related = ("calendar__account",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarEvent]:
        """Events with their calendars; the names are read only where they are shown."""
        rows = super().get_queryset(request).select_related("calendar__account")
        return rows if request.user.has_perm(CONTACT) else rows.defer("summary")

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns, with the name for those who may see it."""
        return ("when", "calendar", self._name(request), "whose", "takes", "there")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The event, with its name for those who may see it."""
        del obj
        told = (("when", "calendar", self._name(request)), ("whose", "takes", "there"))
        more = (("kind", "declined", "all_day"), ("ref", "recurring_ref"), ("changed", "read"))
        return ((None, {"fields": (*told, *more)}),)

    def _name(self, request: HttpRequest) -> str:
        return "named" if request.user.has_perm(CONTACT) else "hidden"

    @display(description="when", ordering="starts_at")
    def when(self, row: CalendarEvent) -> str:
        return span(row.starts_at, row.ends_at, zone_of_calendar(row.calendar))

    @display(description="event")
    def named(self, row: CalendarEvent) -> str:
        return row.summary or EMPTY

    @display(description="event")
    def hidden(self, row: CalendarEvent) -> str:
        del row
        return HIDDEN

    @display(description="whose", ordering="ours")
    def whose(self, row: CalendarEvent) -> Any:
        return chip("written by Latchkey", "blue") if row.ours else chip("entered there", "grey")

    @display(description="takes time", ordering="busy", boolean=True)
    def takes(self, row: CalendarEvent) -> bool:
        return row.busy and not row.declined

    @display(description="at the calendar", ordering="gone_at")
    def there(self, row: CalendarEvent) -> Any:
        if row.gone_at is None:
            return chip("there", "green")
        return chip("gone", "grey", f"since {stamp(row.gone_at, zone_of_calendar(row.calendar))}")

    @display(description="changed there")
    def changed(self, row: CalendarEvent) -> str:
        return stamp(row.updated_at, zone_of_calendar(row.calendar))

    @display(description="read")
    def read(self, row: CalendarEvent) -> str:
        return stamp(row.seen_at, zone_of_calendar(row.calendar))


@admin.register(CalendarReading)
class CalendarReadingAdmin(ReadOnly):
    list_display = ("calendar", "account", "state", at("whole_at", "read whole"), "can_write", "error")
    list_select_related = ("account",)
    list_filter = (("account", RELATED), ("failed_at", admin.EmptyFieldListFilter))
    search_fields = ("title", "ref")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "ref", "account"),
                    ("state", "timezone", "can_write"),
                    (at("whole_at", "read whole"), at("hinted_at", "told of a change"), secret("token")),
                    ("error", at("failed_at", "failing since")),
                )
            },
        ),
    )

    @display(description="calendar", ordering="title")
    def calendar(self, row: CalendarReading) -> Any:
        return stacked(row.title or row.ref, row.ref if row.title else "")

    @display(description="state", ordering="failed_at")
    def state(self, row: CalendarReading) -> Any:
        if row.failed_at:
            return chip("not read", "red", row.error)
        return chip("read", "green") if row.whole_at else chip("not read yet", "grey")


@admin.register(PushChannel)
class PushChannelAdmin(ReadOnly):
    list_display = ("calendar", "state", "made", "expires", "last_number", "error")
    list_select_related = ("calendar__account",)
    list_filter = (("calendar", RELATED), ("stopped_at", admin.EmptyFieldListFilter))
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("calendar", "state"),
                    ("made", "expires", "last_number"),
                    ("ref", secret("token")),
                    "error",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PushChannel]:
        """Channels with their calendars, without their tokens in a list."""
        return super().get_queryset(request).select_related("calendar__account")

    @display(description="state", ordering="stopped_at")
    def state(self, row: PushChannel) -> Any:
        return chip("stopped", "grey") if row.stopped_at else chip("tells of changes", "green")

    @display(description="made", ordering="made_at")
    def made(self, row: PushChannel) -> str:
        return stamp(row.made_at, zone_of_calendar(row.calendar))

    @display(description="ends", ordering="expires_at")
    def expires(self, row: PushChannel) -> str:
        return stamp(row.expires_at, zone_of_calendar(row.calendar))


@admin.register(SlotDay)
class SlotDayAdmin(ReadOnly):
    list_display = ("resource", "day", "hours", "read")
    list_select_related = ("resource__account", "resource__room__venue")
    list_filter = (("resource__account", RELATED), ("resource", RELATED))
    fieldsets = ((None, {"fields": (("resource", "day"), ("hours", "read"))}),)

    @display(description="games may start at")
    def hours(self, row: SlotDay) -> str:
        zone = ZoneInfo(row.resource.account.timezone)
        starts = (datetime.fromisoformat(start).astimezone(zone) for start in row.starts)
        return ", ".join(f"{start:%H:%M}" for start in starts) or "no hour"

    @display(description="read")
    def read(self, row: SlotDay) -> str:
        return stamp(row.read_at, ZoneInfo(row.resource.account.timezone))
