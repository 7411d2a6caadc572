"""What K3 locks have noted by themselves: kept once, on UTC, matched only where the time alone decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backoffice import accounts, tasks
from backoffice.flow import audit
from backoffice.flow.audit.memory import outcome
from backoffice.flow.desk import facts
from backoffice.lockclock import to_utc
from backoffice.models import EntryEvent, Finding, IssuedCode, StaffAct, SyncRun
from backoffice.states import CodeState, Known
from backoffice.word import NotPossible, Word
from integrations.types import LockEntries, LockEntryRecord
from tests.factories import (
    BERLIN,
    HOUR,
    NOW,
    START,
    CodeFactory,
    CodelocksFactory,
    DoorFactory,
    K3DoorFactory,
    UserFactory,
)
from tests.support import Written

K3 = "0a0b0c0d0e0f00112233445566778899"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def codelocks(sandbox):
    vendor = sandbox.vendors.codelocks
    vendor.add_k3(K3, "Front door", BERLIN)
    return vendor


@pytest.fixture
def door(sandbox, db, codelocks):
    account = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(codelocks.secrets))
    return K3DoorFactory(account=account, ref=K3)


@pytest.fixture
def code(door):
    """An active PIN from 16:00 to 19:00 UTC."""
    return CodeFactory(grant__door=door, state=CodeState.ACTIVE, known=Known.ACCEPTED, issued_at=NOW)


def note(codelocks, at, kind="ACCESS", text="NetCode"):
    codelocks.account.note(codelocks.locks[K3], at, kind, text, timedelta())


def read(door, sandbox, now=START):
    sandbox.vendors.clock.set(now)
    provider = accounts.access_provider(door.account)
    return audit.remember(door, provider.audit(door.ref, audit.memory_cursor(door)), now)


def entry(ref, local="2026-03-09 18:05:00", **fields):
    values = {"kind": "ACCESS", "text": "NetCode", **fields}
    at = datetime.fromisoformat(local) if local else None
    return LockEntryRecord(str(ref), K3, at, local or "soon", values["kind"], values["text"])


# --------------------------------------------------------------------------------------------- keeping


def test_a_locks_line_is_an_event_at_the_instant_that_its_clock_meant(door, codelocks, sandbox):
    note(codelocks, START - 5 * MINUTE)
    assert read(door, sandbox) == 1
    event = EntryEvent.objects.get()
    assert (event.happened_at, event.door, event.outcome) == (START - 5 * MINUTE, door, "granted")


def test_c_c21_lines_that_come_again_or_late_are_kept_once(door, codelocks, sandbox):
    note(codelocks, START - 5 * MINUTE)
    read(door, sandbox)
    note(codelocks, START - 50 * MINUTE)  # heard later, happened before
    assert read(door, sandbox) == 1
    with Written() as written:
        assert read(door, sandbox) == 0
    assert written == {"backoffice_paidcall": 1}  # the call itself is in the ledger
    assert EntryEvent.objects.count() == 2


def test_two_locks_may_use_one_number(door, db):
    other = K3DoorFactory(account=door.account)
    for one in (door, other):
        audit.remember(one, LockEntries((entry(7),)), START)
    assert EntryEvent.objects.count() == 2
    assert (audit.memory_cursor(door), audit.cursor(door.account)) == ("7", "")


def test_the_cursor_goes_by_number(door):
    audit.remember(door, LockEntries((entry(9), entry(10))), START)
    assert audit.memory_cursor(door) == "10"


def test_what_may_be_missing_and_what_cannot_be_read_are_findings(door):
    audit.remember(door, LockEntries((entry(7, local=""),), gap="there are more than 10 pages"), START)
    assert set(Finding.objects.values_list("kind", flat=True)) == {"event_gap", "event_unreadable"}
    assert not EntryEvent.objects.exists()


def test_an_address_in_a_line_is_not_shown(door):
    audit.remember(door, LockEntries((entry(7, text="app ida@example.test"),)), START)
    assert "@" not in EntryEvent.objects.get().text


@pytest.mark.parametrize(
    ("kind", "text", "is_"),
    [
        ("ACCESS", "NetCode", "granted"),
        ("DENIED", "NetCode", "denied"),
        ("Access denied", "", "denied"),
        ("OPEN", "", "granted"),
        ("ACCESS", "wrong code", "denied"),
        ("BATTERY", "low", "other"),
        ("", "", "other"),
    ],
)
def test_what_the_vendors_words_do_not_say_is_other(kind, text, is_):
    assert outcome(kind, text) == is_


@pytest.mark.parametrize(
    ("local", "clock", "instant"),
    [
        ("2026-03-10 14:00", "UTC", "2026-03-10 14:00"),
        ("2026-07-10 14:00", "Europe/Berlin", "2026-07-10 12:00"),
        ("2026-07-10 14:00", "+01:00", "2026-07-10 13:00"),
        ("2026-07-10 14:00", "-08:00", "2026-07-10 22:00"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25 01:30"),  # shown twice: the later
    ],
)
def test_a_locks_own_clock_decides(local, clock, instant):
    late = datetime(2026, 12, 1, tzinfo=UTC)
    assert to_utc(datetime.fromisoformat(local), clock, late) == datetime.fromisoformat(f"{instant}+00:00")


def test_of_an_hour_shown_twice_the_later_one_is_not_meant_before_it_was():
    learned = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    local = datetime.fromisoformat("2026-10-25 02:30")
    assert to_utc(local, "Europe/Berlin", learned) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# -------------------------------------------------------------------------------------------- who it was


def test_a_pin_that_alone_can_have_opened_the_door_is_seen(door, code, codelocks, sandbox):
    note(codelocks, START)
    read(door, sandbox, START + HOUR)
    code.refresh_from_db()
    assert (code.known, code.seen_at, code.events.count()) == (Known.SEEN, START, 1)


@pytest.mark.parametrize(
    ("kind", "text", "at"),
    [
        ("DENIED", "NetCode", START),
        ("ACCESS", "Smart phone", START),
        ("ACCESS", "NetCode", START - 65 * MINUTE),  # before the PIN began, a clock's error away
    ],
)
def test_a_line_that_may_be_about_something_else_marks_nothing(
    door, code, codelocks, sandbox, kind, text, at
):
    note(codelocks, at, kind, text)
    read(door, sandbox, START + HOUR)
    code.refresh_from_db()
    assert (code.known, EntryEvent.objects.get().code) == (Known.ACCEPTED, None)


def test_where_two_pins_can_have_opened_the_door_neither_is_seen(door, code, codelocks, sandbox):
    CodeFactory(grant__door=door, state=CodeState.LINGERING, issued_at=NOW, starts_at=START - 2 * HOUR)
    note(codelocks, START)
    read(door, sandbox, START + HOUR)
    assert not IssuedCode.objects.filter(seen_at__isnull=False).exists()


# ------------------------------------------------------------------------------------ only when asked to


def test_no_memory_is_read_unless_it_is_asked_for(door, codelocks):
    tasks.follow_up()
    assert codelocks.calls("audit") == []
    assert not audit.memory_due(door.account, NOW)


def test_the_accounts_option_asks_for_it_every_so_many_minutes(door, codelocks):
    door.account.options = {"audit_minutes": 60}
    door.account.save()
    tasks.follow_up()
    tasks.follow_up()
    assert len(codelocks.calls("audit")) == 1
    run = SyncRun.objects.get()
    assert audit.memory_due(door.account, run.started_at + 61 * MINUTE)


def test_a_reading_that_failed_is_noted_and_not_repeated_at_once(door, codelocks):
    door.account.options = {"audit_minutes": 60}
    door.account.save()
    codelocks.fail("status", "audit", times=9, status=502)
    tasks.follow_up()
    tasks.follow_up()
    assert (len(codelocks.calls("audit")), SyncRun.objects.get().state) == (3, "failed")


def test_staff_have_one_lock_read_on_record(door, codelocks, sandbox):
    note(codelocks, NOW - HOUR)
    facts.want_memory(door.account, door, Word(UserFactory(), "who came?", NOW))
    tasks.read_memory(door.account.pk, door.pk)
    assert StaffAct.objects.get().verb == "read memory"
    assert EntryEvent.objects.get().happened_at == NOW - HOUR


def test_a_kitlock_has_no_memory_that_could_be_read(door):
    kitlock = DoorFactory(account=door.account, name="Store")
    with pytest.raises(NotPossible, match="Store is a KitLock"):
        facts.want_memory(door.account, kitlock, Word(UserFactory(), "who came?", NOW))
    assert not StaffAct.objects.exists()


def test_the_memory_of_another_accounts_lock_is_not_read(door, codelocks):
    with pytest.raises(NotPossible, match="not a door of"):
        facts.want_memory(
            CodelocksFactory(secrets=door.account.secrets), door, Word(UserFactory(), "who?", NOW)
        )
