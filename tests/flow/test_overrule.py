from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import overrule
from backoffice.flow.overrule import Person
from backoffice.models import Notice, Override, StaffAct
from backoffice.states import CodeState, GrantState, MessageState, NoticeState, RunState, move
from backoffice.word import NotPossible, Word
from tests.factories import (
    HOUR,
    NOW,
    AccountFactory,
    CodeFactory,
    DoorFactory,
    GrantFactory,
    MessageFactory,
    NoticeFactory,
    RunFactory,
    UserFactory,
)
from tests.flow.stays import active

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def word() -> Word:
    return Word(UserFactory(username="dora"), "they lost their bag", NOW)


@pytest.fixture
def grant():
    return GrantFactory()


def acts() -> list[tuple[str, str, str]]:
    return list(StaffAct.objects.order_by("pk").values_list("verb", "target", "reason"))


# ------------------------------------------------------------------------------------ reason, end, record


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_act_without_a_reason_is_not_possible(reason):
    with pytest.raises(NotPossible, match="reason"):
        Word(UserFactory(), reason, NOW)


@pytest.mark.parametrize("until", [NOW, NOW - HOUR, NOW + timedelta(days=367)])
def test_an_override_ends_in_the_future_and_within_a_year(grant, word, until):
    with pytest.raises(NotPossible):
        overrule.hold(grant, until, word)
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize("act", [overrule.hold, overrule.deny])
def test_a_hold_and_a_denial_say_who_why_and_until_when(grant, word, act):
    override = act(grant.occurrence.booking, TOMORROW, word)
    assert (override.booking, override.ends_at) == (grant.occurrence.booking, TOMORROW)
    assert (override.author, override.reason) == (word.author, "they lost their bag")
    assert acts() == [(act.__name__, f"booking {override.booking_id}", "they lost their bag")]


def test_a_door_can_be_held_too(grant, word):
    assert overrule.hold(grant.door, TOMORROW, word).door == grant.door


def test_an_act_on_a_grant_is_on_its_bookings_record(grant, word):
    overrule.hold(grant, TOMORROW, word)
    assert StaffAct.objects.get().booking == grant.occurrence.booking


def test_a_word_that_was_taken_back_says_by_whom(grant, word):
    override = overrule.release(overrule.hold(grant, TOMORROW, word), word)
    assert (override.lifted_at, override.lifted_by) == (NOW, word.author)
    assert [verb for verb, _, _ in acts()] == ["hold", "release"]


def test_a_word_is_taken_back_once(grant, word):
    override = overrule.release(overrule.hold(grant, TOMORROW, word), word)
    with pytest.raises(NotPossible):
        overrule.release(override, word)


# ------------------------------------------------------------------------------------------------- windows


def test_a_window_is_extended_by_minutes(grant, word):
    override = overrule.extend(grant, 10, 30, TOMORROW, word)
    assert (override.minutes_before, override.minutes_after) == (10, 30)
    assert acts()[0][0] == "extend"


@pytest.mark.parametrize(("before", "after"), [(0, 0), (-5, 10)])
def test_an_extension_by_nothing_or_less_is_not_possible(grant, word, before, after):
    with pytest.raises(NotPossible):
        overrule.extend(grant, before, after, TOMORROW, word)


def test_a_person_is_let_in_at_a_door_for_a_time(word):
    door = DoorFactory()
    person = Person("Ole Brandt", "ole@example.test")
    override = overrule.grant_person(door, person, NOW + HOUR, TOMORROW, word)
    assert (override.person_name, override.person_email) == ("Ole Brandt", "ole@example.test")
    assert (override.starts_at, override.ends_at) == (NOW + HOUR, TOMORROW)
    assert acts() == [("grant", f"door {door.pk}", "they lost their bag")]


@pytest.mark.parametrize(
    ("name", "method", "hours"), [("", "netcode", 1), ("Ole", "", 1), ("Ole", "netcode", 48)]
)
def test_nobody_is_let_in_without_a_name_a_method_or_a_time(word, name, method, hours):
    with pytest.raises(NotPossible):
        overrule.grant_person(DoorFactory(method=method), Person(name), NOW + hours * HOUR, TOMORROW, word)
    assert not Override.objects.exists()


# --------------------------------------------------------------------------------------------------- codes


def test_a_new_code_is_asked_for_until_the_window_ends(grant, word):
    override = overrule.reissue(active(grant), word)
    assert (override.kind, override.grant, override.ends_at) == ("reissue", grant, grant.ends_at)


def test_an_access_that_is_over_gets_no_new_code(grant):
    with pytest.raises(NotPossible):
        overrule.reissue(grant, Word(UserFactory(), "again", grant.ends_at))


def test_a_code_not_yet_issued_is_revoked_at_once(grant, word):
    code = CodeFactory(grant=grant)
    assert overrule.revoke(code, word) == "Revoked before it was issued."
    code.refresh_from_db()
    assert code.state == CodeState.REVOKED
    assert Override.objects.get().kind == "deny"


