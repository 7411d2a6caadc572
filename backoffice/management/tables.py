"""Are the tables there?"""

from __future__ import annotations

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def make_tables() -> None:
    """Make the tables on a machine of one's own; elsewhere CommandError says what to run."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if not settings.OWN_MACHINE:
        raise CommandError("the database's tables are not up to date: run manage.py migrate first")
    call_command("migrate", verbosity=0)
