"""Rows in POSTs of the size that the vendor takes, which it may lower at any time (L-C5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.vendors.lockt.wire import Wire, Written


class Batches:
    """Sends rows of one account; `size` is the most in one call, less when the vendor says so."""

    def __init__(self, wire: Wire, size: int) -> None:
        self._wire = wire
        self._size = size

    def send(
        self,
        path: str,
        node: str,
        rows: Sequence[Mapping[str, Any]],
        options: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> Written:
        """One call, or as many as the vendor's batch size makes necessary; the first trouble ends it.

        `node` is the rows' name in the body. Raises Misconfigured (401) and Missing (404); no rows, no call.
        """
        rest, said = list(rows), Written()
        more = {} if options is None else {"options": options}
        while rest and not said.trouble:
            chunk, rest = rest[: self._size], rest[self._size :]
            part = self._wire.write(method, path, {node: chunk, **more})
            if 0 < part.largest < len(chunk):
                self._size, rest = part.largest, chunk + rest
            else:
                said = said.plus(part)
        return said