def test_revoking_a_netcode_says_until_when_it_opens(grant, word):
    text = overrule.revoke(active(grant), word)
    assert "opens until Mon 9 Mar 20:00" in text
    assert Override.objects.get().ends_at == grant.codes.get().ends_at


def test_revoking_a_card_is_left_to_the_next_plan(grant, word):
    code = active(grant, method="card")
    assert "withdrawn" in overrule.revoke(code, word)
    assert [verb for verb, _, _ in acts()] == ["deny", "revoke"]


@pytest.mark.parametrize("state", [CodeState.REVOKED, CodeState.EXPIRED])
def test_a_code_that_opens_nothing_is_not_revoked(grant, word, state):
    with pytest.raises(NotPossible):
        overrule.revoke(CodeFactory(grant=grant, state=state), word)
    assert not StaffAct.objects.exists()


def test_a_failed_code_is_tried_again_at_once(grant, word):
    code = CodeFactory(grant=grant, state=CodeState.FAILED, attempts=3, error="400", next_try_at=TOMORROW)
    overrule.retry(code, word)
    assert (code.state, code.attempts, code.error, code.due_at) == (CodeState.PLANNED, 0, "", NOW)
    assert acts()[0][0] == "retry"


def test_a_failed_code_that_nobody_wants_any_more_is_withdrawn_again(grant, word):
    move(grant, GrantState.WITHDRAWN)
    code = CodeFactory(grant=grant, state=CodeState.FAILED, issued_at=NOW)
    assert overrule.retry(code, word).state == CodeState.REVOKING


def test_a_code_that_did_not_fail_is_not_tried_again(grant, word):
    with pytest.raises(NotPossible):
        overrule.retry(active(grant), word)
    assert not StaffAct.objects.exists()


def test_a_code_is_shown_with_a_record_that_does_not_hold_it(grant, word):
    code = active(grant, "004211")
    assert overrule.reveal(code, word) == "004211"
    act = StaffAct.objects.get()
    assert (act.verb, act.code, act.author) == ("reveal", code, word.author)
    assert "004211" not in f"{act.detail} {act.reason} {act.target}"


def test_a_code_without_a_secret_cannot_be_shown(grant, word):
    with pytest.raises(NotPossible):
        overrule.reveal(CodeFactory(grant=grant), word)
    assert not StaffAct.objects.exists()


# --------------------------------------------------------------------------------- mails, messages, accounts


def test_what_a_guest_was_told_is_shown_on_record(word):
    notice = NoticeFactory(body="PIN: 004211")
    assert overrule.reveal_notice(notice, word) == "PIN: 004211"
    assert acts() == [("reveal", f"notice {notice.pk}", "they lost their bag")]


def test_a_failed_mail_is_due_again(word):
    notice = NoticeFactory(state=NoticeState.FAILED, attempts=6, error="refused")
    overrule.retry_notice(notice, word)
    assert Notice.objects.get().state == NoticeState.DUE
    assert Notice.objects.get().attempts == 0


def test_a_sent_mail_is_not_sent_again(word):
    with pytest.raises(NotPossible):
        overrule.retry_notice(NoticeFactory(state=NoticeState.SENT), word)
    assert not StaffAct.objects.exists()


def test_a_failed_message_is_opened_again(word):
    message = MessageFactory(state=MessageState.FAILED, attempts=6)
    assert overrule.retry_message(message, word).state == MessageState.RECEIVED


def test_a_stopped_account_is_used_again(word):
    account = AccountFactory(stopped_at=NOW, stopped_reason="401")
    overrule.resume(account, word)
    assert (account.stopped_at, account.stopped_reason) == (None, "")
    assert acts()[0][0] == "resume"


def test_an_account_that_runs_is_not_resumed(word):
    with pytest.raises(NotPossible):
        overrule.resume(AccountFactory(), word)


def test_a_loss_that_staff_accept_is_on_record(word):
    account = RunFactory(state=RunState.STOPPED).account
    RunFactory(account=account, state=RunState.FAILED, started_at=NOW + HOUR)
    overrule.accept_loss(account, word)
    assert acts() == [("accept_loss", f"vendoraccount {account.pk}", "they lost their bag")]


def test_no_loss_is_accepted_that_no_reading_told_of(word):
    account = RunFactory(state=RunState.STOPPED).account
    RunFactory(account=account, started_at=NOW + HOUR)
    with pytest.raises(NotPossible, match="nothing that is in doubt"):
        overrule.accept_loss(account, word)
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize("how", [{"stopped_at": NOW}, {"enabled": False}])
@pytest.mark.parametrize("act", [overrule.refresh, overrule.accept_loss])
def test_an_account_that_is_not_read_is_not_read_on_anybodys_word(word, act, how):
    with pytest.raises(NotPossible):
        act(AccountFactory(**how), word)
    assert not StaffAct.objects.exists()
