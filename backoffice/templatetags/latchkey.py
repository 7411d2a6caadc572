"""What the admin's templates need beyond Django's own filters."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def named(row: Any) -> str:
    """A row by what staff know it by, with times on its place's clock."""
    from backoffice.admin import names  # noqa: PLC0415 unfold renders a template while it is being imported

    return names.named(row)
