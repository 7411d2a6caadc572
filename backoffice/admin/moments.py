"""What happened to a booking, in order of time: messages, decisions, codes, mails, doors, staff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.admin.show import chip_of, span, stamp, way_in
from backoffice.models import AccessGrant, Booking, EntryEvent, IssuedCode, Notice, StaffAct, WebhookMessage
from backoffice.states import CodeState


@dataclass(slots=True)
class Moment:
    """One thing that happened."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    state: Any = ""
    when: str = ""


def moments(
    booking: Booking,
    grants: Iterable[AccessGrant],
    codes: Iterable[IssuedCode],
    rows: dict[str, list[Any]],
    zone: ZoneInfo,
) -> list[Moment]:
    """All of it, the oldest first, with times on the venue's clock."""
    told: list[Moment] = [
        *_of_messages(rows["messages"]),
        *_of_booking(booking),
        *_of_grants(grants, zone),
        *_of_codes(codes, zone),
        *_of_notices(rows["notices"]),
        *_of_events(rows["events"]),
        *_of_acts(rows["acts"]),
    ]
    for moment in told:
        moment.when = stamp(moment.at, zone)
    return sorted(told, key=lambda moment: moment.at)


def _of_messages(messages: Iterable[WebhookMessage]) -> Iterator[Moment]:
    for message in messages:
        state = chip_of(message.state, message.get_state_display())
        title = f"The source sent a message: {message.action or 'something changed'}"
        yield Moment(message.received_at, "webhook", title, message.error, state)
        if message.acknowledged_at:
            yield Moment(message.acknowledged_at, "mark_email_read", "Its message was marked read")


def _of_booking(booking: Booking) -> Iterator[Moment]:
    status = chip_of(booking.status, booking.status)
    yield Moment(
        booking.first_seen_at, "event", f"First seen at {booking.account}", booking.status_text, status
    )
    if booking.changed_at != booking.first_seen_at:
        yield Moment(
            booking.changed_at, "edit_calendar", "Last changed at the source", booking.status_text, status
        )
    if booking.gone_at:
        yield Moment(booking.gone_at, "event_busy", "No longer exists at the source")


def _of_grants(grants: Iterable[AccessGrant], zone: ZoneInfo) -> Iterator[Moment]:
    for grant in grants:
        text = f"{span(grant.starts_at, grant.ends_at, zone)}. {grant.reason}"
        state = chip_of(grant.state, grant.get_state_display())
        yield Moment(
            grant.decided_at,
            "how_to_reg",
            f"{grant.door}: decided",
            f"{text} {grant.conflict} {grant.trimmed}".rstrip(),
            state,
        )


def _of_codes(codes: Iterable[IssuedCode], zone: ZoneInfo) -> Iterator[Moment]:
    for code in codes:
        name = f"{code.door}: {way_in(code.method)}"
        opens = f"It opens {span(code.starts_at, code.ends_at, zone)}."
        yield Moment(
            code.created_at, "pending_actions", f"{name} planned", f"To be issued {stamp(code.due_at, zone)}."
        )
        if code.issued_at:
            known = chip_of("accepted", "accepted by the vendor")
            yield Moment(code.issued_at, "password", f"{name} issued", opens, known)
        if code.confirmed_at:
            known = chip_of("confirmed", "confirmed by reading back")
            yield Moment(code.confirmed_at, "verified", f"{name} read back at the vendor", "", known)
        if code.ended_at:
            state = chip_of(code.state, code.get_state_display())
            yield Moment(code.ended_at, "key_off", f"{name} ended", code.reason, state)
        elif code.state == CodeState.FAILED:
            state = chip_of(code.state, code.get_state_display())
            at = code.issued_at or code.due_at
            yield Moment(
                max(at, code.created_at), "error", f"{name} failed", code.error or code.reason, state
            )


def _of_notices(notices: Iterable[Notice]) -> Iterator[Moment]:
    for notice in notices:
        state = chip_of(notice.state, notice.get_state_display())
        what = f"Mail to the guest: {notice.get_kind_display()}"
        yield Moment(notice.sent_at or notice.due_at, "mail", what, notice.error, state)


def _of_events(events: Iterable[EntryEvent]) -> Iterator[Moment]:
    for event in events:
        state = chip_of({"denied": "failed"}.get(event.outcome, event.outcome), event.outcome)
        yield Moment(
            event.happened_at, "sensor_door", f"{event.door or 'A door'} reported", event.text, state
        )


def _of_acts(acts: Iterable[StaffAct]) -> Iterator[Moment]:
    for act in acts:
        about = act.code.door if act.code else act.grant.door if act.grant else "the booking"
        if act.target.startswith("fob "):
            about = f"a fob for {about}"
        yield Moment(act.at, "person", f"{act.author}: {act.verb}, {about}", act.reason)
