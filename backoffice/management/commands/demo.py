"""A venue with sandbox vendors: set up, one complete cycle, a summary, and then served until Ctrl-C."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from backoffice import sitefile, tasks
from backoffice.clock import now
from backoffice.embedded import local_secret
from backoffice.management.summary import summary
from backoffice.models import VendorAccount
from integrations.sandbox import town
from integrations.sandbox.server import Server, Vendors

SITE = Path(__file__).resolve().parent.parent / "demo.yaml"
PEOPLE = (("manager", "manager"), ("desk", "front desk"), ("viewer", "viewer"))
PASSWORD = "latchkey-demo"  # noqa: S105 of people who exist in the demo alone
WEB_PORT, SANDBOX_PORT = 8000, 8800
PACE = (12, 30)  # seconds between two things that happen in town


class Command(BaseCommand):
    """`manage.py demo [--once]`; a second start goes on with what is there."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to stop after the summary."""
        parser.add_argument("--once", action="store_true", help="stop after the summary")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Set up, run one cycle, say what came of it, and serve."""
        self._say("database")
        call_command("migrate", verbosity=0)
        self._people()
        state = settings.VAR_DIR / "sandbox.pickle"
        vendors, new = self._vendors(state)
        server = Server(vendors, _free(SANDBOX_PORT)).start()
        web = _free(WEB_PORT)
        self._load(server, web)
        self._cycle(vendors, new=new)
        vendors.save(state)
        self.stdout.write(summary(now()))
        self._where(server, web)
        if options["once"]:
            server.stop()
            return
        self._serve(server, web, state)

    def _say(self, what: str) -> None:
        self.stdout.write(f"== {what}")
        self.stdout.flush()

    def _people(self) -> None:
        for name, group in PEOPLE:
            user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
            user.set_password(PASSWORD)
            user.save()
            user.groups.set(Group.objects.filter(name=group))
        admin, _ = User.objects.get_or_create(
            username="admin", defaults={"is_staff": True, "is_superuser": True}
        )
        admin.set_password(PASSWORD)
        admin.save()

    def _vendors(self, state: Path) -> tuple[Vendors, bool]:
        """The sandbox as it was left, or a new town."""
        if state.exists() and VendorAccount.objects.exists():
            self._say("sandbox vendors, as they were left")
            return Vendors.load(state), False
        self._say("sandbox vendors with some 300 bookings")
        vendors = Vendors()
        town.build(vendors)
        return vendors, True

    def _load(self, server: Server, web: int) -> None:
        """The demo's site file; webhooks go to the web server that is about to start."""
        hook = local_secret(settings.VAR_DIR / "secrets", "DEMO_HOOK")
        file, lines = sitefile.read(SITE, {**_names(server), "HOOK_TOKEN": hook})
        sitefile.apply(file, lines, now())
        server.vendors.lockme.subscribe(f"http://127.0.0.1:{web}/hooks/{hook}/")

    def _cycle(self, vendors: Vendors, *, new: bool) -> None:
        self._say("one complete cycle: read, plan, issue, tell")
        tasks.sync(VendorAccount.objects.all())
        if not new:
            return
        for text in town.disturb(vendors):
            self.stdout.write(f"   {text}")
        self._say("and what followed from that")
        tasks.sync(VendorAccount.objects.all())

    def _where(self, server: Server, web: int) -> None:
        names = ", ".join(name for name, _ in PEOPLE)
        self.stdout.write(
            f"\nstaff's pages  http://127.0.0.1:{web}/admin/   users admin, {names}; password {PASSWORD}\n"
            f"API            http://127.0.0.1:{web}/api/v1/docs/\n"
            f"vendors' side  {server.url}/\n"
            f"mails          {getattr(settings, 'EMAIL_FILE_PATH', 'as EMAIL_URL says')}\n"
        )

    def _serve(self, server: Server, web: int, state: Path) -> None:
        """Web, worker and beat as processes of their own; the sandbox lives on in this one."""
        processes = [subprocess.Popen(command, env=_environment()) for command in _commands(web)]  # noqa: S603
        self.stdout.write("serving until Ctrl-C\n")
        random = Random()  # noqa: S311 a made-up town
        try:
            while all(process.poll() is None for process in processes):
                time.sleep(random.uniform(*PACE))
                if text := town.live(server.vendors, random):
                    self.stdout.write(f"   in town: {text}")
                server.vendors.save(state)
        except KeyboardInterrupt:
            pass
        finally:
            _end(processes)
            server.vendors.save(state)
            server.stop()


def _commands(web: int) -> list[list[str]]:
    folder = Path(sys.executable).parent
    celery = [sys.executable, "-m", "celery", "-A", "backoffice"]
    schedule = str(settings.VAR_DIR / "beat")
    return [
        [
            str(folder / "gunicorn"),
            "backoffice.wsgi",
            "-b",
            f"127.0.0.1:{web}",
            "-w",
            "2",
            "--log-level",
            "warning",
        ],
        [*celery, "worker", "-c", "2", "-l", "warning", "--without-mingle", "--without-gossip"],
        [*celery, "beat", "-l", "warning", "-s", schedule, "--pidfile="],
    ]


def _environment() -> dict[str, str]:
    """The children find the same private database, and know that this machine is its own."""
    return {**os.environ, "OWN_MACHINE": "1"}


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _free(port: int) -> int:
    """This port, or another one when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _names(server: Server) -> dict[str, str]:
    """What the site file asks of the environment."""
    lockme, vendors = server.vendors.lockme.secrets, server.vendors
    return {
        "SANDBOX_URL": server.url,
        "LOCKME_CLIENT_ID": lockme["client_id"],
        "LOCKME_CLIENT_SECRET": lockme["client_secret"],
        "LOCKME_REDIRECT_URI": lockme["redirect_uri"],
        "LOCKME_ACCESS_TOKEN": lockme["token"]["access_token"],
        "LOCKME_REFRESH_TOKEN": lockme["token"]["refresh_token"],
        "LOCABOO_KEY": vendors.locaboo.secrets["api_secret_key"],
        "LOCKT_USER": vendors.lockt.secrets["apiuser"],
        "LOCKT_KEY": vendors.lockt.secrets["apikey"],
        "CODELOCKS_KEY": vendors.codelocks.secrets["api_key"],
        "CODELOCKS_ACCESS_KEY": vendors.codelocks.secrets["access_key"],
    }
