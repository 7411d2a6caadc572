from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display

from backoffice.admin.base import RELATED, Days, ReadOnly
from backoffice.admin.show import at, gone, secret, window
from backoffice.models import (
    AccessLevel,
    Cardholder,
    Credential,
    KnownAnswer,
    LockGrid,
    Schedule,
)

STILL_THERE = ("gone_at", admin.EmptyFieldListFilter)


class Mirrored(ReadOnly):
    """A list that a lock vendor gives."""

    list_select_related = ("account",)
    list_filter = (("account", RELATED), STILL_THERE)
    search_fields: Any = ("ref", "name")


@admin.register(AccessLevel)
class AccessLevelAdmin(Mirrored):
    list_display = ("name", "ref", "doors", "account", gone())
    fieldsets = ((None, {"fields": (("name", "ref", "account"), ("doors", gone()))}),)

    @display(description="doors")
    def doors(self, row: AccessLevel) -> str:
        return ", ".join(map(str, row.door_refs))


@admin.register(Schedule)
class ScheduleAdmin(Mirrored):
    list_display = ("name", "weekdays", "start_text", "stop_text", "account", gone())
    fieldsets = (
        (None, {"fields": (("name", "ref", "account"), ("weekdays", "start_text", "stop_text"), (gone(),))}),
    )

    @display(description="days")
    def weekdays(self, row: Schedule) -> str:
        names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        return ", ".join(name for name, on in zip(names, row.days, strict=False) if on)


@admin.register(Cardholder)
class CardholderAdmin(Mirrored):
    list_display = ("name", "key", "card_number", "enabled", window("valid"), "levels", "account", gone())
    search_fields = ("ref", "name", "key", "card_number")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "ref", "account"),
                    ("key", "card_number", "enabled"),
                    (window("valid"), "levels", gone()),
                )
            },
        ),
    )

    @display(description="access levels")
    def levels(self, row: Cardholder) -> str | None:
        return None if row.level_refs is None else ", ".join(map(str, row.level_refs)) or "none"


@admin.register(Credential)
class CredentialAdmin(Mirrored):
    list_display = ("ref", "card_number", "claimed", "holder_ref", secret("secret", "key"), "account", gone())
    search_fields = ("ref", "card_number", "holder_ref")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("ref", "account", "holder_ref"),
                    ("card_number", "claimed", secret("secret", "key")),
                    (gone(),),
                )
            },
        ),
    )


@admin.register(LockGrid)
class LockGridAdmin(Mirrored):
    list_display = ("ref", "sizes", at("read_at"), "account", gone())
    search_fields = ("ref",)
    fieldsets = ((None, {"fields": (("ref", "account", at("read_at")), ("sizes", gone()))}),)

    @display(description="durations")
    def sizes(self, row: LockGrid) -> str:
        return ", ".join(f"{days} d" if days else f"{hours} h" for _, hours, days in row.durations)


@admin.register(KnownAnswer)
class KnownAnswerAdmin(ReadOnly):
    list_display = ("account", at("asked_at"), secret("secret", "PIN"))
    list_select_related = ("account",)
    list_filter = (("account", RELATED), ("asked_at", Days))
    ordering = ("-asked_at",)
    fieldsets = ((None, {"fields": (("account", at("asked_at"), secret("secret", "PIN")),)}),)
