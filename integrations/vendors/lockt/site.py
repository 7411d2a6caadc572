"""What people who look after a site ask for: one user, doors, validation, counts, the next card number."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from integrations.errors import Garbled, NotReleased, Refused, VendorError
from integrations.types import CardholderRecord, CredentialCount, DoorRecord, Made
from integrations.vendors.lockt import rows
from integrations.vendors.lockt.batches import Batches
from integrations.vendors.lockt.making import Maker
from integrations.vendors.lockt.wire import Wire, Written

DOOR_OPTIONS = {"validate_fails_batch": "false"}


class Site:
    """The rest of one account's calls. Raises Unavailable, Misconfigured, Refused, Garbled, NotReleased."""

    _wire: Wire
    _batches: Batches
    _writing: threading.Lock

    def user(self, ref: str) -> CardholderRecord | None:
        """The user with the vendor's own id, or None; `level_refs` None = this read does not tell them."""
        if not (ref.isascii() and ref.isdigit()):
            raise Refused("a user's id must be digits")
        return self._user(f"/user?id={ref}", lambda holder: holder.id == ref)

    def user_by_key(self, key: str) -> CardholderRecord | None:
        """The user with our key (id_num), or None; an empty key is nobody's (L-C12)."""
        if not key.strip():
            raise Refused("a user's key must not be empty")
        return self._user(f"/user?idnum={quote(key, safe='')}", lambda holder: holder.id_num == key)

    def create_doors(self, names: Sequence[str]) -> Sequence[Made]:
        """Make doors by name, in the order given; one that is there already is not made again.

        Per door Refused in the vendor's words, or for an empty name. Raises what concerns all of them.
        """
        wanted = [" ".join(name.split()) for name in names]
        sent = {name: {"name": name} for name in wanted if name}
        with self._writing:
            ends = Maker(self._door_names, self._create_doors).make(sent) if sent else {}
        return [_made(name, ends.get(name)) for name in wanted]

    def next_card_number(self) -> str:
        """The vendor's next free card number; NotReleased until it tells. Ours are allocated here (L-C24)."""
        told = self._wire.told("/nextcardnum")
        found = {number for name, number in _numbers(told) if not name or re.search("card|next|num", name)}
        if len(found) != 1:
            raise Garbled("GET /nextcardnum answered without one card number")
        return found.pop()

    def credential_summary(self) -> CredentialCount:
        """How many mobile credentials are claimed, as far as an undocumented answer tells it."""
        told = self._wire.told("/credentialsummary")
        counts: dict[str, int] = {}
        for name, number in _numbers(told):
            word = "unclaimed" if "unclaimed" in name else "claimed" if "claimed" in name else ""
            counts[word] = counts.get(word, 0) + int(number)
        return CredentialCount(counts.get("claimed"), counts.get("unclaimed"), {"data": told})

    def reissue(self, credential_ref: str) -> None:
        """NotReleased: the vendor documents no body for it, so nothing is sent (L-C24)."""
        raise NotReleased(
            f"the vendor has not released the reissue of a credential ({credential_ref}):"
            " give the guest a new card number instead"
        )

    def _user(self, path: str, asked: Any) -> CardholderRecord | None:
        people = [row for row in self._wire.found(path) if not rows.is_fob(row)]
        read = [(rows.read(rows.Holder, row, "cardholder"), row) for row in people]
        if not read:
            return None
        if len(read) > 1 or not asked(read[0][0]):
            raise Garbled("GET /user answered with somebody else")
        return rows.cardholder(*read[0])

    def _door_names(self) -> dict[str, DoorRecord]:
        listed = rows.listing(
            "door", self._wire.rows("/door"), rows.Door, lambda row, raw: rows.door(row, raw, None)
        )
        return {" ".join(door.name.split()): door for door in reversed(listed.records)}

    def _create_doors(self, sent: list[Mapping[str, Any]]) -> Written:
        return self._batches.send("/door", "doors", sent, DOOR_OPTIONS)


def _made(name: str, end: Any) -> Made:
    if end is None:
        return Made(name, error=Refused("a door needs a name"))
    return Made(name, error=end) if isinstance(end, VendorError) else Made(name, record=end)


def _numbers(told: Any) -> Iterator[tuple[str, str]]:
    """Every whole number in an answer of unknown shape, with what it is called, in lower case.

    A row such as {"claim_status": "Claimed", "count": 3} names its number by its one other text.
    """
    if isinstance(told, dict):
        texts = [str(value) for value in told.values() if isinstance(value, str) and not value.isdigit()]
        for name, value in told.items():
            prefix = texts[0] if len(texts) == 1 and "claimed" not in str(name).lower() else ""
            yield from ((f"{prefix} {name} {inner}".lower().strip(), n) for inner, n in _numbers(value))
    elif isinstance(told, list):
        yield from _each(told)
    elif isinstance(told, int | str) and not isinstance(told, bool) and re.fullmatch(r"[0-9]+", str(told)):
        yield "", str(told)


def _each(told: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for one in told:
        yield from _numbers(one)
