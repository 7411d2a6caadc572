"""The one place that names the vendors: slug, label, role, secrets, how to connect, how to read a hook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.types import AccessProvider, BookingSource, Calendar, Hook, Method, Push, Role, Settings
from integrations.vendors import codelocks, google_calendar, locaboo, lockme, lockt

ReadHook = Callable[[Mapping[str, str], bytes], Hook]
ReadPush = Callable[[Mapping[str, str]], Push]
ReadingCosts = Callable[[Mapping[str, Any], Mapping[str, Any], Iterable[str]], Mapping[str, int]]
"""From an account's secrets and options and its doors' models to the calls of one reading, by counter."""


@dataclass(frozen=True, slots=True)
class Consent:
    """How a manager connects an account in the browser, by OAuth2.

    `authorize` gives the vendor's page (settings, state, PKCE verifier); `exchange` what the code from the
    callback is worth (settings, code, verifier) and `paste` what a pasted text is worth, each as secrets to
    be stored; `gives` names the secrets that come this way, so they may be missing before.
    """

    authorize: Callable[[Settings, str, str], str]
    exchange: Callable[[Settings, str, str], Mapping[str, Any]]
    gives: tuple[str, ...]
    paste: Callable[[str], Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """What the rest of Latchkey must know to use a vendor it cannot name."""

    label: str
    role: Role
    secrets: tuple[str, ...]  # names that must be present
    connect: Callable[[Settings], Any] | None = None
    read_hook: ReadHook | None = None
    default_options: Mapping[str, Any] = field(default_factory=dict)
    methods: tuple[Method, ...] = ()
    poll_minutes: int = 15
    budgets: Mapping[str, str] = field(default_factory=dict)  # counter -> name of the option with its quota
    counters: Mapping[str, str] = field(default_factory=dict)  # counter -> what people call it
    plans: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # name -> calls a month by counter
    costs: Mapping[Method, Mapping[str, int]] = field(default_factory=dict)  # of one way in, by counter
    endings: Mapping[Method, Mapping[str, int]] = field(default_factory=dict)  # the same, at its end
    reading_costs: ReadingCosts | None = None  # of one reading, by counter; None where it is free
    memory_costs: Mapping[str, int] = field(default_factory=dict)  # of one reading of a lock's memory
    consent: Consent | None = None
    read_push: ReadPush | None = None  # of a calendar that tells of changes; ValueError when it is no telling
    event_marks: Mapping[str, str] = field(default_factory=dict)  # "channel:status" -> what its events bear
    desk: frozenset[str] = frozenset()  # what staff can have done there; no client must be made to know

    @property
    def entered(self) -> tuple[str, ...]:
        """The secrets that a person enters; the others may come by consent."""
        later = self.consent.gives if self.consent else ()
        return tuple(name for name in self.secrets if name not in later)


VENDORS: Mapping[str, Vendor] = {
    "lockme": Vendor(
        label="Lock.me",
        role=Role.BOOKINGS,
        secrets=("client_id", "client_secret", "redirect_uri", "token"),
        connect=lockme.connect,
        read_hook=lockme.read_hook,
        default_options={"version": "v2.4", "language": "en"},
        poll_minutes=5,
        consent=Consent(
            authorize=lockme.consented,
            exchange=lockme.given,
            gives=("token", "redirect_uri"),
            paste=lockme.pasted,
        ),
        event_marks={"*:pending": "#block", "web:confirmed": "LM"},  # lockme 3.3; paid there = web (3.2)
        desk=frozenset({"reservations", "room_calendar", "blocks", "slots", "trial"}),
    ),
    "locaboo": Vendor(
        label="Locaboo",
        role=Role.BOOKINGS,
        secrets=("api_secret_key",),
        connect=locaboo.connect,
        default_options={"language": "de"},
        poll_minutes=1,
        desk=frozenset({"bookings", "customers", "invoices", "blocks"}),
    ),
    "lockt": Vendor(
        label="Lockt SecureAccess",
        role=Role.ACCESS,
        secrets=("apiuser", "apikey"),
        connect=lockt.connect,
        default_options={"app": "BEST Switch", "fob_turnaround": 30},  # the name guests find it by; minutes
        methods=(Method.CARD, Method.FOB),
        poll_minutes=5,
        desk=frozenset({"zone_proof", "site", "fobs"}),
    ),
    "codelocks": Vendor(
        label="Codelocks Connect",
        role=Role.ACCESS,
        secrets=("api_key",),  # and access_key, where K3 locks are used
        connect=codelocks.connect,
        default_options={
            "netcode_quota": 100,
            "utility_quota": 1000,
            "phone_deadline_minutes": 120,
            "app": "C3 Smart",  # in the place of the K3 Connect app since 2023
        },
        methods=(Method.NETCODE, Method.PHONE),
        poll_minutes=24 * 60,  # every listing is a paid Utility call
        budgets={"netcode": "netcode_quota", "utility": "utility_quota"},
        counters={"netcode": "NetCode", "utility": "Utility"},
        plans={
            "Business 1": {"netcode": 100, "utility": 1000},
            "Business 2": {"netcode": 315, "utility": 1000},
            "Enterprise 1": {"netcode": 6000, "utility": 3000},
            "Enterprise 2": {"netcode": 12000, "utility": 3000},
            "Pro 1": {"netcode": 613, "utility": 2000},
            "Pro 2": {"netcode": 1250, "utility": 2000},
            "Pro 3": {"netcode": 2417, "utility": 2000},
        },
        # a phone key: its lock is listed, the guest invited and looked after; then it is removed, and listed
        costs={Method.NETCODE: {"netcode": 1}, Method.PHONE: {"utility": 3}},
        endings={Method.PHONE: {"utility": 2}},
        reading_costs=codelocks.reading_costs,
        memory_costs={"utility": 1},
        desk=frozenset({"commissioning", "lock_memory", "lock_facts", "phone_keys"}),
    ),
    "google_calendar": Vendor(
        label="Google Calendar",
        role=Role.CALENDAR,
        secrets=("client_id", "client_secret", "token_uri", "refresh_token"),
        connect=google_calendar.connect,
        consent=Consent(
            authorize=google_calendar.authorize_url,
            exchange=google_calendar.exchange,
            gives=("refresh_token",),
        ),
        read_push=google_calendar.read_push,
        poll_minutes=5,
    ),
}


def choices() -> list[tuple[str, str]]:
    """(slug, label) of every vendor, for a form."""
    return [(slug, vendor.label) for slug, vendor in VENDORS.items()]


def access_client(slug: str, settings: Settings) -> AccessProvider:
    """The client of an access provider's account; KeyError for an unknown slug."""
    client = VENDORS[slug].connect
    assert client is not None, f"{slug} has no client"  # noqa: S101 the registry's own promise
    provider: AccessProvider = client(settings)
    return provider


def calendar_client(slug: str, settings: Settings) -> Calendar:
    """The client of a calendar account; KeyError for an unknown slug."""
    client = VENDORS[slug].connect
    assert client is not None, f"{slug} has no client"  # noqa: S101 the registry's own promise
    calendar: Calendar = client(settings)
    return calendar


def booking_client(slug: str, settings: Settings) -> BookingSource:
    """The client of a booking source's account; KeyError for an unknown slug."""
    client = VENDORS[slug].connect
    assert client is not None, f"{slug} has no client"  # noqa: S101 the registry's own promise
    source: BookingSource = client(settings)
    return source
