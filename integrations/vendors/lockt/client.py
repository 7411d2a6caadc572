"""The client of one Lockt account, as the flow knows an access provider."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.errors import (
    Garbled,
    Misconfigured,
    Missing,
    NotReleased,
    Refused,
    Unavailable,
    VendorError,
)
from integrations.http import Http
from integrations.types import (
    CodeOrder,
    CodeRecord,
    CredentialRecord,
    Directory,
    DoorRecord,
    EventPage,
    Limits,
    Listing,
    Outcome,
    Settings,
    ZoneProof,
)
from integrations.vendors.lockt import rows, wishes
from integrations.vendors.lockt.batches import Batches
from integrations.vendors.lockt.events import Log, log, number
from integrations.vendors.lockt.fobs import Fobs
from integrations.vendors.lockt.people import People
from integrations.vendors.lockt.probe import SPARE, Probe
from integrations.vendors.lockt.rows import Holder
from integrations.vendors.lockt.site import Site
from integrations.vendors.lockt.wire import Wire
from integrations.vendors.lockt.wishes import Wish
from integrations.vendors.lockt.writing import End, Writer

LARGEST = 100  # records in one POST
ONLY_SILENT = (Unavailable, Garbled, Refused, NotReleased)  # errors that a list we can do without may have


def connect(settings: Settings) -> Lockt:
    """The client of an account whose base_url ends in /api/v1; its timezone is the zone of written times.

    Options: `batch` (100), `events_overlap` (50), `events_cache` (5000), `events_offset` (0).
    Misconfigured: http:// to another machine, no such zone, a secret is missing, an option is no number.
    """
    missing = [name for name in ("apiuser", "apikey") if not settings.secrets.get(name)]
    if missing:
        raise Misconfigured(f"secret {' and '.join(missing)} is missing")
    keys = {name: str(settings.secrets[name]) for name in ("apiuser", "apikey")}
    headers = {**keys, "Content-Type": "application/json"}
    wire = Wire(Http(settings.base_url, headers=headers, secrets=keys.values()))
    try:
        zone = ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Misconfigured(f"there is no time zone {settings.timezone!r}") from None
    batch = min(LARGEST, max(1, number(settings.options, "batch", LARGEST)))
    return Lockt(wire, zone, batch, log(wire, settings.options), settings.clock)


class Lockt(Fobs, Site):
    """Cards: one temporary cardholder per order, each write read back. Fobs, and a site's other calls."""

    def __init__(
        self, wire: Wire, zone: ZoneInfo, batch: int, events: Log, clock: Callable[[], datetime]
    ) -> None:
        self.limits = Limits(revocable=True, readable=True, batch=batch, one_writer=True)
        self._wire = wire
        self._zone = zone
        self._clock = clock
        self._log = events
        self._people = People(wire)
        self._batches = Batches(wire, batch)
        self._writer = Writer(self._batches, self._people)
        self._writing = threading.Lock()  # L-C6; between processes the caller holds a lock of its own

    def directory(self, models: Iterable[str]) -> Directory:
        """Doors, levels, schedules, people, credentials and fobs; fobs None where the vendor has none.

        Raises the error of the first list that cannot be had whole; batteries alone may stay unknown.
        """
        people = [row for row in self._wire.rows("/user") if not rows.is_fob(row)]
        return Directory(
            doors=self._doors(),
            access_levels=rows.listing(
                "access level", self._wire.rows("/accesslevel"), rows.Level, rows.level
            ),
            schedules=rows.schedules(self._wire.rows("/schedule")),
            cardholders=rows.listing("cardholder", people, rows.Holder, rows.cardholder),
            credentials=self._credentials(),
            fobs=self._fobs(),
        )

    def check(self, order: CodeOrder) -> None:
        """Raise Refused for an order that must not be sent; no levels = take everything away."""
        wishes.check(order, opens=bool(order.level_refs))

    def look(self, orders: Sequence[CodeOrder]) -> Sequence[CodeRecord | None]:
        """The cardholder of each order, `confirmed` when it is as ordered; None where there is none.

        None too for one that cannot be read, or whose order is refused: issuing it says why. A bounded number
        of reads: one list when there are more than ten orders.
        """
        wanted = [_wish(order, self._zone, opens=bool(order.level_refs)) for order in orders]
        good = [one for one in wanted if isinstance(one, Wish)]
        holders = self._people.find({one.key for one in good}).holders if good else {}
        keys = self._keys() if any(one.opens and one.key in holders for one in good) else []
        return [
            _record(one, holders[one.key], keys, strictly=True)
            if isinstance(one, Wish) and one.key in holders
            else None
            for one in wanted
        ]

    def issue(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """Make each cardholder as ordered, with its mobile credential's key as the secret (L-C11).

        Per order: confirmed by reading back, or Refused (its words), Misconfigured (the write zone is wrong;
        the holder is disabled again), Unavailable (look before writing again). Raises what concerns all.
        """
        return self._write(orders, opens=True)

    def withdraw(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """Disable each cardholder and take all levels away; one that does not exist needs nothing."""
        return self._write(orders, opens=False)

    def events(self, cursor: str) -> EventPage:
        """Events from a little before the cursor on ("" = all), oldest first; the cursor is the last ref."""
        return self._log.since(cursor)

    def validate(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """What the vendor would refuse, without doing it; an outcome without an error would be accepted.

        Raises NotReleased until the vendor has released validation (L-C24), and what concerns all orders.
        """
        with self._writing:
            wanted = _wishes(orders, self._zone, opens=True)
            good = [one for one in wanted if isinstance(one, Wish)]
            refused = self._writer.validate(good) if good else {}
        errors = [refused.get(one.key) if isinstance(one, Wish) else one for one in wanted]
        return [Outcome(order.key, error=error) for order, error in zip(orders, errors, strict=True)]

    def probe_zone(self, key: str = SPARE) -> ZoneProof:
        """Prove or refuse the account's zone: known times on a disabled spare user, read back (L-C15).

        `key` is the spare user's id_num; it is made when there is none, and its window is put back
        afterwards. Raises Refused for a user who is not disabled, Garbled when nothing can be concluded.
        """
        with self._writing:
            return Probe(self._wire, self._people, self._zone, self._clock().year).run(key)

    def _write(self, orders: Sequence[CodeOrder], *, opens: bool) -> list[Outcome]:
        with self._writing:
            wanted = _wishes(orders, self._zone, opens=opens)
            good = [one for one in wanted if isinstance(one, Wish)]
            ends = self._writer.carry_out(good) if good else {}
        made = any(isinstance(end, Holder) for end in ends.values())
        keys = self._keys() if opens and made else []
        return [_outcome(order, one, ends, keys) for order, one in zip(orders, wanted, strict=True)]

    def _doors(self) -> Listing:
        """Doors with their batteries; without the batteries when those cannot be read."""
        listed = self._wire.rows("/door")
        try:
            states = rows.listing(
                "battery", self._wire.rows("/doorstate"), rows.DoorState, lambda row, _raw: row
            )
        except ONLY_SILENT:
            states = Listing(())
        batteries = {state.id: state.battery_level for state in states.records}

        def record(row: rows.Door, raw: dict[str, object]) -> DoorRecord:
            return rows.door(row, raw, batteries.get(row.id))

        return rows.listing("door", listed, rows.Door, record)

    def _credentials(self) -> Listing:
        return rows.listing("credential", self._wire.rows("/credential"), rows.Credential, rows.credential)

    def _keys(self) -> list[CredentialRecord]:
        return list(self._credentials().records)

    def _fobs(self) -> Listing | None:
        try:
            return self.fobs()
        except (Missing, NotReleased):
            return None


def _wishes(orders: Sequence[CodeOrder], zone: ZoneInfo, *, opens: bool) -> list[Wish | VendorError]:
    """The wish of each order, or why it must not be sent; a holder or a card twice would be one of two."""
    made: list[Wish | VendorError] = []
    holders, cards = set[str](), set[str]()
    for order in orders:
        if order.holder_key in holders or (order.card_number and order.card_number in cards):
            made.append(Refused("another order of this batch has the same cardholder or card number"))
            continue
        holders.add(order.holder_key)
        cards.add(order.card_number)
        made.append(_wish(order, zone, opens=opens))
    return made


def _wish(order: CodeOrder, zone: ZoneInfo, *, opens: bool) -> Wish | VendorError:
    try:
        wishes.check(order, opens=opens)
    except Refused as error:
        return error
    return wishes.wish(order, zone, opens=opens)


def _outcome(
    order: CodeOrder, one: Wish | VendorError, ends: dict[str, End], keys: Sequence[CredentialRecord]
) -> Outcome:
    end = ends[one.key] if isinstance(one, Wish) else one
    if isinstance(end, VendorError) or isinstance(one, VendorError):
        return Outcome(order.key, error=end if isinstance(end, VendorError) else None)
    if end is None:
        note = "there is no such cardholder at the vendor"
        return Outcome(order.key, CodeRecord(order.key, "", confirmed=True, note=note))
    return Outcome(order.key, _record(one, end, keys, strictly=False))


def _record(one: Wish, holder: Holder, keys: Sequence[CredentialRecord], *, strictly: bool) -> CodeRecord:
    confirmed = one.true_of(holder, strictly=strictly)
    key = _key_of(holder, keys) if one.opens else None
    secret = (key.secret if key else "") or (holder.credential_key if one.opens else "")
    wrong = ", ".join(one.differences(holder)) or "access levels, which are not told"
    notes = [] if confirmed else [f"reading back differs in {wrong}"]
    if one.opens:
        notes += [one.note(), "" if secret else "the vendor lists no mobile credential for it"]
    note = "; ".join(filter(None, notes))
    return CodeRecord(one.order.key, holder.id, secret, holder.card_num, confirmed, note)


def _key_of(holder: Holder, keys: Sequence[CredentialRecord]) -> CredentialRecord | None:
    """The holder's own credential, the one with its card number first; by number alone if nobody is named."""
    own = [key for key in keys if key.holder_ref == holder.id]
    own.sort(key=lambda key: key.card_number != holder.card_num)
    nameless = [key for key in keys if not key.holder_ref and key.card_number == holder.card_num != ""]
    return next(iter(own + nameless), None)
