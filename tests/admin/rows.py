"""Rows in every table, with marked values in everything that must not be shown."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType

from backoffice import models
from tests import factories as make

MARK = "plantedsecret"
EMAIL = f"{MARK}@mail.test"
HOUR = timedelta(hours=1)


def fill(count, now):
    """So many rows in every table, hanging together: bookings of one room, doors of its path."""
    lock_account = make.CodelocksFactory(secrets={"api_key": MARK}, hook_token=f"{MARK}-hook")
    source = make.AccountFactory(secrets={"client_id": MARK}, hook_token=f"{MARK}-source")
    venue = make.VenueFactory()
    doors = [make.DoorFactory(account=lock_account, venue=venue) for _ in range(count)]
    room = make.RoomFactory(venue=venue, path=doors)
    resource = make.ResourceFactory(account=source, room=room)
    for n in range(count):
        booking = _booking(source, resource, n, now)
        _access(booking, doors[n], n, now)
        _conflicts(booking, make.UserFactory(), now)
        _channels(booking, n, now)
        _places(venue, source, n, now)
        _directory(lock_account, n, now)
        _counted(lock_account, n, now)
    return booking


def _booking(source, resource, n, now):
    customer = make.CustomerFactory(account=source, name=f"Guest {n}", email=EMAIL, phone=f"+49{MARK}")
    booking = make.BookingFactory(
        account=source, customer=customer, raw={"contact": MARK}, ref=f"{n + 100}", external_ref=f"EXT{n}"
    )
    make.OccurrenceFactory(booking=booking, resource=resource, starts_at=now + n * HOUR)
    models.WebhookMessage.objects.create(
        account=source, ref=f"m{n}", booking_ref=booking.ref, received_at=now, raw={"contact": MARK}
    )
    models.RejectedRow.objects.create(
        account=source,
        kind="booking",
        ref=str(n),
        reason="no start",
        digest="d",
        seen_at=now,
        raw={"x": MARK},
    )
    make.RunFactory(account=source, started_at=now - n * HOUR)
    return booking


def _access(booking, door, n, now):
    author = make.UserFactory()
    grant = make.GrantFactory(occurrence=booking.occurrences.get(), door=door)
    code = make.CodeFactory(
        grant=grant, state="lingering", secret=MARK, starts_at=now, ends_at=now + 3 * HOUR
    )
    make.EventFactory(account=door.account, door=door, code=code, happened_at=now, raw={"x": MARK})
    make.OverrideFactory(
        author=author, booking=booking, starts_at=now, ends_at=now + HOUR, person_email=EMAIL
    )
    notice = make.NoticeFactory(booking=booking, recipient=EMAIL, body=f"PIN {MARK}")
    notice.codes.add(code)
    models.Finding.objects.create(
        kind="test", key=str(n), text="look", booking=booking, door=door, opened_at=now
    )
    room = grant.occurrence.resource.room
    models.Finding.objects.create(
        kind="test", key=f"room {n}", text="look", grant=grant, room=room, opened_at=now
    )
    models.StaffAct.objects.create(
        at=now,
        author=author,
        verb="hold",
        reason="r",
        target="booking",
        booking=booking,
        grant=grant,
        code=code,
    )
    models.KnownAnswer.objects.create(account=door.account, digest=f"d{n}", secret=MARK, asked_at=now)
    models.PaidCall.objects.create(
        account=door.account, counter="netcode", month=now.date().replace(day=1), at=now
    )
    models.VendorWrite.objects.create(
        account=booking.account,
        verb="edit",
        subject="x",
        booking=booking,
        asked={"name": MARK},
        author=author,
        asked_at=now,
    )
    content = ContentType.objects.get_for_model(models.Venue)
    LogEntry.objects.create(
        user=author, content_type=content, object_repr="x", action_flag=CHANGE, action_time=now
    )


def _places(venue, source, n, now):
    del now
    Group.objects.create(name=f"group {n}")
    other = make.RoomFactory(venue=venue, name=f"Room {n}")
    make.ResourceFactory(account=source, room=other)
    calendar = make.AccountFactory(vendor="google_calendar", slug=f"cal-{n}")
    models.CalendarPairing.objects.create(room=other, account=calendar, ref=f"{n}@calendar")


def _counted(account, n, now):
    by = {"author": make.UserFactory(), "account": account}
    month = now.date().replace(day=1)
    models.BoltOn.objects.create(
        **by, counter="netcode", month=month, calls=5, reason="a fair", bought_at=now
    )
    models.CounterStop.objects.create(
        account=account, counter="netcode", month=month, text="Limit Exceeded", at=now, lifted_at=now
    )
    models.ZoneProof.objects.create(
        **by, timezone=account.timezone, proven=True, restored=True, note="as written", at=now
    )


def _conflicts(booking, author, now):
    """The booking and another of the same room and hour; a calendar feed of the room."""
    first = booking.occurrences.get()
    known = {"account": booking.account, "customer": booking.customer, "raw": {"contact": MARK}}
    other = make.BookingFactory(ref=f"other-{booking.pk}", **known)
    second = make.OccurrenceFactory(booking=other, resource=first.resource, starts_at=first.starts_at)
    room = first.resource.room
    models.Conflict.objects.create(
        kind="room",
        first=first,
        second=second,
        room=room,
        text="Two",
        starts_at=now,
        ends_at=now + HOUR,
        opened_at=now,
    )
    token = f"{MARK}-{booking.pk}"
    models.Feed.objects.create(
        venue=room.venue,
        room=room,
        token=token,
        digest=models.feed_digest(token),
        made_at=now,
        made_by=author,
    )


def _directory(account, n, now):
    named = {"account": account, "ref": str(n)}
    models.AccessLevel.objects.create(**named, name="Level", door_refs=["501"])
    models.Schedule.objects.create(**named, name="Days", days=[True] * 7)
    models.Cardholder.objects.create(
        **named, name="Holder", starts_at=now, ends_at=now + HOUR, level_refs=["11"]
    )
    models.Credential.objects.create(**named, secret=MARK)
    models.LockGrid.objects.create(**named, durations=[[1, 1, 0]], read_at=now)
    fob = models.Fob.objects.create(**named, name="Fob", starts_at=now, ends_at=now + HOUR)
    grant = models.AccessGrant.objects.order_by("-pk").first()
    models.FobLoan.objects.create(fob=fob, grant=grant, starts_at=now, ends_at=now + HOUR)


def _channels(booking, n, now):
    """A calendar of the booking's room, read and written; what the booking blocks; hours on offer."""
    stay, ref = booking.occurrences.get(), f"{n}@room"
    account = make.AccountFactory(vendor="google_calendar", slug=f"rooms-{n}", secrets={"token": MARK})
    pairing = models.CalendarPairing.objects.create(
        room=stay.resource.room, account=account, ref=ref, activated_at=now
    )
    calendar = models.CalendarReading.objects.create(account=account, ref=ref, title="Lab", token=MARK)
    times = {"starts_at": now + n * HOUR, "ends_at": now + (n + 1) * HOUR}
    models.CalendarEvent.objects.create(
        calendar=calendar, ref=f"e{n}", summary="Cleaning", seen_at=now, **times
    )
    models.PushChannel.objects.create(calendar=calendar, ref=f"c{n}", token=MARK, made_at=now)
    models.SlotDay.objects.create(
        resource=stay.resource, day=now.date() + n * 24 * HOUR, starts=[now.isoformat()], read_at=now
    )
    block = {"occurrence": stay, "room": stay.resource.room, "created_at": now, **times}
    models.Block.objects.create(
        **block, account=account, pairing=pairing, calendar_ref=ref, error="It is down"
    )
    models.Block.objects.create(**block, account=booking.account, resource=stay.resource, state="failed")
