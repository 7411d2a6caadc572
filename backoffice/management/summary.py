"""The table that the demo ends with."""

from __future__ import annotations

from collections import Counter
from textwrap import fill

from django.db.models import Count

from backoffice import selectors
from backoffice.models import (
    AccessGrant,
    Block,
    CalendarPairing,
    IssuedCode,
    Severity,
    SyncRun,
    VendorAccount,
)
from backoffice.standing import standing

SHOWN = 10  # findings
WIDTH = 110


def summary() -> str:
    """What was seen per account, how many grants and codes are in which state, what needs a person."""
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
    lines += ["", _states("grants", AccessGrant), _states("codes", IssuedCode)]
    lines += [_calendars(), _states("blocks", Block), _conflicts(), ""]
    return "\n".join([*lines, *_findings()])


def _findings() -> list[str]:
    """How many things need a person and how soon; the first of them in full."""
    found = list(selectors.findings_open())
    if not found:
        return ["nothing needs a person"]
    counts = Counter(Severity(finding.severity).label for finding in found)
    how_soon = ", ".join(f"{n} {label}" for label, n in counts.items())
    texts = [f"[{Severity(each.severity).label}] {each.text}" for each in found[:SHOWN]]
    lines = [fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ") for text in texts]
    more = [f"  … and {len(found) - SHOWN} more, on staff's first page"] if len(found) > SHOWN else []
    return [f"{len(found)} things need a person ({how_soon}):", *lines, *more]


def _states(name: str, model: type[AccessGrant] | type[IssuedCode] | type[Block]) -> str:
    rows = model.objects.order_by().values("state").annotate(n=Count("pk")).order_by("state")
    return f"{name:<14}" + (", ".join(f"{row['n']} {row['state']}" for row in rows) or "none")


def _calendars() -> str:
    """How many rooms' calendars there are in each direction, and how they do."""
    pairings = CalendarPairing.objects.select_related("account")
    counts = Counter(f"{each.get_mode_display()} ({standing(each).word})" for each in pairings)
    return f"{'calendars':<14}" + (", ".join(f"{n} {words}" for words, n in counts.items()) or "none")


def _conflicts() -> str:
    """How many have the same room, or the same door."""
    counts = Counter(each.get_kind_display() for each in selectors.conflicts_open())
    return f"{'conflicts':<14}" + (", ".join(f"{n}: {words}" for words, n in counts.items()) or "none")
