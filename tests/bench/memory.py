"""How much memory a reading takes, by itself in a process, for halls of several sizes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from tests.bench.hall import Hall
from tests.bench.wanted import Line
from tests.bench.wire import served

ROOT = Path(__file__).resolve().parent.parent.parent
FLAT = 1.05  # the most that the largest may take of what the smallest takes


def lines(sizes: Sequence[int]) -> Iterator[Line]:
    """The peaks of halls of so many days, and whether they are the same."""
    peaks = []
    for days in sizes:
        hall = Hall(days)
        peaks.append(peak(hall))
        yield Line(f"peak memory, {hall.occurrences:,} occurrences", f"{peaks[-1]:.0f} MB")
    ratio = max(peaks) / peaks[0]
    yield Line(
        "  the most of them and the first",
        f"{ratio:.3f} times",
        f"at most {FLAT:g}",
        ratio <= FLAT,
        firm=True,
    )


def peak(hall: Hall) -> float:
    """The most memory in MB of a process that reads the hall twice: everything is new, then nothing is."""
    address = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DATABASE_URL": address._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "OWN_MACHINE": "1",
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
    with served(hall) as page:
        command = [sys.executable, "-m", "tests.bench.reader", str(hall.days), page]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    return float(done.stdout)
