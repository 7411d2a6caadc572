"""The table that the demo ends with."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from backoffice.models import AccessGrant, Finding, IssuedCode, SyncRun, VendorAccount

SHOWN = 12  # findings


def summary(now: datetime) -> str:
    """What was seen per account, how many grants and codes are in which state, what needs a person."""
    del now
    lines = [
        "",
        f"{'account':<14}{'state':<9}{'seen':>7}{'created':>9}{'updated':>9}{'gone':>6}{'rejected':>10}",
    ]
    for account in VendorAccount.objects.all():
        runs = SyncRun.objects.filter(account=account).exclude(kind="message").order_by("-started_at")
        run = runs.first()
        if run is None:
            continue
        lines.append(
            f"{account.slug:<14}{run.state:<9}{run.seen:>7}{sum(r.created for r in runs):>9}"
            f"{sum(r.updated for r in runs):>9}{sum(r.gone for r in runs):>6}{run.rejected:>10}"
        )
    lines += ["", _states("grants", AccessGrant), _states("codes", IssuedCode), ""]
    found = list(Finding.objects.filter(closed_at=None).order_by("severity", "opened_at"))
    lines.append(f"{len(found)} things need a person" + (":" if found else ""))
    lines += [f"  [{finding.severity}] {finding.text}" for finding in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"  … and {len(found) - SHOWN} more, on the page")
    return "\n".join(lines)


def _states(name: str, model: type[AccessGrant] | type[IssuedCode]) -> str:
    rows = model.objects.order_by().values("state").annotate(n=Count("pk")).order_by("state")
    return f"{name:<14}" + ", ".join(f"{row['n']} {row['state']}" for row in rows)
