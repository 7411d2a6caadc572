"""`python -m tests.bench`: print the ratios; the status is 1 when something is missed that is not a time."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

import django

django.setup()

from django.db import connection  # noqa: E402 Django first
from django.test.utils import setup_databases, teardown_databases  # noqa: E402 Django first

from tests.bench import cards, memory, pages, quiet  # noqa: E402 Django first
from tests.bench.hall import A_DAY, Hall  # noqa: E402 Django first
from tests.bench.house import Size  # noqa: E402 Django first
from tests.bench.mirroring import Bench  # noqa: E402 Django first
from tests.bench.wanted import Line  # noqa: E402 Django first

STEADY = 100  # days: a smaller hall has no window that is full of bookings begun in earlier ones


def main() -> int:
    wish = _wish()
    hall = Hall(wish.occurrences // A_DAY)
    sample = min(wish.loop or hall.occurrences, hall.occurrences)
    say(f"{hall.occurrences:,} occurrences in {hall.bookings:,} bookings of a Locaboo account, on PostgreSQL")
    part = "all of them" if sample == hall.occurrences else f"the first {sample:,} of them, scaled"
    say(f"the loop is measured on {part}; {wish.rounds} rounds, in turns: the median (least to most)")
    with database():
        missed = [line for line in _lines(hall, sample, wish) if told(line)]
    return 1 if missed else 0


def _lines(hall: Hall, sample: int, wish: argparse.Namespace) -> Iterator[Line]:
    yield from Bench(hall, sample, wish.rounds).lines()
    yield from memory.lines(sorted({max(STEADY, hall.days // part) for part in (10, 2, 1)}))
    yield from cards.lines(wish.cards)
    yield from quiet.lines([wish.past // 10, wish.past], Size(), wish.rounds)
    yield from pages.lines()


def told(line: Line) -> bool:
    """Print a line; was something missed that is not a time?"""
    say(str(line))
    return line.firm and not line.met


@contextmanager
def database() -> Iterator[None]:
    """A database for this run alone."""
    connection.settings_dict["TEST"]["NAME"] = f"latchkey_bench_{os.getpid()}"
    made = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--occurrences", type=int, default=100_000)
    parser.add_argument("--loop", type=int, default=7_000, help="of them in the loop's samples; 0: all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--past", type=int, default=100_000, help="occurrences behind a quiet pass")
    parser.add_argument("--cards", type=int, default=1_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
