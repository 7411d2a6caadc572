"""What nobody asks for any more goes, once a day; what staff may have to answer for stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice import tasks
from backoffice.flow import prune as step
from backoffice.flow.audit.events import cursor
from backoffice.flow.overrule import on_record
from backoffice.flow.prune import due, prune
from backoffice.models import (
    CalendarEvent,
    CalendarReading,
    EntryEvent,
    IssuedCode,
    Notice,
    PaidCall,
    PushChannel,
    RejectedRow,
    SlotDay,
    StaffAct,
    SyncRun,
    WebhookMessage,
)
from backoffice.states import MessageState, NoticeState
from backoffice.word import Word
from tests import factories as make
from tests.factories import HOUR, NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD = NOW - 91 * DAY
YOUNG = NOW - 89 * DAY


def of_calendar(at):
    calendar = CalendarReading.objects.create(account=make.AccountFactory(), ref=f"c{at:%j}")
    PushChannel.objects.create(calendar=calendar, ref=f"p{at:%j}", token="t", made_at=at, stopped_at=at)
    CalendarEvent.objects.create(
        calendar=calendar, ref="e", starts_at=at - HOUR, ends_at=at, seen_at=at, gone_at=at
    )


def fill(at):
    """One row of everything that is let go of, done with at a time."""
    account = make.AccountFactory()
    make.RunFactory(account=account, started_at=at)
    make.RunFactory(account=account, started_at=NOW)
    make.MessageFactory(state=MessageState.ACKNOWLEDGED, acknowledged_at=at)
    RejectedRow.objects.create(account=account, kind="booking", ref="1", seen_at=at, resolved_at=at)
    SlotDay.objects.create(resource=make.ResourceFactory(), day=at.date(), read_at=at)
    of_calendar(at)
    make.NoticeFactory(state=NoticeState.SENT, sent_at=at, body="PIN 004211", recipient="ida@example.test")


def rows():
    tables = (SyncRun, WebhookMessage, RejectedRow, SlotDay, PushChannel, CalendarEvent)
    return {model.__name__: model.objects.count() for model in tables}


def test_what_is_older_than_its_days_goes():
    fill(OLD)
    assert prune(NOW) == {
        "readings": 1,
        "messages": 1,
        "rows not understood": 1,
        "push channels": 1,
        "hours on offer": 1,
        "calendar events": 1,
        "events": 0,
        "mails": 1,
    }
    assert rows() == {name: int(name == "SyncRun") for name in rows()}


def test_the_words_of_an_old_mail_go_and_that_it_was_sent_stays():
    fill(OLD)
    prune(NOW)
    notice = Notice.objects.get()
    assert (notice.body, notice.recipient, notice.state) == ("", "", NoticeState.SENT)


def test_what_is_younger_stays_and_nothing_is_written():
    fill(YOUNG)
    before = rows()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert set(prune(NOW).values()) == {0}
    assert rows() == before
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


@pytest.mark.parametrize("state", [MessageState.RECEIVED, MessageState.APPLIED, MessageState.FAILED])
def test_a_message_that_is_not_done_with_stays_however_old(state):
    make.MessageFactory(state=state, received_at=OLD)
    prune(NOW)
    assert WebhookMessage.objects.exists()


def test_the_last_reading_of_an_account_stays_however_old_one_that_failed_and_one_that_did_not():
    account = make.AccountFactory()
    for hours, state in enumerate(["ok", "failed", "ok", "failed"]):
        make.RunFactory(account=account, started_at=OLD + hours * HOUR, state=state)
    prune(NOW)
    assert sorted(SyncRun.objects.values_list("started_at", flat=True)) == [OLD + 2 * HOUR, OLD + 3 * HOUR]


def test_an_event_to_come_that_is_gone_for_long_stays():
    of_calendar(OLD)
    CalendarEvent.objects.update(starts_at=NOW, ends_at=NOW + HOUR)
    prune(NOW)
    assert CalendarEvent.objects.exists()


def test_old_door_events_go_but_for_the_last_ones_where_the_next_reading_goes_on(monkeypatch):
    monkeypatch.setattr(step, "NEWEST", 3)
    account, other = make.LocktFactory(), make.LocktFactory()
    for ref in range(8, 13):
        make.EventFactory(account=account, ref=str(ref), happened_at=OLD, learned_at=OLD)
    make.EventFactory(account=other, ref="1", happened_at=OLD, learned_at=OLD)
    assert (prune(NOW)["events"], prune(NOW)["events"]) == (2, 0)
    assert cursor(account) == "12"
    assert EntryEvent.objects.filter(account=other).exists()


def test_a_door_event_that_a_vendor_tells_late_stays_as_long_as_a_new_one(monkeypatch):
    monkeypatch.setattr(step, "NEWEST", 0)
    make.EventFactory(happened_at=OLD, learned_at=NOW)
    assert prune(NOW)["events"] == 0


def test_what_staff_answer_for_stays():
    code = make.CodeFactory()
    IssuedCode.objects.update(created_at=OLD)
    PaidCall.objects.create(account=code.account, counter="netcode", month=OLD.date(), at=OLD)
    on_record(Word(make.UserFactory(), "asked", OLD), "reveal", code)
    prune(NOW + 900 * DAY)
    assert [model.objects.count() for model in (IssuedCode, PaidCall, StaffAct)] == [1, 1, 1]


def test_no_days_are_for_ever(settings):
    settings.KEEP_DAYS = settings.KEEP_EVENTS_DAYS = 0
    fill(OLD)
    assert not due(NOW)
    assert set(prune(NOW).values()) == {0}


def test_more_than_a_batch_goes_as_well(monkeypatch):
    monkeypatch.setattr(step, "BATCH", 2)
    account = make.AccountFactory()
    make.RunFactory.create_batch(5, account=account, started_at=OLD)
    make.RunFactory(account=account, started_at=NOW)
    assert prune(NOW)["readings"] == 5


def test_it_is_due_once_a_day():
    account = make.AccountFactory()
    for hours in range(0, 72, 6):
        make.RunFactory(account=account, started_at=NOW - 90 * DAY + hours * HOUR)
    hourly = []
    for hours in range(72):
        hourly.append(due(NOW + hours * HOUR))
        if hourly[-1]:
            prune(NOW + hours * HOUR)
    assert sum(hourly) == 2


def test_the_clock_of_the_tasks_wakes_it(monkeypatch):
    woken = []
    monkeypatch.setattr(tasks.prune, "delay", lambda: woken.append("prune"))
    monkeypatch.setattr(tasks.follow, "delay", lambda: woken.append("follow"))
    account = make.AccountFactory(enabled=False)
    tasks.tick()
    make.RunFactory(account=account, started_at=NOW - 900 * DAY)
    make.RunFactory(account=account, started_at=NOW - 800 * DAY)
    tasks.tick()
    assert woken == ["follow", "prune", "follow"]


def test_the_task_lets_go():
    account = make.AccountFactory()
    for days in (900, 800):
        make.RunFactory(account=account, started_at=NOW - days * DAY)
    tasks.prune()
    assert SyncRun.objects.count() == 1
