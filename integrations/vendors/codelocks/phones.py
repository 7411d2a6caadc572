"""Phone keys: people who may open a K3 lock with the app, by e-mail address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.errors import Garbled, Refused
from integrations.http import Answer
from integrations.types import (
    Period,
    PhoneClientRecord,
    PhoneClients,
    PhoneState,
    Rejected,
    Settings,
)
from integrations.vendors.codelocks import pages, weeks
from integrations.vendors.codelocks.line import TRIES, UTILITY, Line, hiding, lowered, said
from integrations.vendors.codelocks.netcode import FAILURE, K3_ID
from integrations.vendors.codelocks.records import number

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
ACCESS_TYPES = ("STANDARD", "ONE_TIME")
# the vendor explains none of its words; the option `phone_status` adds to these
WORDS = {
    "invited": PhoneState.INVITED,
    "pending": PhoneState.INVITED,
    "active": PhoneState.ACTIVE,
    "accepted": PhoneState.ACTIVE,
    "suspended": PhoneState.SUSPENDED,
}


class Phones:
    """The phone keys of one account. Options: `page_size`, `page_cap`, `phone_status` {word: state}.

    Every call is one Utility call, and one more for each page and retry. Raises Misconfigured (a key is not
    accepted), OverBudget, Unavailable, Garbled, and Refused with the vendor's words without the address.
    """

    _line: Line
    _settings: Settings

    def clients(self, lock_ref: str) -> PhoneClients:
        """Everybody who holds a key of the lock; nobody in any of the vendor's ways to say so (C-C22)."""
        check_lock(lock_ref)
        limit = pages.limit(self._settings)

        def read(page: int) -> pages.Page:
            query = {"accesskey": self._line.access_key(), "page": str(page), "perpage": str(limit.size)}
            subject = f"phone clients of {lock_ref}, page {page}"
            return _page(self._line.get(UTILITY, f"/k3connect/{lock_ref}/clients", subject, query=query))

        return self._clients(lock_ref, pages.paged(limit, read, lambda _rows: False))

    def invite(
        self,
        lock_ref: str,
        email: str,
        periods: Sequence[Period],
        access_type: str = "STANDARD",
        message: str = "",
        listed: PhoneClients | None = None,
    ) -> PhoneClientRecord:
        """Invite somebody who has the app's account; he must accept, which `clients` tells (C-C18).

        Looks first, where `listed` is not what was just read: who holds a key already is not invited again,
        only given these periods. So after Unavailable it may be called again. Refused: no such account in
        the app, or a key of another type.
        """
        check_lock(lock_ref)
        address, active = _address(email), weeks.form(periods)
        if access_type not in ACCESS_TYPES:
            raise Refused(f"a phone key is {' or '.join(ACCESS_TYPES)}")
        listed = listed or self.clients(lock_ref)
        if held := listed.find(address):
            return self._held(held, periods, access_type)
        if not listed.complete:
            raise Garbled(f"whether there is a key already cannot be told: {listed.gap or 'unreadable rows'}")
        fields = {"activeperiods": active, "accesstype": access_type, "message": weeks.message(message)}
        self._send("POST", lock_ref, address, fields)
        return PhoneClientRecord(
            lock_ref, address, PhoneState.INVITED, access_type=access_type, periods=tuple(periods)
        )

    def change(self, lock_ref: str, email: str, periods: Sequence[Period]) -> None:
        """Put these periods in the place of all others; Refused for somebody who holds no key."""
        check_lock(lock_ref)
        self._send("PUT", lock_ref, _address(email), {"activeperiods": weeks.form(periods)})

    def suspend(self, lock_ref: str, email: str) -> None:
        """Let the key open nothing until it is restored; Refused for somebody who holds none."""
        check_lock(lock_ref)
        self._send("PATCH", lock_ref, _address(email), {"action": "SUSPEND"})

    def restore(self, lock_ref: str, email: str) -> None:
        """Let a suspended key open again; Refused for somebody who holds none."""
        check_lock(lock_ref)
        self._send("PATCH", lock_ref, _address(email), {"action": "RESTORE"})

    def remove(self, lock_ref: str, email: str) -> bool:
        """Take the key away; False when a complete list shows that there was none (C-C18).

        What the vendor accepts is not yet seen: `clients` confirms it.
        """
        check_lock(lock_ref)
        address = _address(email)
        try:
            self._send("DELETE", lock_ref, address, {})
        except Refused:
            listed = self.clients(lock_ref)
            if listed.find(address) or not listed.complete:
                raise
            return False
        return True

    def _held(self, held: PhoneClientRecord, wanted: Sequence[Period], access_type: str) -> PhoneClientRecord:
        if held.access_type.upper() not in {"", access_type}:
            raise Refused(
                f"there is a key of the type {held.access_type}, which cannot be changed: remove it"
            )
        if held.has(wanted):
            return held
        self.change(held.lock_ref, held.email, wanted)
        return replace(held, periods=tuple(wanted))

    def _send(self, method: str, lock_ref: str, address: str, fields: Mapping[str, str]) -> None:
        """One form. An invitation is sent once; what else is written may be written twice (C-C12)."""
        form = {"accesskey": self._line.access_key(), "clientemail": address, **fields}
        subject = f"{method} phone client of {lock_ref}"
        tries = 1 if method == "POST" else TRIES
        with hiding(address):
            path = f"/k3connect/{lock_ref}/client"
            answer = self._line.write(method, path, subject, form, tries=tries)
            self._done(answer, lock_ref, address)

    def _done(self, answer: Answer, lock_ref: str, address: str) -> None:
        """Believe a write only if its answer is about it: 200 alone proves nothing (section 2)."""
        fields = lowered(answer.object())
        told = " ".join(str(fields.get(name) or "") for name in ("result", "status"))
        if fields.get("error") or FAILURE.search(told) or ("result" not in fields and fields.get("message")):
            words = self._line.shown(said(answer.text) or told)
            raise Refused(
                f"{answer.where} answered {answer.status} with an error: {words}", status=answer.status
            )
        if "result" not in fields:
            raise Garbled(f"{answer.where} answered {answer.status} without a result")
        for name, meant in (("lockid", lock_ref), ("email", address)):
            if str(fields.get(name) or meant).lower() != meant.lower():
                raise Garbled(f"{answer.where} answered about another {name}")

    def _clients(self, lock_ref: str, found: pages.Pages) -> PhoneClients:
        records: dict[str, PhoneClientRecord] = {}
        rejected: list[Rejected] = []
        for row in found.rows:
            fields = lowered(row) if isinstance(row, dict) else {}
            email = fields.get("email")
            mine = str(fields.get("lockid") or lock_ref).lower() == lock_ref.lower()
            if mine and isinstance(email, str) and "@" in email:
                records.setdefault(email.strip().lower(), self._client(lock_ref, email, fields))
            else:
                rejected.append(Rejected("phone client", "", "it has no e-mail address or is another lock's"))
        return PhoneClients(tuple(records.values()), found.gap, tuple(rejected))

    def _client(self, lock_ref: str, email: str, fields: Mapping[str, Any]) -> PhoneClientRecord:
        word = str(fields.get("status") or "")
        return PhoneClientRecord(
            lock_ref=lock_ref,
            email=email.strip().lower(),
            state=self._state(word),
            status_text=word,
            access_type=str(fields.get("accesstype") or ""),
            periods=weeks.read(fields.get("activeperiods")),
        )

    def _state(self, word: str) -> PhoneState:
        more = self._settings.options.get("phone_status")
        words = {**WORDS, **(lowered(more) if isinstance(more, dict) else {})}
        told = words.get(word.strip().lower())
        return PhoneState(told) if told in set(PhoneState) else PhoneState.UNKNOWN


def check_lock(lock_ref: str) -> None:
    """Refused for what is no K3 lock's id: it goes into an address, next to `account` (oddity 12)."""
    if not K3_ID.fullmatch(lock_ref):
        raise Refused("a K3 lock's id must be 32 hexadecimal digits")


def _address(email: str) -> str:
    address = email.strip().lower()
    if not ADDRESS.fullmatch(address):
        raise Refused("a phone key needs the guest's e-mail address, as he uses it in the app")
    return address


def _page(answer: Answer) -> pages.Page:
    """The rows of a page, whether they stand alone, in an object, or in a list of one object (C-C22)."""
    body = answer.json()
    if (
        isinstance(body, list)
        and len(body) == 1
        and isinstance(body[0], dict)
        and "clients" in lowered(body[0])
    ):
        body = body[0]
    if body is None or isinstance(body, list):
        return pages.Page(body or [])
    fields = lowered(body) if isinstance(body, dict) else {}
    rows, count = fields.get("clients", ""), number(fields.get("count"))
    if isinstance(rows, list) or (rows is None and not count):
        return pages.Page(rows or [], count or 0)
    raise Garbled(f"{answer.where} answered without a list of clients")
