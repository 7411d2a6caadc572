"""unfold's admin classes; their annotations contradict Django's, so the type checker is told nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    ModelAdmin: Any
    TabularInline: Any
else:
    from unfold.admin import ModelAdmin, TabularInline

__all__ = ["ModelAdmin", "TabularInline"]
