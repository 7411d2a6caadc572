"""Batches of writes: options with the vendor's dangerous defaults, counters, and its ways to fail."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Response

from integrations.sandbox.lockt.rows import (
    FOB_TEXTS,
    TEXTS,
    Draft,
    Row,
    complaints,
    flag,
    instant,
    matches,
    merge,
    merge_levels,
)
from integrations.sandbox.lockt.site import Site
from integrations.sandbox.lockt.things import Person
from integrations.sandbox.wire import answer

NO_DATA = "No data found or invalid JSON objects supplied. Could not parse input."
TOO_MANY = "Batch size exceeds maximum of {} objects."
INVALID = "Validation errors found. Batch has failed. Details provided."
DEFAULTS = {"update_existing": False, "validate_fails_batch": True, "replace_privileges": True}


@dataclass
class Tally:
    """What became of the rows of one batch."""

    submitted: int
    inserted: int = 0
    updated: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: Row, texts: list[str], known: int = -1) -> None:
        """Count a bad row; its echo has the id of what is there, -1 for a new record, and what was sent."""
        echo = row if "name" in row else {"id": known, **{k: v for k, v in row.items() if k != "id"}}
        self.errors.append({"error": texts, "input_data": echo})


Take = Callable[[Site, Draft, Row, dict[str, bool]], "str | list[str]"]


def refusal(text: str, errors: list[dict[str, Any]] | None = None) -> Response:
    """A batch that failed: no data, a result and details."""
    return answer({"result": [text], "errors": errors or []}, 400)


def read_options(given: Any) -> dict[str, bool] | list[str]:
    """The options with their defaults, or what is wrong with them."""
    if not isinstance(given, dict):
        return ["Invalid options found"]
    read = dict(DEFAULTS)
    for name in DEFAULTS.keys() & given.keys():
        try:
            read[name] = flag(given[name])
        except ValueError:
            return [f"Invalid value for {name} found: {given[name]}"]
    return read


def submit(
    site: Site,
    rows: list[Row],
    options: dict[str, bool],
    take: Take,
    stop: str = "",
    *,
    commit: bool = True,
) -> Response:
    """Carry out a batch of people or fobs; with `stop` half of it, then that literal."""
    draft = copy.deepcopy(site.people)
    tally = Tally(len(rows))
    for row in rows[: len(rows) // 2] if stop else rows:
        done = take(site, draft, row, options)
        if isinstance(done, list):
            tally.refuse(row, done, _known(draft, row))
        elif done:
            setattr(tally, done, getattr(tally, done) + 1)
    if tally.errors and options["validate_fails_batch"]:
        return refusal(INVALID, tally.errors)
    if commit:
        site.people = draft
        site.provide()
    return refusal(stop) if stop else said(site, tally)


def _known(draft: Draft, row: Row) -> int:
    """The id of what a row is about: a reassignment names its fob, and a user is found; -1 is a new one."""
    if "user_id" in row:
        return _number(row.get("id"))
    hits = matches(draft, row)
    return hits[0].id if len(hits) == 1 else -1


def said(site: Site, tally: Tally) -> Response:
    """The answer to a batch of which at least the good rows were applied."""
    inserted, updated = tally.inserted, tally.updated
    if site.switch["odd_counters"]:
        inserted, updated = inserted + updated, updated if tally.inserted else 0
    counters: dict[str, Any] = {"submitted": tally.submitted, "inserted": inserted, "updated": updated}
    body: dict[str, Any] = {"data": {**counters, "errors": len(tally.errors)}}
    style = site.switch["partial"] if tally.errors else "counters"
    if style == "400":
        return refusal("Validation errors found. Details provided.", tally.errors)
    if style == "list":
        body["errors"] = tally.errors
    if style == "data":
        body["data"]["errors"] = tally.errors
    return answer(body)


def take_user(site: Site, draft: Draft, row: Row, options: dict[str, bool]) -> str | list[str]:
    """Insert, update or silently ignore one user; gives the counter, or what is wrong."""
    hits = matches(draft, row)
    if hits and not options["update_existing"]:
        return ""
    if len(hits) > 1:
        return ["Record matches more than one existing user"]
    if wrong := complaints(site, draft, row, hits[0].id if hits else None):
        return wrong
    person = hits[0] if hits else Person(site.new_id())
    draft[person.id] = person
    merge(site, person, row, TEXTS)
    merge_levels(person, row, replace=options["replace_privileges"])
    return "updated" if hits else "inserted"


def take_fob(site: Site, draft: Draft, row: Row, _options: dict[str, bool]) -> str | list[str]:
    """Insert one fob: there is nothing it is matched by."""
    if wrong := complaints(site, draft, row, None):
        return wrong
    fob = Person(site.new_id(), fob=True)
    draft[fob.id] = fob
    merge(site, fob, row, FOB_TEXTS)
    return "inserted"


def reassign_fob(site: Site, draft: Draft, row: Row, _options: dict[str, bool]) -> str | list[str]:
    """Give a fob to a user; the counter is the vendor's: an update that says inserted."""
    fob, user = draft.get(_number(row.get("id"))), draft.get(_number(row.get("user_id")))
    if fob is None or not fob.fob:
        return [f"Fob not found: {row.get('id')}"]
    if user is None or user.fob:
        return [f"User not found: {row.get('user_id')}"]
    if wrong := complaints(site, draft, row, fob.id):
        return wrong
    fob.user_id, fob.enabled = user.id, True
    for name, place in (("access_effective", "effective"), ("access_expires", "expires")):
        if name in row or site.switch["fob_dates"] == "clear":
            setattr(fob, place, instant(site, row.get(name)))
    return "inserted"


def _number(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0


def add_doors(site: Site, rows: list[Row], options: dict[str, bool]) -> Response:
    """Create doors by name."""
    tally, names = Tally(len(rows)), {door.name for door in site.doors.values()}
    fresh: list[str] = []
    for row in rows:
        name = str(row.get("name") or "")
        if not name or name in names:
            tally.refuse(row, [f"Door Name Already Exists: {name}" if name else "Door Name missing"])
        else:
            names.add(name)
            fresh.append(name)
    if tally.errors and options["validate_fails_batch"]:
        return refusal(INVALID, tally.errors)
    for name in fresh:
        site.add_door(site.new_id(), name)
    tally.inserted = len(fresh)
    if site.switch["odd_counters"]:
        tally.updated = len(fresh)
    return said(site, tally)
