"""Serve the sandbox vendors on a loopback port."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.sandbox import town
from integrations.sandbox.server import Server, Vendors


class Command(BaseCommand):
    """`manage.py sandbox [--port N] [--town]`: until Ctrl-C."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The port, and what is there."""
        parser.add_argument("--port", type=int, default=8800)
        parser.add_argument("--town", action="store_true", help="with the demo's rooms, locks and bookings")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve, and say where."""
        vendors = Vendors()
        if options["town"]:
            town.build(vendors)
        try:
            server = Server(vendors, options["port"]).start()
        except OSError as error:
            raise CommandError(f"port {options['port']} cannot be used: {error.strerror}") from None
        for name in server.vendors.all():
            self.stdout.write(f"{name}: {server.url}/{name}")
        self.stdout.write(f"the page to play the vendors' side: {server.url}/   (Ctrl-C to stop)")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            server.stop()
