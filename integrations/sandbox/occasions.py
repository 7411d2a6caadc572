"""The times of a town at which nobody books by chance, so that who is in whose way is there on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

Hours = tuple[int, int]  # from and until, on the rooms' own wall clock
LABORATORY, BALLROOM, STUDIO = (1398, 90), (80,), (95,)
THIRDS, HARBOUR = (71, 72), (2132, 2133)
KEPT: Mapping[tuple[int, ...], Mapping[int, Hours]] = {  # what is sold: days from today, and hours
    LABORATORY: {1: (8, 16), 2: (8, 16), 4: (13, 18), 8: (8, 12), 15: (8, 12)},
    BALLROOM: {2: (0, 24), 3: (0, 24), 4: (0, 24)},
    THIRDS: {5: (8, 14)},
    HARBOUR: {3: (15, 20)},
    STUDIO: {**dict.fromkeys(range(1, 7), (0, 24)), 9: (19, 24), 16: (19, 24)},  # the clubs' week
}


def kept(today: date, sold: int, begin: datetime, end: datetime) -> bool:
    """Is something sold kept free for an occasion at a time (both ends on its wall clock)?"""
    for things, days in KEPT.items():
        for n, (first, last) in days.items() if sold in things else ():
            midnight = datetime.combine(today + timedelta(days=n), time())
            if begin < midnight + timedelta(hours=last) and end > midnight + timedelta(hours=first):
                return True
    return False
