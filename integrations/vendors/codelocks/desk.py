"""What staff ask for by hand: setting a KitLock up, modes, the account, a lock's memory, help."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.errors import Garbled, Refused
from integrations.http import Answer
from integrations.types import (
    InitRecord,
    LockAccountRecord,
    LockEntries,
    LockEntryRecord,
    ModeRecord,
    Rejected,
    Settings,
)
from integrations.vendors.codelocks import pages
from integrations.vendors.codelocks.line import UTILITY, Line, hiding, lowered
from integrations.vendors.codelocks.phones import check_lock
from integrations.vendors.codelocks.records import number, one, text

INIT_MODELS = ("KL1060", "KL1060C2", "KL1550")
OVERLAP = 25  # known lines that are read again, for a lock may tell late what happened early
KEPT = ("auditentryid", "lockid", "dateentered", "entrytype", "entrytext")


class Desk:
    """The rest of one account's Utility calls, each counted once and once more for each page and retry.

    Options: `page_size`, `page_cap`, `audit_overlap`. Raises Misconfigured, OverBudget, Unavailable,
    Garbled, and Refused in the vendor's words.
    """

    _line: Line
    _settings: Settings

    def init(
        self, model: str, timezone: str = "", *, random_id: bool = True, master_code: str = ""
    ) -> InitRecord:
        """The sequence that sets a KitLock up. It sets the clock: ask when somebody stands at the keypad.

        Asked once and never again by itself (oddity 15). It is in UTC whatever the zone says; "" = the
        factory's master code. Keep neither the sequence nor the code, and log neither (oddity 14).
        """
        query = _init_query(model, timezone, master_code)
        query["randomid"] = "true" if random_id else "false"
        with hiding(master_code):
            return _init(self._line.get(UTILITY, "/init", f"init of a {model.upper()}", query=query, tries=1))

    def modes(self, model: str = "") -> tuple[ModeRecord, ...]:
        """The families of codes of a lock model, "" = of all; the lock runs one of them (section 6)."""
        query = {"operation": "MODES", **({"lockmodel": model.upper()} if model else {})}
        answer = self._line.get(UTILITY, "/durations", f"modes of {model.upper() or 'all'}", query=query)
        rows = [lowered(row) for row in answer.array() if isinstance(row, dict)]
        found = tuple(_mode(row) for row in rows if text(row, "mode"))
        if not found:
            raise Garbled(f"{answer.where} answered without a mode")
        return found

    def account(self) -> LockAccountRecord:
        """Whose the K3 locks are, from a list of one or an object (C-C22)."""
        query = {"accesskey": self._line.access_key()}
        answer = self._line.get(UTILITY, "/k3connect/account", "K3 account", query=query)
        fields = lowered(one(answer.json()))
        if not text(fields, "email"):
            raise Garbled(f"{answer.where} answered without an account")
        return LockAccountRecord(text(fields, "email"), text(fields, "spccmstatus"))

    def audit(self, lock_ref: str, since: str = "") -> LockEntries:
        """What a K3 lock has noted, newest pages first until `since` and some older lines are reached.

        The vendor learns of lines when the lock is synchronised, so they come late and out of order: keep
        them by ref (C-C21). One Utility call per page; "" reads as far back as `page_cap` pages go.
        """
        check_lock(lock_ref)
        overlap = pages.number(self._settings, "audit_overlap", OVERLAP, least=0)
        limit = pages.limit(self._settings)
        last = number(since)

        def read(page: int) -> pages.Page:
            asked = {"page": str(page), "perpage": str(limit.size), "pageorder": "descending"}
            query = {"accesskey": self._line.access_key(), **asked}
            subject = f"audit of {lock_ref}, page {page}"
            path = f"/k3connect/{lock_ref}/audit"
            return pages.Page(self._line.get(UTILITY, path, subject, query=query).array())

        def enough(rows: list[Any]) -> bool:
            return last is not None and sum(ref <= last for ref in _refs(rows)) > overlap

        found = pages.paged(limit, read, enough)
        return _entries(lock_ref, found, last)

    def spcconfig(self) -> str:
        """The vendor's own sample and schema of active periods, as it writes them."""
        answer = self._line.get(UTILITY, "/k3connect/help/spcconfig", "help", query={})
        told = lowered(answer.object()).get("activeperiods")
        if not told or not isinstance(told, str | dict | list):
            raise Garbled(f"{answer.where} answered without a sample")
        return told if isinstance(told, str) else json.dumps(told)


def _init_query(model: str, timezone: str, master_code: str) -> dict[str, str]:
    if model.upper() not in INIT_MODELS:
        raise Refused(f"only {', '.join(INIT_MODELS)} are set up by a sequence, not {model or 'nothing'}")
    if timezone:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise Refused(f"there is no time zone {timezone!r}") from None
    if master_code and not re.fullmatch(r"[0-9]{4,8}", master_code):
        raise Refused("a master code is four to eight digits")
    given = {"timezone": timezone, "mastercode": master_code}
    return {"lockmodel": model.upper(), **{name: value for name, value in given.items() if value}}


def _init(answer: Answer) -> InitRecord:
    fields = lowered(answer.object())
    if not text(fields, "initseq"):
        raise Garbled(f"{answer.where} answered without a sequence")
    timecode = text(fields, "timecode")
    digits = re.sub(r"[^0-9]", "", timecode)
    return InitRecord(
        sequence=text(fields, "initseq"),
        format=text(fields, "initseqformat"),
        format_text=text(fields, "initseqformatdesc"),
        timecode=digits if len(digits) == 12 else "",
        timecode_text=timecode,
        default_master_code=text(fields, "defaultmastercode"),
    )


def _mode(row: Mapping[str, Any]) -> ModeRecord:
    models = (name.strip().upper() for name in text(row, "lockmodels").split(","))
    return ModeRecord(text(row, "mode"), text(row, "submode"), tuple(filter(None, models)))


def _entries(lock_ref: str, found: pages.Pages, last: int | None) -> LockEntries:
    entries: dict[int, LockEntryRecord] = {}
    rejected: list[Rejected] = []
    for row in found.rows:
        fields = lowered(row) if isinstance(row, dict) else {}
        ref = number(fields.get("auditentryid"))
        if ref is None or str(fields.get("lockid") or lock_ref).lower() != lock_ref.lower():
            rejected.append(Rejected("lock entry", str(ref or ""), "it has no id or is another lock's"))
        else:
            entries[ref] = _entry(ref, lock_ref, fields)
    gap = found.gap
    if not gap and last and entries and min(entries) > last:
        gap = f"the lines reach back to {min(entries)}, not to {last}"
    return LockEntries(tuple(entries[ref] for ref in sorted(entries)), gap, tuple(rejected))


def _entry(ref: int, lock_ref: str, fields: Mapping[str, Any]) -> LockEntryRecord:
    return LockEntryRecord(
        ref=str(ref),
        lock_ref=lock_ref,
        entered_local=_local(text(fields, "dateentered")),
        entered_text=text(fields, "dateentered"),
        kind=text(fields, "entrytype"),
        text=text(fields, "entrytext"),
        raw={name: fields[name] for name in KEPT if name in fields},
    )


def _refs(rows: list[Any]) -> list[int]:
    refs = (number(lowered(row).get("auditentryid")) for row in rows if isinstance(row, dict))
    return [ref for ref in refs if ref is not None]


def _local(told: str) -> datetime | None:
    """A time without a zone; None for anything else, for the text is kept."""
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    return None if found.tzinfo else found
