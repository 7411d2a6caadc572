"""Read a served hall twice and say the process's peak in MB: `python -m tests.bench.reader DAYS ADDRESS`.

It uses the real client over HTTP, page by page: everything is new at first, then nothing is.
"""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

import django

django.setup()

from backoffice import accounts  # noqa: E402 Django first
from backoffice.flow.mirror import refresh_bookings  # noqa: E402 Django first
from backoffice.states import RunState  # noqa: E402 Django first
from tests.bench.hall import NOW, Hall  # noqa: E402 Django first
from tests.bench.mirroring import MINUTE, account  # noqa: E402 Django first


def main(days: int, address: str) -> None:
    hall = Hall(days)
    row = account(f"memory-{days}", hall, base_url=address, secrets={"api_secret_key": "a key of the bench"})
    for minute, created in enumerate((hall.bookings, 0)):
        run = refresh_bookings(row, accounts.booking_source(row), NOW + minute * MINUTE, full=True)
        found = (run.state, run.seen, run.created, run.rejected)
        if found != (RunState.OK, hall.bookings, created, 0):
            raise RuntimeError(f"not what was to be read: {found} {run.error}")


def peak() -> float:
    """The process's own peak; what getrusage says may be that of the process which started it."""
    status = Path("/proc/self/status")
    own = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(own[1] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
    sys.stdout.write(f"{peak():.2f}")
