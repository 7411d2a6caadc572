"""What the page of a code shows where the code is a phone key."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.http import HttpRequest

from backoffice.admin.show import at
from backoffice.admin.unfolded import ModelAdmin
from backoffice.models import IssuedCode
from backoffice.wording import invitation, weekly_hours
from integrations.types import Method

PHONE_KEY: Any = (
    "Phone key",
    {"fields": (("invitation", "hours"), (at("looked_at", "last looked at"), at("accepted_at")))},
)


class PhoneKeyShown(ModelAdmin):
    """How far the invitation has come, when that was last looked at, and the hours at the vendor."""

    def get_fieldsets(self, request: HttpRequest, obj: IssuedCode | None = None) -> Any:
        """All that there is of the code; what only phone keys have for these alone."""
        every = super().get_fieldsets(request, obj)
        return [each for each in every if each is not PHONE_KEY or (obj and obj.method == Method.PHONE)]

    @display(description="how far it has come")
    def invitation(self, row: IssuedCode) -> str:
        return invitation(row)

    @display(description="every week, on the lock's clock")
    def hours(self, row: IssuedCode) -> str:
        return weekly_hours(row)
