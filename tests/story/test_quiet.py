"""Promise 8 with all there is: fobs, phone keys, budgets, memories, zone proofs, calendars and blocks."""

from __future__ import annotations

import pytest

from backoffice.clock import now
from backoffice.flow import stock
from backoffice.flow.desk import site
from backoffice.models import Block, Door, Fob, FobLoan, IssuedCode, VendorAccount, ZoneProof
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.channels import Channels, channels
from tests.story.conftest import FRONT, berlin
from tests.story.test_promises import vendor_writes, written

__all__ = ["channels"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def everything(channels: Channels):
    """One of each kind at work: a fob out, a key accepted and one invited, a block."""
    house = channels
    house.offer("14:00", "18:00")
    for number in (1, 2):
        house.lockt.add_fob(f"Fob {number}", f"3000{number}", id_num=f"F-{number}", enabled=True)
    Door.objects.filter(ref=FRONT).update(method="phone")
    Door.objects.filter(ref="501").update(method="fob")
    kit = VendorAccount.objects.get(slug="kit")
    kit.options = {"plan": "Business 1", "netcode_used": 85, "audit_minutes": 240, "netcode_reserve": 5}
    kit.save()
    for person in ("ida@example.test", "emil@example.test"):
        house.codelocks.register_app_user(person)
    house.game("14:00")
    house.locaboo.book(70, berlin("11:00"), berlin("12:00"), customer_id=4711)
    house.locaboo.book(90, berlin("14:30", "2026-03-10"), berlin("15:30", "2026-03-10"), customer_id=4711)
    house.sync()
    house.codelocks.accept(FRONT, "ida@example.test")
    house.at(berlin("10:05"))
    house.sync()
    word = Word(UserFactory(), "at the desk", now())
    stock.hand_out(Fob.objects.get(loans__isnull=False), word)
    site.prove_zone(VendorAccount.objects.get(slug="best"), "", word)
    house.sync()
    return house


def test_a_sync_of_an_unchanged_house_writes_no_row_and_asks_nothing_that_is_paid_or_writes(everything):
    house = everything
    assert FobLoan.objects.filter(handed_at__isnull=False).exists()
    assert ZoneProof.objects.get().proven
    assert Block.objects.filter(state="active").exists()
    assert IssuedCode.objects.filter(method="phone", accepted_at__isnull=False).exists()
    before, writes = written(), len(vendor_writes(house))
    paid = (house.codelocks.paid("netcode"), house.codelocks.paid("utility"))
    for _ in range(3):
        house.sync()
    after = written()
    assert {name for name in after if after[name] != before[name]} == set()
    assert len(vendor_writes(house)) == writes
    assert (house.codelocks.paid("netcode"), house.codelocks.paid("utility")) == paid
