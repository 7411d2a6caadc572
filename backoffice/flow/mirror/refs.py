"""Many refs in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

PARTS = 16


class Refs:
    """Many refs, remembered by eight bytes each: a run sees every booking of an account.

    Two refs with the same hash count as one; among a million that happens once in a hundred million runs.
    """

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, ref: str) -> None:
        """Remember one."""
        self._hashes.append(hash(ref))

    def update(self, refs: Iterable[str]) -> None:
        """Remember some."""
        self._hashes.extend(map(hash, refs))

    def among(self, refs: Iterable[str]) -> set[str]:
        """Those of the refs that are remembered."""
        wanted = {hash(ref): ref for ref in refs}
        return {wanted[each] for each in self._hashes if each in wanted} if wanted else set()

    def __len__(self) -> int:
        """How many there are; counted in parts, for a set of all of them would take twenty times as much."""
        return sum(len({each for each in self._hashes if each % PARTS == part}) for part in range(PARTS))
