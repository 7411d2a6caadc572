"""Finding our cardholders at the vendor: one by one when they are few, else in one list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from integrations.errors import Refused, VendorError
from integrations.vendors.lockt.rows import Holder, is_fob, read
from integrations.vendors.lockt.wire import Wire

FEW = 10  # from here on one whole list is cheaper than reads one by one


@dataclass(frozen=True, slots=True)
class Found:
    """The cardholders with our keys; `errors` are those that are there but cannot be told apart or read."""

    holders: dict[str, Holder]
    errors: dict[str, VendorError] = field(default_factory=dict)
    everyone: tuple[dict[str, Any], ...] = ()  # all rows, where the whole list was read
    whole: bool = False  # it was, somebody is in it, and each row is one: who is not listed is not there

    def shared(self, name: str, value: str, key: str) -> bool:
        """Whether somebody else than the holder with this key has this value, as far as the rows show."""
        return bool(value) and any(
            str(row.get(name) or "").lower() == value.lower() and str(row.get("id_num") or "") != key
            for row in self.everyone
        )


class People:
    """Reads of one account's cardholders by their `id_num`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._one_by_one = True

    def find(self, keys: Collection[str]) -> Found:
        """The cardholders with these keys. Reads of one user may leave out its levels: then all are read."""
        if len(keys) > FEW or not self._one_by_one:
            return self.everyone(keys)
        rows = [row for key in keys for row in self._wire.found(f"/user?idnum={quote(key, safe='')}")]
        found = _found(rows, keys)
        self._one_by_one = all(one.accesslevels is not None for one in found.holders.values())
        return found if self._one_by_one else self.everyone(keys)

    def everyone(self, keys: Collection[str]) -> Found:
        """The cardholders with these keys, and all other rows to check for collisions (L-C12)."""
        rows = self._wire.rows("/user")
        found = _found(rows, keys)
        people = tuple(row for row in rows if isinstance(row, dict))
        return Found(found.holders, found.errors, people, 0 < len(people) == len(rows))


def _found(rows: Iterable[Any], keys: Collection[str]) -> Found:
    wanted, holders, errors = frozenset(keys), dict[str, Holder](), dict[str, VendorError]()
    for row in rows:
        key = str(row.get("id_num") or "") if isinstance(row, dict) and not is_fob(row) else ""
        if key not in wanted:
            continue
        try:
            holder = read(Holder, row, "cardholder")
        except VendorError as error:
            errors[key] = error
            continue
        if key in holders and holders[key].id != holder.id:
            errors[key] = Refused(f"the vendor has two cardholders with the id_num {key}")
        holders[key] = holder
    return Found({key: one for key, one in holders.items() if key not in errors}, errors)
