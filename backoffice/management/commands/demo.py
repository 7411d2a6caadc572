"""A venue with sandbox vendors: set up, one complete cycle, a summary, and then served until Ctrl-C."""

from __future__ import annotations

import socket
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import sitefile, tasks
from backoffice.clock import now
from backoffice.embedded import local_secret
from backoffice.management import atthedesk, serving
from backoffice.management.summary import summary
from backoffice.models import VendorAccount
from integrations.sandbox import clubs, town
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
        """Whether to serve, and where."""
        parser.add_argument("--once", action="store_true", help="stop after the summary")
        parser.add_argument("--still", action="store_true", help="nothing happens in town by itself")
        parser.add_argument("--port", type=int, default=WEB_PORT, help="of the web server, if it is free")
        parser.add_argument("--sandbox-port", type=int, default=SANDBOX_PORT, help="of the vendors' side")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Set up, run one cycle, say what came of it, and serve."""
        serving.stop_on_signals()
        try:
            self._run(**options)
        except KeyboardInterrupt:
            self.stdout.write("\nstopped; the next start goes on from here")
        except serving.NotServing as error:
            raise CommandError(str(error)) from None

    def _run(self, *, once: bool, still: bool, port: int, sandbox_port: int, **_: Any) -> None:
        self._say("database")
        call_command("migrate", verbosity=0)
        self._people()
        state = settings.VAR_DIR / "sandbox.pickle"
        vendors, new = self._vendors(state)
        server = Server(vendors, serving.free(sandbox_port)).start()
        with serving.listen(port) as web:
            self._load(server, f"http://127.0.0.1:{web.getsockname()[1]}")
            self._cycle(vendors, new=new)
            vendors.save(state)
            self.stdout.write(summary())
            if once:
                self.stdout.write("\n`make demo` serves this:")
                self._where(server, f"http://127.0.0.1:{web.getsockname()[1]}")
            else:
                self._serve(server, web, state, still=still)
        server.stop()

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
            vendors = Vendors.load(state)
            clubs.furnish(vendors)  # what is newer than the file
            return vendors, False
        self._say("sandbox vendors with some 300 bookings")
        vendors = Vendors()
        town.build(vendors)
        return vendors, True

    def _load(self, server: Server, web: str) -> None:
        """The demo's site file; webhooks and consents come to the web server that is about to start."""
        server.vendors.lockme.register(f"{web}/admin/connected/")
        hook = local_secret(settings.VAR_DIR / "secrets", "DEMO_HOOK")
        file, lines = sitefile.read(SITE, {**_names(server), "HOOK_TOKEN": hook})
        sitefile.apply(file, lines, now())
        lockme = server.vendors.lockme
        for url in list(lockme.postbox.hooks):
            lockme.unsubscribe(url)  # the port of another day
        lockme.subscribe(f"{web}/hooks/{hook}/")

    def _cycle(self, vendors: Vendors, *, new: bool) -> None:
        self._say("one complete cycle: read, plan, issue, tell")
        tasks.sync(VendorAccount.objects.all())
        if not new:
            return
        for text in filter(None, (*town.disturb(vendors), atthedesk.let_stay(now()))):
            self.stdout.write(f"   {text}")
        self._say("and what followed from that")
        tasks.sync(VendorAccount.objects.all())

    def _where(self, server: Server, web: str) -> None:
        names = ", ".join(name for name, _ in PEOPLE)
        self.stdout.write(
            f"\nstaff's pages  {web}/admin/   users admin, {names}; password {PASSWORD}\n"
            f"API            {web}/api/v1/docs/\n"
            f"vendors' side  {server.url}/   book, pay, move, cancel, open a door\n"
            f"mails          {getattr(settings, 'EMAIL_FILE_PATH', 'as EMAIL_URL says')}\n"
        )
        self.stdout.flush()

    def _serve(self, server: Server, web: socket.socket, state: Path, *, still: bool) -> None:
        """Web, worker and beat as processes of their own; the sandbox lives on in this one."""
        self._say("starting web, worker and beat")
        processes = serving.Processes(web, settings.VAR_DIR)
        try:
            processes.wait_until_ready()
            self._where(server, processes.url)
            self.stdout.write("\nserving until Ctrl-C")
            self.stdout.flush()
            self._live(server.vendors, processes, state, still=still)
        finally:
            processes.end()
            server.vendors.save(state)

    def _live(self, vendors: Vendors, processes: serving.Processes, state: Path, *, still: bool) -> None:
        random = Random()  # noqa: S311 a made-up town
        while True:
            processes.watch(random.uniform(*PACE))
            if not still and (text := town.live(vendors, random)):
                self.stdout.write(f"   in town: {text}")
                self.stdout.flush()
            vendors.save(state)


def _names(server: Server) -> dict[str, str]:
    """What the site file asks of the environment."""
    lockme, vendors = server.vendors.lockme.secrets, server.vendors
    google = vendors.google_calendar.secrets_at(f"{server.url}/google_calendar")
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
        **{f"GOOGLE_{name.upper()}": value for name, value in google.items()},
    }
