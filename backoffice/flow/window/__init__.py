from __future__ import annotations

from backoffice.flow.window.clock import MARGIN, zone_of
from backoffice.flow.window.covering import cover, measure, piece
from backoffice.flow.window.values import (
    DEFAULT_DURATIONS,
    Asked,
    Cover,
    Grid,
    Limits,
    Measure,
    Piece,
    Refusal,
)
from backoffice.flow.window.weekly import Shown, shown

__all__ = [
    "DEFAULT_DURATIONS",
    "MARGIN",
    "Asked",
    "Cover",
    "Grid",
    "Limits",
    "Measure",
    "Piece",
    "Refusal",
    "Shown",
    "cover",
    "measure",
    "piece",
    "shown",
    "zone_of",
]
