"""Serve the sandbox vendors on a loopback port."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.sandbox import switches
from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.town import build


class Command(BaseCommand):
    """`manage.py sandbox [--port N] [--town] [--only VENDOR [--switch NAME=VALUE]]`: until Ctrl-C."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The port, and what is there."""
        parser.add_argument("--port", type=int, default=8800)
        parser.add_argument("--town", action="store_true", help="with the demo's rooms, locks and bookings")
        parser.add_argument("--only", default="", metavar="VENDOR", help="this one alone")
        parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="with --only")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve, and say where."""
        try:
            server = Server(_vendors(**options), options["port"]).start()
        except ValueError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"port {options['port']} cannot be used: {error.strerror}") from None
        for line in server.told():
            self.stdout.write(line)
        self.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            server.stop()


def _vendors(*, town: bool, only: str, switch: list[str], **_options: Any) -> Vendors:
    """Those that are wanted; ValueError in words when there are no such."""
    vendors = Vendors()
    if town:
        build(vendors)
    if not only:
        if switch:
            raise ValueError("--switch is of one vendor: say which by --only")
        return vendors
    if only not in vendors.all():
        raise ValueError(f"there is no vendor {only!r}: {', '.join(vendors.all())}")
    switches.turn(vendors.all()[only], switch)
    return vendors.alone(only)
