"""What the page of a code shows where the code is a phone key."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.http import HttpRequest

from backoffice.admin.acts import Act
from backoffice.admin.show import at
from backoffice.admin.unfolded import ModelAdmin
from backoffice.admin.verbs import OVERRULE
from backoffice.flow.desk import phones
from backoffice.models import IssuedCode
from backoffice.wording import invitation, weekly_hours
from integrations.types import Method

SUSPEND = Act(
    "suspend",
    "Suspend",
    "The key stays on the guest's phone and opens nothing until you restore it, for all of the guest's "
    "bookings at this door, and nothing else is issued for it meanwhile. The lock's vendor is told now, and "
    "its list is read: two paid calls. The guest is not told. At its end the key is removed like any other.",
    OVERRULE,
    lambda row, given, word: phones.suspend(row, word),
    icon="phonelink_erase",
    offered=phones.can_suspend,
)
RESTORE = Act(
    "restore",
    "Restore",
    "The key opens again in its hours. The lock's vendor is told now, and its list is read: two paid calls.",
    OVERRULE,
    lambda row, given, word: phones.restore(row, word),
    icon="phonelink_ring",
    first=True,
    offered=phones.can_restore,
)
PHONE_KEY: Any = (
    "Phone key",
    {
        "fields": (
            ("invitation", "hours"),
            (at("looked_at", "last looked at"), at("accepted_at"), at("suspended_at")),
            at("recheck_at", "to be looked at again"),
        )
    },
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
