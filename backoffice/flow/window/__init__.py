from __future__ import annotations

from backoffice.flow.window.clock import zone_of
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

__all__ = [
    "DEFAULT_DURATIONS",
    "Asked",
    "Cover",
    "Grid",
    "Limits",
    "Measure",
    "Piece",
    "Refusal",
    "cover",
    "measure",
    "piece",
    "zone_of",
]
