"""The smallest valid rows, on fixed dates; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from backoffice import models
from backoffice.fields import fingerprint
from backoffice.models import hook_digest
from integrations.types import BookingStatus, Method

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday morning, as in conftest
START = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)  # 18:00 in Berlin, the same day
HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"
KITLOCK = {"model": "KL1060", "timecode": "202511161623", "identifier": "101691", "clock": "UTC"}


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = models.VendorAccount

    slug = factory.Sequence("lockme-{}".format)
    vendor = "lockme"
    base_url = "http://127.0.0.1:1/lockme"
    timezone = BERLIN
    hook_token = factory.Sequence("hook-token-{}".format)
    hook_digest = factory.LazyAttribute(lambda account: hook_digest(account.hook_token))


class CodelocksFactory(AccountFactory):
    slug = factory.Sequence("kit-{}".format)
    vendor = "codelocks"
    base_url = "http://127.0.0.1:1/codelocks"
    poll_minutes = 24 * 60  # each is paid for


class LocktFactory(AccountFactory):
    slug = factory.Sequence("best-{}".format)
    vendor = "lockt"
    base_url = "http://127.0.0.1:1/lockt/api/v1"


class LocabooFactory(AccountFactory):
    slug = factory.Sequence("town-hall-{}".format)
    vendor = "locaboo"
    base_url = "http://127.0.0.1:1/locaboo"


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = models.Venue

    slug = factory.Sequence("venue-{}".format)
    name = "Centre"
    timezone = BERLIN


class RoomFactory(DjangoModelFactory):
    """A room; `path` is its doors, the outermost first."""

    class Meta:
        model = models.Room
        skip_postgeneration_save = True

    venue = factory.SubFactory(VenueFactory)
    slug = factory.Sequence("room-{}".format)
    name = "Laboratory"

    @factory.post_generation
    def path(self, create: bool, doors: list[Any] | None, **kwargs: Any) -> None:
        for position, door in enumerate(doors or [], 1):
            models.PathStep.objects.create(room=self, door=door, position=position)


class DoorFactory(DjangoModelFactory):
    """A KitLock on UTC."""

    class Meta:
        model = models.Door

    account = factory.SubFactory(CodelocksFactory)
    ref = factory.Sequence("202511161623/{:06}".format)
    name = factory.Sequence("Door {}".format)
    slug = factory.Sequence("door-{}".format)
    venue = factory.SubFactory(VenueFactory)
    method = Method.NETCODE
    lock = factory.LazyFunction(lambda: dict(KITLOCK))


class K3DoorFactory(DoorFactory):
    """A K3 lock whose vendor says that it is in Berlin."""

    ref = factory.Sequence("{:032x}".format)
    lock = factory.LazyFunction(dict)
    raw = factory.LazyFunction(lambda: {"timezone": BERLIN})


class CardDoorFactory(DoorFactory):
    """A door that opens to cardholders; give it an AccessLevel, or nobody can be given it."""

    account = factory.SubFactory(LocktFactory)
    ref = factory.Sequence("{}".format)
    method = Method.CARD
    lock = factory.LazyFunction(dict)


class LevelFactory(DjangoModelFactory):
    class Meta:
        model = models.AccessLevel

    account = factory.SubFactory(LocktFactory)
    ref = factory.Sequence("{}".format)
    name = "Level"
    door_refs = factory.LazyFunction(list)


class ResourceFactory(DjangoModelFactory):
    class Meta:
        model = models.Resource

    account = factory.SubFactory(AccountFactory)
    ref = factory.Sequence("{}".format)
    title = "The lab"
    room = factory.SubFactory(RoomFactory)
    session_minutes = 60


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = models.Customer

    account = factory.SubFactory(AccountFactory)
    ref = factory.Sequence("{}".format)
    name = "Ida Kern"
    email = factory.Sequence("ida{}@example.test".format)
    language = "en"

    @factory.lazy_attribute
    def email_fingerprint(self) -> str:
        return fingerprint(self.email) if self.email else ""


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = models.Booking

    account = factory.SubFactory(AccountFactory)
    ref = factory.Sequence("{}".format)
    status = BookingStatus.CONFIRMED
    status_text = "confirmed"
    customer = factory.SubFactory(CustomerFactory, account=factory.SelfAttribute("..account"))
    first_seen_at = NOW
    changed_at = NOW


class OccurrenceFactory(DjangoModelFactory):
    """One hour from 18:00 in Berlin; `room` is the room of its resource."""

    class Meta:
        model = models.Occurrence

    class Params:
        room = None

    booking = factory.SubFactory(BookingFactory)
    resource = factory.LazyAttribute(
        lambda occurrence: ResourceFactory(
            account=occurrence.booking.account, **({"room": occurrence.room} if occurrence.room else {})
        )
    )
    starts_at = START
    ends_at = factory.LazyAttribute(lambda occurrence: occurrence.starts_at + HOUR)


class GrantFactory(DjangoModelFactory):
    """The decision of a granted door, 15 minutes before and after."""

    class Meta:
        model = models.AccessGrant

    occurrence = factory.SubFactory(OccurrenceFactory)
    door = factory.SubFactory(DoorFactory)
    method = factory.LazyAttribute(lambda grant: grant.door.method)
    starts_at = START - HOUR / 4
    ends_at = START + HOUR * 5 / 4
    reason = "booked"
    decided_at = NOW


class CodeFactory(DjangoModelFactory):
    """A planned PIN from 17:00 to 20:00 in Berlin."""

    class Meta:
        model = models.IssuedCode

    grant = factory.SubFactory(GrantFactory)
    door = factory.SelfAttribute("grant.door")
    account = factory.SelfAttribute("door.account")
    method = factory.SelfAttribute("grant.method")
    key = factory.Sequence("code-{}".format)
    starts_at = START - HOUR
    ends_at = START + 2 * HOUR
    early_minutes = 45
    late_minutes = 45
    due_at = START - 25 * HOUR
    start_local = "2026-03-09 16:00"
    duration_id = 2
    duration_hours = 3
    created_at = NOW


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence("staff{}".format)


class OverrideFactory(DjangoModelFactory):
    """Staff's word, from now for a day; say what about."""

    class Meta:
        model = models.Override

    kind = models.OverrideKind.HOLD
    starts_at = NOW
    ends_at = NOW + 24 * HOUR
    reason = "the pipe burst"
    author = factory.SubFactory(UserFactory)
    created_at = NOW


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = models.Notice

    booking = factory.SubFactory(BookingFactory)
    kind = models.NoticeKind.ACCESS
    key = factory.Sequence("notice-{}".format)
    due_at = NOW


class EventFactory(DjangoModelFactory):
    class Meta:
        model = models.EntryEvent

    account = factory.SubFactory(LocktFactory)
    ref = factory.Sequence("{}".format)
    happened_at = START
    learned_at = START
    outcome = "granted"


class RunFactory(DjangoModelFactory):
    class Meta:
        model = models.SyncRun

    account = factory.SubFactory(AccountFactory)
    state = "ok"
    started_at = NOW
    finished_at = NOW


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = models.WebhookMessage

    account = factory.SubFactory(AccountFactory)
    ref = factory.Sequence("{}".format)
    received_at = NOW
