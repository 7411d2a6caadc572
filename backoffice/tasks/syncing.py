"""The whole flow once, in one process, with a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backoffice import accounts
from backoffice.clock import now as clock
from backoffice.flow import inbox
from backoffice.models import SyncRun, VendorAccount
from backoffice.tasks.following import follow_up
from backoffice.tasks.reading import due_accounts, mirrored, read_message, refresh
from integrations.types import Role


def sync(chosen: Iterable[VendorAccount]) -> dict[str, dict[str, Any]]:
    """The whole flow once, in this process: messages, refresh, plan, issue, deliver, audit.

    A report per account: status (ok, failed, stopped, skipped), counts, error. An account whose listings are
    paid for is read again only when its poll interval has passed.
    """
    slugs = {account.slug: account for account in chosen}
    for message in inbox.waiting(clock()):
        if message.account.slug in slugs:
            read_message(message)
    reports = {slug: _refreshed(account) for slug, account in slugs.items()}
    with accounts.exclusive("follow", wait=120):
        changed = follow_up(wait=120)
    for account in changed:  # what was made there is mirrored now, not by the next reading
        if account.slug in reports and not account.profile.budgets:
            _add(reports[account.slug], _report(account, refresh(account)))
    for slug, account in slugs.items():
        account.refresh_from_db()
        if account.stopped_at and reports[slug]["status"] == "ok":
            reports[slug] |= {"status": "failed", "error": account.stopped_reason}
    return reports


def _refreshed(account: VendorAccount) -> dict[str, Any]:
    account.refresh_from_db()
    if account.profile.budgets and account not in due_accounts(clock()):
        return _report(account, None)
    with accounts.exclusive(f"refresh {account.pk}", wait=120):
        whole = account.profile.role != Role.CALENDAR  # a calendar tells all that changed since its token
        return _report(account, refresh(account, full=whole))


def _report(account: VendorAccount, run: SyncRun | None) -> dict[str, Any]:
    counts = {name: getattr(run, name) if run else 0 for name in ("seen", "created", "updated", "gone")}
    if run:
        return {"status": run.state, **counts, "error": run.error or None}
    if account.stopped_at:
        return {"status": "failed", **counts, "error": account.stopped_reason}
    read = account.enabled and mirrored(account)
    return {"status": "ok" if read else "skipped", **counts, "error": None}


def _add(report: dict[str, Any], again: dict[str, Any]) -> None:
    """A second reading in the same sync: its changes count too, and so does its failure."""
    for name in ("created", "updated", "gone"):
        report[name] += again[name]
    if report["status"] == "ok":
        report |= {name: again[name] for name in ("status", "seen", "error")}
