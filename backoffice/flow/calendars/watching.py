"""Being told of changes: push channels made, renewed before they end, and stopped; and what they tell."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from django.db.models import Q

from backoffice.models import CalendarPairing, CalendarReading, PushChannel, VendorAccount
from integrations.errors import Misconfigured, Refused, Unavailable, VendorError
from integrations.types import Calendar, Push
from integrations.types import PushChannel as Watched

LIFE = timedelta(days=7)  # asked for; what the vendor gives counts (4.4)
RENEW = timedelta(days=1)  # before its end
AGAIN = timedelta(hours=6)  # after a refusal


def watch(account: VendorAccount, client: Calendar, address: str, now: datetime) -> int:
    """See that each paired calendar tells `address` of its changes; how many channels were made or stopped.

    A channel is renewed a day before it ends, the new one before the old one is stopped; of a calendar that
    nobody reads any more it is stopped. A calendar that tells nobody is polled and asked again after hours.
    Without an address (none that is public) every channel is stopped. Raises Misconfigured and Unavailable.
    """
    paired = CalendarPairing.objects.filter(account=account, activated_at__isnull=False).values("ref")
    wanted = CalendarReading.objects.filter(account=account, ref__in=paired) if address else ()
    changed = sum(_renew(calendar, client, address, now) for calendar in wanted)
    kept = PushChannel.objects.filter(calendar__account=account, stopped_at=None)
    if address:
        kept = kept.exclude(calendar__ref__in=paired)
    return changed + sum(_stop(channel, client, now) for channel in kept)


def _renew(calendar: CalendarReading, client: Calendar, address: str, now: datetime) -> int:
    live = list(calendar.channels.filter(stopped_at=None))
    if any(each.expires_at and each.expires_at > now + RENEW for each in live):
        return 0
    if calendar.channels.filter(~Q(error=""), made_at__gt=now - AGAIN).exists():
        return 0
    made = _make(calendar, client, address, now)
    return made + sum(_stop(old, client, now) for old in live if made)


def _make(calendar: CalendarReading, client: Calendar, address: str, now: datetime) -> int:
    """The channel's token is stored before the vendor can tell of it (4.4)."""
    row = PushChannel.objects.create(
        calendar=calendar, ref=str(uuid.uuid4()), token=secrets.token_urlsafe(24), made_at=now
    )
    try:
        made = client.watch(calendar.ref, row.ref, address, row.token, now + LIFE)
    except (Misconfigured, Unavailable):
        row.delete()
        raise
    except VendorError as error:
        row.stopped_at, row.error = now, error.text
        row.save(update_fields=["stopped_at", "error"])
        return 0
    row.resource_ref, row.expires_at = made.resource_ref[:200], made.expires_at or now + LIFE
    row.save(update_fields=["resource_ref", "expires_at"])
    return 1


def _stop(row: PushChannel, client: Calendar, now: datetime) -> int:
    if row.expires_at is None or row.expires_at > now:
        try:
            client.stop_watch(Watched(row.ref, row.resource_ref, "", row.expires_at))
        except Refused as error:
            row.error = error.text
    row.stopped_at = now
    row.save(update_fields=["stopped_at", "error"])
    return 1


def hinted(account: VendorAccount, push: Push, now: datetime) -> bool:
    """Note that a calendar says it changed; False for a telling that no channel of ours can have sent.

    The token is compared in constant time; the first telling (`sync`) and one that was told before change
    nothing.
    """
    row = PushChannel.objects.filter(calendar__account=account, ref=push.channel_ref, stopped_at=None).first()
    if row is None or not secrets.compare_digest(row.token.encode(), push.token.encode()):
        return False
    later = PushChannel.objects.filter(pk=row.pk, last_number__lt=push.number)
    if later.update(last_number=push.number) and push.state != "sync":
        CalendarReading.objects.filter(pk=row.calendar_id).update(hinted_at=now)
    return True


def hints(account: VendorAccount) -> bool:
    """Has a calendar told of a change that was not read yet?"""
    return CalendarReading.objects.filter(account=account, hinted_at__isnull=False).exists()
