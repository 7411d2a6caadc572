"""What needs a person about writes at vendors: nobody knows whether they were done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from backoffice.flow.audit.trouble import Trouble, sentence
from backoffice.models import Severity, VendorWrite
from backoffice.states import WriteState

LONGEST = timedelta(minutes=10)  # a write that was begun longer ago and has no end: its process has died
DIED = "Latchkey ended while it was being asked."


def troubles(now: datetime) -> Iterator[Trouble]:
    """Writes in doubt, and those whose process died; they stand until staff say what they saw."""
    open_ones = Q(state=WriteState.IN_DOUBT) | Q(state=WriteState.ASKED, asked_at__lt=now - LONGEST)
    rows = VendorWrite.objects.filter(open_ones).select_related("account", "resource").order_by("pk")
    for write in rows.defer("asked", "resource__raw"):
        label = write.account.profile.label
        why = write.text if write.state == WriteState.IN_DOUBT else DIED
        yield Trouble(
            "write_in_doubt",
            str(write.pk),
            Severity.NOW,
            f"{label} ({write.account}): nobody knows whether this was done: {sentence(str(write))} "
            f"{sentence(why)} Look there, then say under Writes at vendors whether it was done.",
            account_id=write.account_id,
            booking_id=write.booking_id,
            room_id=write.resource.room_id if write.resource else None,
        )
