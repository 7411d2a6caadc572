"""Many rows at once: COPY for new ones, one pipeline of updates for changed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

from backoffice.fields import EncryptedJSON, EncryptedText

PREPARED = (EncryptedJSON, EncryptedText, models.JSONField)
Row = Sequence[Any]


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Keys for `count` new rows, so that rows which refer to them can be written in the same breath."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [_table(model), count],
        )
        return [number for (number,) in cursor.fetchall()]


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write new rows whose values stand in the order of `names`; other columns get the model's defaults.

    IntegrityError when a row breaks a constraint; then none is written.
    """
    rest = [field for field in _fields(model) if not field.primary_key and field.name not in names]
    fields = [*(_field(model, name) for name in names), *rest]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(_table(model)), sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    )
    defaults = [field.get_default() for field in rest]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _prepared(fields, ((*row, *defaults) for row in rows)):
            copy.write_row(row)


def update(model: type[models.Model], names: Sequence[str], rows: Sequence[Row]) -> None:
    """Set the columns of `names` in rows whose keys stand last."""
    if not rows:
        return
    fields = [_field(model, name) for name in names]
    statement = sql.SQL("UPDATE {} SET {} WHERE id = %s").format(
        sql.Identifier(_table(model)),
        sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(field.column)) for field in fields),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement.as_string(), list(_prepared(fields, rows)))


def _prepared(fields: Sequence[Any], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with the values of encrypted and JSON columns as the database takes them."""
    prepare: list[tuple[int, Callable[..., Any]]] = [
        (place, field.get_db_prep_save) for place, field in enumerate(fields) if isinstance(field, PREPARED)
    ]
    if not prepare:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for place, ready in prepare:
            values[place] = ready(values[place], connection)
        yield values


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 Django's documented name


def _fields(model: type[models.Model]) -> Sequence[Any]:
    return model._meta.concrete_fields  # noqa: SLF001 Django's documented name


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)  # noqa: SLF001 Django's documented name
