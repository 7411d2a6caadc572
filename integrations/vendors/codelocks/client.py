"""The client of Codelocks Connect, version 1: doors, durations and NetCodes."""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integrations.errors import Garbled, Missing, Refused
from integrations.types import (
    CodeOrder,
    CodeRecord,
    Directory,
    DoorRecord,
    Duration,
    EventPage,
    GridRecord,
    Limits,
    Listing,
    Outcome,
    RuleRecord,
    Settings,
)
from integrations.vendors.codelocks import netcode, records
from integrations.vendors.codelocks.desk import Desk
from integrations.vendors.codelocks.line import NETCODE, UTILITY, Line, Sleep
from integrations.vendors.codelocks.netcode import K3, LENGTHS, Question
from integrations.vendors.codelocks.phones import Phones, check_lock

logger = logging.getLogger(__name__)


def connect(settings: Settings, sleep: Sleep = time.sleep) -> Codelocks:
    """A client of one account; Misconfigured without an API key or with a plain http address (C-C1)."""
    return Codelocks(settings, Line(settings, sleep))


def reading_costs(
    secrets: Mapping[str, Any], options: Mapping[str, Any], models: Iterable[str]
) -> Counter[str]:
    """The paid calls of one `directory(models)`, by counter: what an account asks by itself (C-C9).

    One for the list of K3 locks, where it is asked for at all, and one for the durations of each model.
    """
    listed = bool(secrets.get("access_key")) and bool(options.get("k3", True))
    return Counter({UTILITY: listed + len(_once(models))})


class Codelocks(Phones, Desk):
    """An AccessProvider that can tell codes and never take one back (oddity 2); phone keys it can.

    Options: `netcode_version` (n/1), `utility_version` (u/1), `k3` (false: do not list K3 locks),
    `kl1550_digits` (the length of a KL1550's codes; unset: 4 to 8, for nobody knows).
    """

    limits = Limits(revocable=False, readable=False, batch=1, one_writer=False)

    def __init__(self, settings: Settings, line: Line) -> None:
        self._settings = settings
        self._line = line
        self._grids: dict[str, frozenset[Duration]] = {}

    def directory(self, models: Iterable[str]) -> Directory:
        """K3 locks and the durations of the models: one Utility call each.

        `doors` is None without an access key or with the option `k3` false. A model of which the vendor
        says that it tells no durations (KL1060G3 is not on its list) has no grid. Raises Garbled,
        Unavailable, OverBudget, Misconfigured.
        """
        listed = self._line.has_access_key and self._settings.options.get("k3", True)
        doors = self._doors() if listed else None
        grids = tuple(grid for model in _once(models) if (grid := self._grid(model)))
        return Directory(doors=doors, grids=grids)

    def door(self, ref: str) -> DoorRecord:
        """One K3 lock (one Utility call); Missing when the account has none with this id (C-C13)."""
        check_lock(ref)
        query = {"accesskey": self._line.access_key()}
        try:
            answer = self._line.get(UTILITY, f"/k3connect/{ref}", f"lock {ref}", query=query)
        except Refused as error:
            if error.status == 404:
                raise Missing(f"Codelocks has no lock {ref}", status=404) from None
            raise
        return records.one_door(answer)

    def rule(self, model: str, duration_id: int) -> RuleRecord:
        """The vendor's rule of one duration (one Utility call); Garbled when it cannot be read (C-C22)."""
        query = {"lockmodel": model.upper()}
        path = f"/duration/{duration_id}"
        return records.rule(self._line.get(UTILITY, path, f"rule of {model} {duration_id}", query=query))

    def check(self, order: CodeOrder) -> None:
        """Refused when the order cannot be right; nothing is sent or counted (C-C3, C-C4)."""
        asked = netcode.question(order)
        known = self._grids.get(asked.model)
        if known is not None and asked.duration not in known:
            raise Refused(f"a {asked.model} has no such duration as id {asked.duration.id}")

    def look(self, orders: Sequence[CodeOrder]) -> Sequence[CodeRecord | None]:
        """None for each: no endpoint tells what was issued (section 4)."""
        return [None for _ in orders]

    def issue(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """Ask for the code of one order: one NetCode call, and one more for each retry (C-C9, C-C12).

        The same order gives the same code and costs again, so ask once and keep it (C-C8). An outcome has
        a record, Refused (the vendor said no) or Garbled (it said nothing usable, C-C10). Raises
        Misconfigured, Unavailable, OverBudget.
        """
        return [self._outcome(order) for order in orders]

    def withdraw(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """Refused for each: the lock computes its codes, and no call takes one back (oddity 2)."""
        return [Outcome(order.key, error=Refused("a NetCode cannot be withdrawn")) for order in orders]

    def events(self, cursor: str) -> EventPage | None:
        """None: KitLocks report nothing, and the K3 audit costs a Utility call per lock and page."""
        return None

    def _outcome(self, order: CodeOrder) -> Outcome:
        try:
            self.check(order)
            return Outcome(order.key, record=self._issued(order, netcode.question(order)))
        except (Refused, Garbled) as error:
            return Outcome(order.key, error=error)

    def _issued(self, order: CodeOrder, asked: Question) -> CodeRecord:
        identifier = self._line.access_key() if asked.model == K3 else asked.identifier
        path = f"/netcode/{asked.lock_id}"
        answer = self._line.get(NETCODE, path, asked.subject, query=asked.query(identifier))
        try:
            code, fields = netcode.code(answer, self._lengths(asked.model))
        except Refused as error:
            raise Refused(self._line.shown(error.text), status=error.status) from None
        note = netcode.disagreement(asked, fields)
        if note:
            logger.warning("%s: %s", asked.subject, note)
        return CodeRecord(order.key, ref=order.door_ref or asked.lock_id, secret=code, note=note)

    def _lengths(self, model: str) -> tuple[int, int]:
        digits = str(self._settings.options.get("kl1550_digits") or "")
        if model == "KL1550" and re.fullmatch(r"[0-9]{1,2}", digits):
            return int(digits), int(digits)
        return LENGTHS[model]

    def _doors(self) -> Listing:
        query = {"accesskey": self._line.access_key()}
        return records.doors(self._line.get(UTILITY, "/k3connect", "list of K3 locks", query=query))

    def _grid(self, model: str) -> GridRecord | None:
        query = {"lockmodel": model, "operation": "DURATIONS"}
        try:
            answer = self._line.get(UTILITY, "/durations", f"durations of {model}", query=query)
        except Refused as error:
            if error.status == 404:  # a parameter is missing: our fault, not the model's
                raise
            logger.warning("no durations of %s: %s", model, error.text)
            return None
        grid = records.grid(model, answer)
        self._grids[model] = frozenset(grid.durations)
        return grid


def _once(models: Iterable[str]) -> list[str]:
    """Each known model once, in the vendor's spelling."""
    return [model for model in dict.fromkeys(name.upper() for name in models) if model in LENGTHS]
