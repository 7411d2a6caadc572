"""From rows to vendors, guests and staff: what follows a change of bookings, of staff's word, or of time."""

from __future__ import annotations

from backoffice import accounts
from backoffice.clock import now as clock
from backoffice.flow import audit, channels, conflicts, deliver, desk, grant, issue
from backoffice.models import IssuedCode, VendorAccount
from backoffice.tasks.guard import guarded, with_role
from backoffice.tasks.keeping import keep_channels
from backoffice.tasks.reading import learn_memory, mirror_write
from integrations.types import Role


def follow_up(wait: float = 0.0) -> list[VendorAccount]:
    """Plan, issue, conflicts, deliver, audit, once each; gives the accounts at which a code came or went."""
    _replan()
    due = _due()
    changed = [account for account in due if guarded(account, lambda a: _issue(a, wait))]
    if due and _replan():  # what was refused, or the guest did not take, has another way
        again = [account for account in _due() if guarded(account, lambda a: _issue(a, wait))]
        changed += [account for account in again if account not in changed]
    keep_channels(wait)
    conflicts.detect(clock())
    deliver.deliver(clock())
    for account in VendorAccount.objects.filter(pk__in=desk.looks.doubtful(clock()).values("account")):
        guarded(account, _look_again)
    for account in with_role(Role.ACCESS):
        if audit.memory_due(account, clock()):
            learn_memory(account)
    audit.findings(clock())
    return changed


def _replan() -> int:
    """Decide anew, and how many codes that asks for; before any plan our own block is nobody's booking."""
    channels.recognise()
    return grant.replan(clock()).planned


def _due() -> list[VendorAccount]:
    """The accounts that are to be asked for anything: where none is, nothing can have been refused."""
    return [account for account in with_role(Role.ACCESS) if _is_due(account)]


def _is_due(account: VendorAccount) -> bool:
    issue.wake(account, clock())
    codes = IssuedCode.objects.filter(issue.due(account, clock()))
    return codes.exists() or issue.fobs_due(account, clock())


def _issue(account: VendorAccount, wait: float) -> bool:
    done = issue.issue_due(account, accounts.access_provider(account), clock(), wait)
    return bool(done.issued or done.revoked)


def _look_again(account: VendorAccount) -> bool:
    """Look for what staff had the source write and it did not answer; what was done is mirrored."""
    writes = list(desk.looks.doubtful(clock()).filter(account=account))
    done = desk.looks.look(account, writes, clock())
    for write in done:
        mirror_write(write, clock())
        desk.link(write)
    return bool(done)
