"""Create or update accounts, venues, rooms, doors and links from one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import sitefile
from backoffice.clock import now
from backoffice.management.tables import make_tables


class Command(BaseCommand):
    """`manage.py load_site FILE.yaml`; running it twice changes nothing, an error changes nothing at all."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, check and apply; status 1 and a line per mistake when something is wrong."""
        make_tables()
        try:
            file, lines = sitefile.read(options["file"])
            done = sitefile.apply(file, lines, now())
        except sitefile.SiteFileError as error:
            raise CommandError(f"Nothing was changed.\n{error}") from None
        for verb, labels in (("created", done.created), ("updated", done.updated)):
            for label in labels:
                self.stdout.write(f"{verb} {label}")
        if not (done.created or done.updated):
            self.stdout.write("nothing to change")
        for slug, token in done.hooks.items():
            self.stdout.write(f"webhook of {slug}: /hooks/{token}/")
