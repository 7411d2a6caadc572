"""When games may start at a place that sells slots: read for the days on which it is to be blocked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from backoffice.flow.channels.loading import load
from backoffice.flow.channels.values import Place, Stay, World
from backoffice.flow.channels.wanting import families
from backoffice.models import Resource, SlotDay, VendorAccount
from integrations.errors import Refused
from integrations.types import SlotSource

FRESH = timedelta(hours=1)  # a change of the week or an exception is noticed within (B11)
DAY = timedelta(days=1)
Due = tuple[Resource, date]


def slots_due(account: VendorAccount, now: datetime) -> list[Due]:
    """The things and days of an account whose slots are to be read: wanted for a block, and not known lately.

    The option `slots_minutes` says how long they count as known (60).
    """
    blocked = Resource.objects.filter(account=account, gone_at=None, room__block_on__contains=[account.slug])
    if not blocked.exists():
        return []
    world = load(now, words=False)
    needed = set(_needed(world, account))
    if not needed:
        return []
    minutes = account.option("slots_minutes")
    since = now - (timedelta(minutes=float(minutes)) if minutes else FRESH)
    known = SlotDay.objects.filter(resource__account=account, read_at__gt=since)
    missing = needed - set(known.values_list("resource_id", "day"))
    resources = Resource.objects.in_bulk({resource for resource, _ in missing})
    return sorted(
        ((resources[pk], day) for pk, day in missing if pk in resources), key=lambda due: (due[1], due[0].pk)
    )


def _needed(world: World, account: VendorAccount) -> Iterator[tuple[int, date]]:
    family = families(world.rooms)
    places = [place for place in world.places if place.account_id == account.pk and place.by_slot]
    for stay in world.stays:
        rooms = set(family.get(stay.room_id, ()))
        for place in places:
            if place.room_id in rooms and place.resource_id != stay.resource_id:
                yield from ((place.resource_id, day) for day in _days(stay, place, world, account))


def _days(stay: Stay, place: Place, world: World, account: VendorAccount) -> Iterable[date]:
    """The days of the account's calendar on which a game could take the stay's time; none long over."""
    zone = ZoneInfo(account.timezone)
    before = timedelta() if stay.calendar else place.session
    first = max((stay.starts_at - before).astimezone(zone).date(), world.now.astimezone(zone).date())
    last = stay.ends_at.astimezone(zone).date()
    last = min(last, (world.now + timedelta(days=account.horizon_days)).astimezone(zone).date())
    return [first + n * DAY for n in range((last - first).days + 1)]


def read_slots(source: SlotSource, due: Iterable[Due], now: datetime) -> int:
    """Read the slots of things and days, and keep them; how many days differ from before.

    A source that does not tell them (Refused) keeps none that we could go by. Else raises as the client
    does; what was read before stays.
    """
    changed = 0
    for resource, day in due:
        starts = _starts(source, resource.ref, day)
        row, made = SlotDay.objects.get_or_create(
            resource=resource, day=day, defaults={"starts": starts, "read_at": now}
        )
        changed += made or row.starts != starts
        if not made:
            row.starts, row.read_at = starts, now
            row.save(update_fields=["starts", "read_at"])
    return changed


def _starts(source: SlotSource, ref: str, day: date) -> list[str]:
    try:
        return [at.astimezone(UTC).isoformat() for at in source.offered(ref, day)]
    except Refused:
        return []
