"""Kill the worker at every step of fobs, phone keys and blocks: nothing is made twice, nothing left open."""

from __future__ import annotations

import pytest

from backoffice import accounts
from backoffice.flow import grant, issue
from backoffice.models import Block, FobLoan, IssuedCode, VendorAccount
from backoffice.states import CodeState, move
from tests.factories import NOW, START, CodeFactory, CodelocksFactory, K3DoorFactory
from tests.flow.lent import SOON, Desk, codes, later, loans
from tests.story.channels import Channels, channels
from tests.story.conftest import MORNING, berlin
from tests.test_kill import K3, killed

__all__ = ["channels"]

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "before the row is written"
LENDING = ("before issue", "after issue", "before lend", "after lend", ROW)
TAKING = (
    "before shelf",
    "after shelf",
    "before lend",
    "after lend",
    "before withdraw",
    "after withdraw",
    ROW,
)
IDA = "ida@example.test"


@pytest.mark.parametrize("step", LENDING)
def test_a_killed_worker_leaves_one_fob_lent_to_one_user(sandbox, step):
    desk = Desk(sandbox, count=2)
    desk.booked()
    grant.replan(SOON)
    killed(step, desk.account, SOON)
    desk.pass_(later(1))
    assert (len(desk.opening()), len(loans()), codes("state")) == (1, 1, [CodeState.ACTIVE])
    users = [one for one in desk.site.people.values() if not one.fob]
    assert len(users) == 1
    assert desk.opening(ref="502") == []


@pytest.mark.parametrize("step", TAKING)
def test_a_killed_worker_leaves_no_fob_of_a_cancelled_guest_open(sandbox, step):
    desk = Desk(sandbox, count=2)
    booked = desk.booked()
    desk.pass_()
    booked.booking.status = "cancelled"
    booked.booking.save()
    grant.replan(later(1))
    killed(step, desk.account, later(1))
    desk.pass_(later(2))
    assert (desk.opening(), codes("state")) == ([], [CodeState.REVOKED])
    assert FobLoan.objects.get().returned_at


@pytest.mark.parametrize("step", LENDING)
def test_a_killed_worker_moves_one_fob_to_the_new_time(sandbox, step):
    desk = Desk(sandbox, count=2)
    booked = desk.booked()
    desk.pass_()
    booked.ends_at += (booked.ends_at - booked.starts_at) / 2
    booked.save()
    grant.replan(later(1))
    killed(step, desk.account, later(1))
    desk.pass_(later(2))
    assert desk.opening(at=booked.ends_at) == ["Fob 1"]
    assert (len(loans()), IssuedCode.objects.filter(state=CodeState.ACTIVE).count()) == (1, 1)


def key(sandbox):
    """A K3 lock, and a phone key that is to be made for Ida."""
    vendor = sandbox.vendors.codelocks
    account = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))
    vendor.add_k3(K3, "Front door", "Europe/Berlin")
    vendor.register_app_user(IDA)
    door = K3DoorFactory(account=account, ref=K3, method="phone")
    mail = {"grant__occurrence__booking__customer__email": IDA}
    hours = {"periods": [["17:45", "19:15", [0]]], "duration_id": None}
    return CodeFactory(grant__door=door, starts_at=START, **hours, **mail)


@pytest.mark.parametrize("step", ["before remove", "after remove", "after clients"])
def test_a_killed_worker_leaves_no_phone_key(sandbox, step):
    code, vendor = key(sandbox), sandbox.vendors.codelocks
    issue.issue_due(code.account, accounts.access_provider(code.account), NOW)
    code.refresh_from_db()
    move(code, CodeState.REVOKING, next_try_at=None)
    killed(step, code.account)
    issue.issue_due(code.account, accounts.access_provider(code.account), NOW)
    code.refresh_from_db()
    assert (code.state, vendor.account.clients) == (CodeState.REVOKED, {})


CHANNELS = [("lockme", one) for one in ("before block", "after block", ROW)]
CHANNELS += [("calendars", one) for one in ("before insert", "after insert", ROW)]


@pytest.mark.parametrize(("slug", "step"), CHANNELS)
def test_a_killed_worker_leaves_one_block(channels: Channels, slug, step):
    channels.offer("14:00", "18:00")
    channels.lockme.fail("status", "PUT", times=50)
    channels.google.fail("status", "POST", times=50)
    channels.locaboo.book(90, berlin("14:30", "2026-03-10"), berlin("15:30", "2026-03-10"), customer_id=4711)
    channels.sync(status=1)
    channels.sync(status=1)
    channels.lockme.faults.clear()
    channels.google.faults.clear()
    Block.objects.update(next_try_at=None)
    killed(step, VendorAccount.objects.get(slug=slug), MORNING, "blocks")
    Block.objects.update(next_try_at=None)
    channels.sync()
    channels.sync()
    assert (len(channels.lockme.starts()), len(channels.events())) == (1, 1)
    assert {block.state for block in channels.blocks()} == {"active"}
