"""A lock is set up: the sequence is told once and kept nowhere, and the lock is entered without a typo."""

from __future__ import annotations

import json
import logging

import pytest
from django.apps import apps
from django.core import serializers

from backoffice.flow.desk import locks
from backoffice.models import Door, StaffAct, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word
from tests.factories import NOW, CodelocksFactory, LocktFactory, UserFactory

MASTER = "83920174"
NUMBERS = {"timecode": "202511161623", "identifier": "101691"}


@pytest.fixture
def kit(sandbox, db):
    vendor = sandbox.vendors.codelocks
    return CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))


@pytest.fixture
def codelocks(sandbox):
    return sandbox.vendors.codelocks


def word(reason="a new lock"):
    return Word(UserFactory(), reason, NOW)


def setup(model="KL1060", **fields):
    return locks.Setup(model, **fields)


def new(**changed):
    again = {f"{name}_again": value for name, value in (NUMBERS | changed).items() if name in NUMBERS}
    return locks.NewLock(**{"name": "Shed", "model": "KL1060", **NUMBERS, **again, **changed})


def everything():
    """All that the database holds, as text."""
    rows = [row for model in apps.get_models() for row in model._default_manager.all()]
    return serializers.serialize("json", rows) + repr([vars(row) for row in rows])


# ----------------------------------------------------------------------------------------- the sequence


def test_a_sequence_is_told_and_costs_one_utility_call(kit, codelocks):
    record = locks.commission(kit, setup(), word())
    assert record.sequence.startswith("#11335577")
    assert codelocks.paid("utility") == 1
    assert (VendorWrite.objects.get().state, StaffAct.objects.get().verb) == (
        WriteState.DONE,
        "vendor set up lock",
    )


def test_neither_the_sequence_nor_the_master_code_is_kept_logged_or_on_record(kit, codelocks, caplog):
    caplog.set_level(logging.DEBUG)
    record = locks.commission(kit, setup(master_code=MASTER), word())
    assert MASTER in record.sequence
    kept = everything() + caplog.text + repr(record)
    identifier = record.sequence.split("•")[2]
    assert [secret for secret in (MASTER, record.sequence, identifier) if secret in kept] == []


def test_a_form_that_is_sent_twice_asks_once(kit, codelocks):
    locks.commission(kit, setup(key="form-1"), word())
    with pytest.raises(NotPossible, match="sent already"):
        locks.commission(kit, setup(key="form-1"), word())
    assert codelocks.paid("utility") == 1


def test_a_vendor_that_does_not_answer_is_not_asked_again_by_itself(kit, codelocks):
    codelocks.fail("status", "init", times=9, status=502)
    with pytest.raises(NotPossible, match="another paid call"):
        locks.commission(kit, setup(), word())
    assert codelocks.paid("utility") == 1
    assert VendorWrite.objects.get().state == WriteState.REFUSED


def test_without_a_budget_nothing_is_asked(kit, codelocks):
    kit.options = {"utility_quota": 0}
    kit.save()
    with pytest.raises(NotPossible, match="Utility budget"):
        locks.commission(kit, setup(), word())
    assert codelocks.journal == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"model": "KL9999"}, "only KL1060"),
        ({"timezone": "Europe/Berln"}, "no time zone"),
        ({"master_code": "12"}, "four to eight digits"),
        ({"master_code": "0000x"}, "four to eight digits"),
    ],
)
def test_what_cannot_be_right_is_refused_before_the_vendor_is_asked(kit, codelocks, asked, said):
    with pytest.raises(NotPossible, match=said):
        locks.commission(kit, setup(**asked), word())
    assert codelocks.journal == []


def test_a_master_code_in_the_reason_is_refused(kit, codelocks):
    with pytest.raises(NotPossible, match="out of the reason"):
        locks.commission(kit, setup(master_code=MASTER), word(f"code {MASTER}"))
    assert codelocks.journal == []


def test_a_refusal_repeats_no_master_code(kit, codelocks):
    codelocks.fail("status", "init", status=400, body=json.dumps({"Message": f"bad code {MASTER}"}))
    with pytest.raises(NotPossible) as told:
        locks.commission(kit, setup(master_code=MASTER), word())
    assert MASTER not in str(told.value) + everything()


def test_another_vendor_has_no_such_call(db):
    with pytest.raises(NotPossible, match="no such call"):
        locks.commission(LocktFactory(), setup(), word())


# ------------------------------------------------------------------------------------- the lock entered


def test_a_lock_that_is_entered_is_a_door_of_the_sequences_numbers(kit, codelocks):
    record = locks.commission(kit, setup(), word())
    identifier = record.sequence.split("•")[2]
    told = {"timecode": record.timecode, "identifier": identifier}
    door = locks.enter_lock(kit, new(**told), word())
    assert door.ref == codelocks.add_kitlock(record.timecode, identifier)
    assert (door.method, door.lock["clock"]) == ("netcode", "UTC")
    assert StaffAct.objects.filter(verb="enter lock").count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "which door"),
        ({"model": "KL9"}, "which model"),
        ({"timecode_again": "202511161624"}, "timecodes differ"),
        ({"identifier_again": "101961"}, "identifiers differ"),
        ({"timecode": "202513161623", "timecode_again": "202513161623"}, "12 digits"),
        ({"identifier": "10169", "identifier_again": "10169"}, "6 digits"),
        ({"model": "KL1060C2", "identifier": "012345", "identifier_again": "012345"}, "never begins with 0"),
        ({"clock": "Berlin"}, "is no clock"),
    ],
)
def test_c_c3_a_typing_mistake_is_said_and_no_door_is_made(kit, changed, said):
    with pytest.raises(NotPossible, match=said):
        locks.enter_lock(kit, new(**changed), word())
    assert not Door.objects.exists()


def test_a_lock_is_entered_once(kit):
    locks.enter_lock(kit, new(), word())
    with pytest.raises(NotPossible, match="entered already"):
        locks.enter_lock(kit, new(name="Other"), word())
    assert Door.objects.count() == 1
