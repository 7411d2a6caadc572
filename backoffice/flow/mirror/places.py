"""What bookings refer to: the source's resources, and who booked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backoffice.fields import fingerprint
from backoffice.flow.mirror import digests
from backoffice.flow.mirror.listed import Kind, clean, clip, refresh
from backoffice.flow.mirror.runs import Run
from backoffice.models import Customer, Resource, VendorAccount
from integrations.types import BookingSource, CustomerRecord, Rejected, ResourceRecord

SESSION_MINUTES = 60  # where the source gives no end and staff have not said how long a session is
RESOURCES, CUSTOMERS = Kind(Resource, "resource"), Kind(Customer, "customer")


@dataclass(frozen=True, slots=True)
class Place:
    """A resource as its bookings need it: its row's key and the minutes of a session without an end."""

    pk: int
    minutes: int


def places(account: VendorAccount) -> dict[str, Place]:
    """The account's resources by ref."""
    rows = Resource.objects.filter(account=account).values_list("ref", "pk", "session_minutes")
    return {ref: Place(pk, minutes or SESSION_MINUTES) for ref, pk, minutes in rows}


def customers(account: VendorAccount) -> dict[str, int]:
    """The keys of the account's customers by ref."""
    return dict(Customer.objects.filter(account=account).values_list("ref", "pk"))


def refresh_resources(run: Run, source: BookingSource) -> None:
    """Take over the source's resources; those that staff linked and nobody lists go into quarantine."""
    listing = source.resources()
    refresh(run, RESOURCES, {row.ref: resource_fields(row) for row in listing.records}, listing.rejected)
    never_listed = Resource.objects.filter(account=run.account, room__isnull=False, digest=digests.LOOK)
    run.reject(_unlisted(ref) for ref in never_listed.values_list("ref", flat=True))


def refresh_customers(run: Run, source: BookingSource) -> None:
    """Take over the source's customers, where it has a list of them."""
    listing = source.customers()
    if listing is not None:
        rows = {row.ref: customer_fields(row) for row in listing.records}
        refresh(run, CUSTOMERS, rows, listing.rejected)


def readable_refs(account: VendorAccount) -> list[str]:
    """The resources whose bookings are read: those linked to a room, or all when none is linked."""
    rows = Resource.objects.filter(account=account, gone_at=None).exclude(digest=digests.LOOK)
    linked = Resource.objects.filter(account=account, room__isnull=False)
    chosen = rows.filter(room__isnull=False) if linked.exists() else rows
    return list(chosen.order_by("ref").values_list("ref", flat=True))


def resource_fields(record: ResourceRecord) -> dict[str, Any]:
    """The columns of a resource that are the mirror's."""
    return {
        "title": clip(record.title, 250),
        "kind": clip(record.kind, 20),
        "parent_ref": clip(record.parent_ref, 100),
        "raw": clean(record.raw),
    }


def customer_fields(record: CustomerRecord) -> dict[str, Any]:
    """The columns of a customer."""
    return {
        "name": clip(record.name, 250),
        "company": clip(record.company, 250),
        "email": clip(record.email, 320),
        "email_fingerprint": fingerprint(record.email) if record.email else "",
        "phone": clip(record.phone, 100),
        "language": clip(record.language, 10),
    }


def carried_ref(booking_ref: str) -> str:
    """The ref of a customer who is known from one booking only."""
    return f"booking:{booking_ref}"


def _unlisted(ref: str) -> Rejected:
    return Rejected("resource", ref, "it is linked to a room, but the source does not list it")
