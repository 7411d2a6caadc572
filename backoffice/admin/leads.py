"""Where what needs a person is seen to: the pages that a finding leads to, the one to act on first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from backoffice.admin import consent
from backoffice.admin.names import named
from backoffice.models import Booking, Finding, Room
from backoffice.states import CodeState, MessageState

# the page of the row whose number is the finding's key
PAGES: Mapping[str, tuple[str, str]] = {
    "block_not_removed": ("block", "Block"),
    "block_refused": ("block", "Block"),
    "block_removed": ("block", "Block"),
    "block_unwritten": ("block", "Block"),
    "change_undone": ("block", "Block"),
    "code_failed": ("issuedcode", "Code"),
    "fob_lost_open": ("fob", "Fob"),
    "fob_overdue": ("fobloan", "Loan"),
    "fob_vanished": ("fobloan", "Loan"),
    "not_withdrawn": ("issuedcode", "Code"),
    "notice_failed": ("notice", "Message"),
    "phone_key": ("issuedcode", "Code"),
    "phone_key_back": ("issuedcode", "Code"),
    "phone_key_left": ("issuedcode", "Code"),
    "phone_key_suspended": ("issuedcode", "Code"),
    "phone_key_unsure": ("issuedcode", "Code"),
    "resource_unlinked": ("resource", "Sold as"),
    "write_in_doubt": ("vendorwrite", "Write"),
}
# the list of what a finding counts, and how it is narrowed to that
LISTS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "lingering": ("issuedcode", "Codes", {"door__id__exact": "door_id", "state__exact": CodeState.LINGERING}),
    "message_failed": (
        "webhookmessage",
        "Messages",
        {"account__id__exact": "account_id", "state__exact": MessageState.FAILED},
    ),
    "rejected": ("rejectedrow", "Rows", {"account__id__exact": "account_id", "resolved_at__isempty": "1"}),
}
# where on the room's own page it is seen to
ON_THE_ROOM: Mapping[str, tuple[str, str]] = {
    "blocks_nowhere": ("Where it is sold", "#channels"),
    "room_without_path": ("Path", "#steps-group"),
}
CONNECTED = ("account_stopped", "calendar_paused")  # there the way to the vendor's consent may be the remedy
OF_ACCOUNTS = (*CONNECTED, "calendar_shared")  # seen to on the account's page, whatever else they are about


@dataclass(frozen=True, slots=True)
class Lead:
    """One page: what it is of, which one, where."""

    title: str
    name: str
    path: str


def leads(row: Finding) -> list[Lead]:
    """The pages that a finding leads to; the account's where nothing nearer is known."""
    near = [*_acted_on(row), *_about(row)]
    if row.account and (not near or row.kind in OF_ACCOUNTS):
        near.append(_page_of(row.account, "Account"))
    return near


def leads_from(subject: Booking | Room, row: Finding) -> list[Lead]:
    """The pages that a finding leads to from a booking's or a room's own page."""
    here = _page_of(subject, "").path
    return [each for each in leads(row) if each.path != here]


def leads_from_room(room: Room, row: Finding) -> list[Lead]:
    """The pages that a finding leads to from its room's: where it is seen to there, if it is, and others.

    What leads nowhere else leads to its own page.
    """
    others = leads_from(room, row)
    if row.kind in ON_THE_ROOM:
        title, place = ON_THE_ROOM[row.kind]
        return [Lead(title, "on this page", place), *others]
    return others or [_page_of(row, "Look")]


def ways_to_connect(row: Finding, request: HttpRequest) -> list[dict[str, Any]]:
    """The way to the vendor's consent, where that is the remedy and this person may."""
    stopped = row.account if row.kind in CONNECTED and row.closed_at is None else None
    return consent.buttons(request, stopped) if stopped and stopped.stopped_at else []


def _acted_on(row: Finding) -> Iterator[Lead]:
    if row.kind in PAGES and row.key.isdecimal():
        model, title = PAGES[row.kind]
        yield Lead(title, title.lower(), reverse(f"admin:backoffice_{model}_change", args=[row.key]))
    if row.kind in LISTS:
        model, title, narrowed = LISTS[row.kind]
        query = urlencode({name: getattr(row, value, value) for name, value in narrowed.items()})
        yield Lead(title, title.lower(), f"{reverse(f'admin:backoffice_{model}_changelist')}?{query}")
    if row.conflict:
        yield _page_of(row.conflict, "Both sides", "both sides")


def _about(row: Finding) -> Iterator[Lead]:
    """Who and where: a decision only where it is nobody's booking, for it stands on the booking's page."""
    if row.booking:
        yield _page_of(row.booking, "Booking")
    elif row.grant:
        yield _page_of(row.grant, "Access")
    if row.room:
        yield _page_of(row.room, "Room")
    if row.door:
        yield _page_of(row.door, "Door")


def _page_of(subject: Any, title: str, name: str = "") -> Lead:
    path = reverse(f"admin:backoffice_{subject._meta.model_name}_change", args=[subject.pk])  # noqa: SLF001
    return Lead(title, name or named(subject), path)
