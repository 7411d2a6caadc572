"""Rows that a person may not open are named on pages, and no link leads there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model
from django.http import HttpRequest

from backoffice.admin.show import EMPTY, Shown


def unlink(page: Any, model: type[Model], request: HttpRequest) -> None:
    """Name each row that the reader of a page may not open, in the place of the link to it."""
    keys = (_key(model, name) for name in page.readonly_fields)
    closed = {key.name: _named(key.name, str(key.verbose_name)) for key in keys if _is_closed(key, request)}
    if closed:
        page.readonly_fields = _put(page.readonly_fields, closed)
        page.fieldsets = [
            (title, {**how, "fields": _put(how["fields"], closed)}) for title, how in page.fieldsets
        ]


def _key(model: type[Model], name: Any) -> Any:
    try:
        field = model._meta.get_field(name) if isinstance(name, str) else None  # noqa: SLF001 Django's public way
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, ForeignKey) else None


def _is_closed(key: Any, request: HttpRequest) -> bool:
    there = key is not None and admin.site.is_registered(key.related_model)
    return there and not admin.site.get_model_admin(key.related_model).has_view_permission(request)


def _put(fields: Iterable[Any], closed: dict[str, Shown]) -> tuple[Any, ...]:
    """The fields, which may stand in rows, with the closed ones replaced."""
    return tuple(_one(each, closed) for each in fields)


def _one(field: Any, closed: dict[str, Shown]) -> Any:
    if isinstance(field, list | tuple):
        return _put(field, closed)
    return closed.get(field, field) if isinstance(field, str) else field


@cache
def _named(field: str, title: str) -> Shown:
    def shown(row: Model) -> str:
        found = getattr(row, field)
        return EMPTY if found is None else str(found)

    shown.__name__ = field
    return display(description=title, ordering=field)(shown)
