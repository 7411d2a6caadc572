"""Whatever the order of what people do, of polls, messages, faults and deaths: in the end the vendors agree.

A few short walks of `tests.story.orders`; longer ones by hand, with WALKS=first:count:steps set.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.story.orders.walk import modes, steps, walked

FIRST, COUNT, STEPS = (int(part) for part in os.environ.get("WALKS", "1:6:40").split(":"))
ENOUGH = 12.0  # seconds after which a busy machine begins no further walk of the short ones


@pytest.fixture
def seeds() -> Iterator[int]:
    """The walks to take, as many as there is time for."""

    def some() -> Iterator[int]:
        end = time.monotonic() + (ENOUGH if "WALKS" not in os.environ else float("inf"))
        for seed in range(FIRST, FIRST + COUNT):
            if seed == FIRST or time.monotonic() < end:
                yield seed

    return some()


def test_after_any_walk_all_channels_agree_and_nothing_is_written_any_more(
    db: None, tmp_path: Path, seeds: Iterator[int], settings: Any
) -> None:
    settings.PUBLIC_URL = "https://back.example.test"  # where calendars tell that they changed
    for seed in seeds:
        with transaction.atomic():
            found = walked(tmp_path, modes(seed), steps(seed, STEPS), awake=seed % 2 == 0)
            transaction.set_rollback(True)
        assert found == [], f"walk {seed}: {modes(seed)}, {steps(seed, STEPS)}"
