"""Our blocks, moved to another room at their channel before we learned their number."""

from __future__ import annotations

from pathlib import Path

from backoffice import tasks
from backoffice.models import Block
from tests.story.orders import weather
from tests.story.orders.house import Modes, local, opened
from tests.story.orders.walk import every


def test_a_block_moved_to_another_room_before_its_number_was_noted_is_taken_away_there(
    db: None, tmp_path: Path
) -> None:
    with opened(tmp_path, Modes()) as house, weather.calm():
        hall = house.locaboo.book(70, *(local("2026-03-10", hour) for hour in ("14:00", "15:00")))
        tasks.sync(every())
        (row,) = [each for each in house.reservations(ours=True) if each["roomid"] == 1400]
        Block.objects.filter(key=row["extid"]).update(ref="")  # its writer died before it noted the number
        house.lockme.move(row["reservationid"], 1398, "2026-03-11", "18:00:00")
        house.locaboo.cancel(hall)
        for _ in range(3):
            house.later(minutes=5)
            tasks.sync(every())
        assert house.reservations(ours=True) == []
