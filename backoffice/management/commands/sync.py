"""The whole flow once, in this process, without Celery."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from backoffice import tasks
from backoffice.management.tables import make_tables
from backoffice.models import AccessGrant, IssuedCode, VendorAccount


class Command(BaseCommand):
    """`manage.py sync [ACCOUNT…] [--json]`; status 1 when an account failed, the others still run."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The accounts, all of them when none is named."""
        parser.add_argument("accounts", nargs="*", metavar="ACCOUNT")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, print, and fail when an account failed."""
        make_tables()
        chosen = _accounts(options["accounts"])
        reports = tasks.sync(chosen)
        result = {
            **reports,
            "accounts": reports,
            "grants": _per_state(AccessGrant),
            "codes": _per_state(IssuedCode),
        }
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self._print(result)
        if any(report["status"] not in ("ok", "skipped") for report in reports.values()):
            raise SystemExit(1)

    def _print(self, result: dict[str, Any]) -> None:
        for slug, report in result["accounts"].items():
            counts = ", ".join(f"{report[name]} {name}" for name in ("seen", "created", "updated", "gone"))
            self.stdout.write(f"{slug}: {report['status']} ({counts}) {report['error'] or ''}".rstrip())
        for name in ("grants", "codes"):
            states = ", ".join(f"{n} {state}" for state, n in result[name].items()) or "none"
            self.stdout.write(f"{name}: {states}")


def _accounts(slugs: list[str]) -> list[VendorAccount]:
    found = VendorAccount.objects.in_bulk(slugs or None, field_name="slug")
    if unknown := [slug for slug in slugs if slug not in found]:
        there = ", ".join(VendorAccount.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"there is no account {', '.join(unknown)}; there are {there}")
    return sorted(found.values(), key=lambda account: account.slug)


def _per_state(model: Any) -> dict[str, int]:
    rows = model.objects.order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows.order_by("state")}
