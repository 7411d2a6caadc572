"""The least that PostgreSQL can do for the mirror's rows: COPY, then INSERT … ON CONFLICT."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection, models, transaction
from psycopg import sql

from backoffice.models import Booking, Customer, Occurrence

KEYS: dict[type[models.Model], str] = {
    Customer: "(account_id, ref)",
    Booking: "(account_id, ref)",
    Occurrence: "(booking_id, ref) WHERE gone_at IS NULL",
}
Rows = dict[type[models.Model], list[tuple[Any, ...]]]


def rows() -> Rows:
    """All rows of the mirror with all columns, as they are to be written: what is secret is encrypted."""
    with connection.cursor() as cursor:
        return {table: _rows(cursor, table) for table in KEYS}


def floor(kept: Rows) -> float:
    """Seconds for writing the rows by COPY and INSERT … ON CONFLICT, in one transaction."""
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, key in KEYS.items():
            _write(cursor, table, key, kept[table])
    return time.perf_counter() - began


def empty() -> None:
    """Remove what the mirror and its rivals have written: each first run begins with empty tables."""
    names = [sql.Identifier(table._meta.db_table) for table in KEYS]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)).as_string())


def _columns(table: type[models.Model]) -> sql.Composed:
    names = (sql.Identifier(field.column) for field in table._meta.concrete_fields)
    return sql.SQL(", ").join(names)


def _rows(cursor: Any, table: type[models.Model]) -> list[tuple[Any, ...]]:
    name = sql.Identifier(table._meta.db_table)
    cursor.execute(sql.SQL("SELECT {} FROM {} ORDER BY id").format(_columns(table), name).as_string())
    return cursor.fetchall()


def _write(cursor: Any, table: type[models.Model], key: str, kept: list[tuple[Any, ...]]) -> None:
    name, scratch = table._meta.db_table, f"floor_{table._meta.model_name}"
    parts = {
        "table": sql.Identifier(name),
        "scratch": sql.Identifier(scratch),
        "columns": _columns(table),
        "key": sql.SQL(key),
        "new": sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(field.column))
            for field in table._meta.concrete_fields
            if not field.primary_key
        ),
    }
    make = "CREATE TEMPORARY TABLE {scratch} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP"
    copy = "COPY {scratch} ({columns}) FROM STDIN"
    insert = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {scratch}"
    upsert = insert + " ON CONFLICT {key} DO UPDATE SET {new}"
    cursor.execute(sql.SQL(make).format(**parts).as_string())
    with cursor.copy(sql.SQL(copy).format(**parts)) as lines:
        for row in kept:
            lines.write_row(row)
    cursor.execute(sql.SQL(upsert).format(**parts).as_string())
