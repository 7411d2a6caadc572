from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from backoffice.admin import room_channels, room_week, waits
from backoffice.admin.acts import WithActs
from backoffice.admin.base import CHOICE, RELATED, Table
from backoffice.admin.desk_panels import panels_of
from backoffice.admin.pairing_acts import BLOCK_ON
from backoffice.admin.place_forms import (
    POLICY,
    DoorForm,
    PathFormSet,
    RoomForm,
    StepForm,
    VenueForm,
)
from backoffice.admin.show import at, chip, gone, method, stacked
from backoffice.admin.sites import written_times
from backoffice.admin.unfolded import TabularInline
from backoffice.admin.verbs import DENY, EXTEND, HOLD, LET_IN
from backoffice.models import Door, PathStep, Resource, Room, Venue

THERE = gone()
RULES = ("Rules (empty: as the level above says)", {"classes": ["collapse"], "fields": POLICY})


@admin.register(Venue)
class VenueAdmin(Table):
    form = VenueForm
    list_display = ("name", "slug", "timezone", "lead_minutes", "lag_minutes")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = ((None, {"fields": (("name", "slug"), ("timezone", "phone"))}), RULES)


class PathInline(TabularInline):
    model = PathStep
    form = StepForm
    formset = PathFormSet
    fields = ("position", "door")
    ordering_field = "position"
    extra = 1
    verbose_name = "door"
    verbose_name_plural = "Path: the doors on the way, the outermost first"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PathStep]:
        """The steps with their doors."""
        return super().get_queryset(request).select_related("door")


@admin.register(Room)
class RoomAdmin(WithActs, Table):
    form = RoomForm
    acts = (BLOCK_ON,)
    act_related = ("venue", "part_of")
    list_display = ("name", "venue", "way", "sold", "part_of")
    list_select_related = ("venue", "part_of")
    list_filter = (("venue", RELATED),)
    search_fields = ("name", "slug", "venue__name")
    prepopulated_fields = {"slug": ("name",)}
    change_form_before_template = "admin/latchkey/room_findings.html"
    change_form_after_template = "admin/latchkey/room_channels.html"
    fieldsets = ((None, {"fields": (("name", "slug"), ("venue", "part_of"))}), RULES)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The room: what needs a person, when it is open at its sources, its free times, all its channels."""
        if kwargs.get("obj") is not None:
            context["panels"] = panels_of(kwargs["obj"])
            context |= waits.section(request, kwargs["obj"])
            context |= room_channels.section(request, kwargs["obj"])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        """Rooms with their doors and what they are sold as."""
        return super().get_queryset(request).prefetch_related("steps__door", "resources__account")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """A path is chosen among the venue's doors, so the room comes first."""
        return (PathInline,) if obj else ()

    @display(description="path")
    def way(self, row: Room) -> str:
        return " → ".join(str(step.door) for step in row.steps.all()) or "no door yet"

    @display(description="sold as")
    def sold(self, row: Room) -> Any:
        return stacked(*(f"{sold.account}: {sold}" for sold in row.resources.all()))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        """A path is written anew, numbered from 1: so doors can change places."""
        if formset.model is not PathStep:
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if formset.has_changed():
            room, doors = form.instance, formset.path()
            with transaction.atomic():
                room.steps.all().delete()
                PathStep.objects.bulk_create(
                    PathStep(room=room, door=door, position=n) for n, door in enumerate(doors, start=1)
                )


@admin.register(Door)
class DoorAdmin(WithActs, Table):
    form = DoorForm
    acts = (LET_IN, HOLD, DENY, EXTEND)
    act_related = ("venue", "account")
    list_display = ("label", "venue", method(), "account", "power", "works", "listed")
    list_select_related = ("venue", "account")
    list_filter = (
        ("venue", RELATED),
        ("account", RELATED),
        ("method", CHOICE),
        ("gone_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "slug", "ref", "location")
    search_help_text = "name, the vendor's id or place"
    mirrored = ("enabled", "location", "power", "written_times", at("gone_at"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What staff say; what the vendor says, once there is something."""
        ours = ("Ours", {"fields": (("venue", "slug", "method"), ("access_level_ref", "fob_refs"))})
        lock = (
            "How a lock that no list has computes its codes",
            {"fields": (("lock_model", "lock_timecode", "lock_identifier"), ("lock_clock", "lock_star"))},
        )
        names: tuple[Any, ...] = (("name", "account", "ref"),)
        vendor = ("As the vendor tells it", {"fields": (*names, self.mirrored)})
        return (vendor, ours, lock, RULES) if obj else ((None, {"fields": names}), ours, lock, RULES)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The vendor's words; the name is staff's where no list has the lock."""
        if obj is None:
            return ()
        by_staff = bool((obj.lock or {}).get("timecode"))
        return (*self.mirrored, "account", "ref", *(() if by_staff else ("name",)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what the vendor no longer lists is gone, with its history."""
        del request, obj
        return False

    @display(description="door", ordering="name")
    def label(self, row: Door) -> Any:
        return stacked(row, row.slug if row.slug != str(row) else "")

    @display(description="at the vendor", ordering="gone_at")
    def listed(self, row: Door) -> Any:
        by_staff = bool((row.lock or {}).get("timecode"))
        return chip("entered by staff", "grey", "no list of the vendor has it") if by_staff else THERE(row)

    @display(description="battery", ordering="battery")
    def power(self, row: Door) -> Any:
        if row.battery is None:
            return row.battery_text or None
        colour = "red" if row.battery <= 0.15 else "orange" if row.battery <= 0.3 else "green"
        return chip(f"{row.battery:.0%}", colour, row.battery_text)

    @display(description="written times")
    def written_times(self, row: Door) -> Any:
        return written_times(row.account)

    @display(description="works", ordering="enabled", boolean=True)
    def works(self, row: Door) -> bool:
        return row.enabled


class LinkedFilter(admin.EmptyFieldListFilter):
    """Whether a thing sold at a vendor has a room of ours."""


@admin.register(Resource)
class ResourceAdmin(Table):
    change_form_after_template = "admin/latchkey/desk_panels.html"
    list_display = ("title", "account", "ref", "kind", "room", "session_minutes", gone())
    list_select_related = ("account", "room__venue")
    list_filter = (("account", RELATED), ("room", LinkedFilter), ("room__venue", RelatedDropdownFilter))
    search_fields = ("title", "ref", "room__name")
    fieldsets = (
        ("Ours", {"fields": (("room", "session_minutes"),)}),
        (
            "As the source tells it",
            {
                "fields": (
                    ("title", "ref", "account"),
                    ("kind", "parent_ref", at("gone_at", "no longer exists since")),
                )
            },
        ),
    )
    readonly_fields = ("title", "ref", "account", "kind", "parent_ref", fieldsets[1][1]["fields"][1][2])

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """What is sold, with what its source tells of it now."""
        if kwargs.get("obj") is not None:
            context["panels"] = panels_of(kwargs["obj"])
            context["actions_detail"] = room_week.buttons(request, kwargs["obj"])
        return super().render_change_form(request, context, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: the mirror writes it."""
        del request
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: the mirror writes it."""
        del request, obj
        return False
