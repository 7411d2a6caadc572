"""What tests of several steps use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

COUNTS = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"


class Written(dict):
    """How many rows of each table were written while it was open, by whatever way; for one transaction."""

    def __enter__(self) -> Written:
        self._before = self._counts()
        return self

    def __exit__(self, *how) -> None:
        after = self._counts()
        self.update({name: n - self._before.get(name, 0) for name, n in after.items()})
        for name in [name for name, n in self.items() if not n]:
            del self[name]

    def _counts(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(COUNTS)
            return dict(cursor.fetchall())


def queries(act: Callable[[], Any]) -> int:
    """How many queries an act asks."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)
