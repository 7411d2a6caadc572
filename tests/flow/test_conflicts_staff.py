"""What staff do about two who have the same room or door, and that every plan obeys."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import conflicts, grant, overrule
from backoffice.flow.conflicts import detect
from backoffice.models import AccessGrant, Conflict, Override, StaffAct
from backoffice.states import ConflictState
from backoffice.word import NotPossible
from tests.factories import HOUR, NOW, START, BookingFactory
from tests.flow.booked import word
from tests.flow.clashes import current, extended, neighbours, two

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def none():
    return not Conflict.objects.filter(closed_at=None).exists()


def found(**fields):
    pair = two(**fields)
    grant.replan(NOW)
    detect(NOW)
    return current(), *pair


def windows():
    return {g.occurrence_id: (g.starts_at, g.ends_at) for g in AccessGrant.objects.all()}


def test_accepting_needs_an_open_conflict_and_is_on_record():
    conflict, *_ = found()
    conflicts.accept(conflict, word("one is a rehearsal"))
    assert StaffAct.objects.get(verb="accept").reason == "one is a rehearsal"
    with pytest.raises(NotPossible, match="accepted already"):
        conflicts.accept(conflict, word())


def test_an_acceptance_taken_back_is_a_conflict_again():
    conflict, *_ = found()
    with pytest.raises(NotPossible, match="Only what was accepted"):
        conflicts.reopen(conflict, word())
    conflicts.accept(conflict, word())
    conflicts.reopen(conflict, word())
    assert current().state == ConflictState.OPEN


def test_denying_one_side_takes_its_access_and_settles_the_conflict_while_the_word_holds():
    conflict, first, second = found()
    conflicts.deny(conflict, second.booking, START + 5 * HOUR, word())
    grant.replan(NOW)
    states = dict(AccessGrant.objects.values_list("occurrence", "state"))
    assert states == {first.pk: "granted", second.pk: "denied"}
    detect(NOW)
    assert current().state == ConflictState.ACCEPTED
    overrule.release(Override.objects.get(), word(now=NOW + MINUTE))
    detect(NOW + MINUTE)
    assert current().state == ConflictState.OPEN


def test_accepting_after_a_word_was_taken_back_holds():
    conflict, _, second = found()
    conflicts.deny(conflict, second.booking, START + 5 * HOUR, word())
    overrule.release(Override.objects.get(), word(now=NOW + MINUTE))
    detect(NOW + MINUTE)
    conflicts.accept(current(), word(now=NOW + 2 * MINUTE))
    detect(NOW + 3 * MINUTE)
    assert current().state == ConflictState.ACCEPTED


def test_an_entry_in_a_calendar_has_no_access_to_deny():
    conflict, _, second = found(booking__status="block")
    with pytest.raises(NotPossible, match="lets nobody in"):
        conflicts.deny(conflict, second.booking, START + 5 * HOUR, word())


def test_a_booking_of_neither_side_is_refused():
    conflict, *_ = found()
    with pytest.raises(NotPossible, match="not part of this conflict"):
        conflicts.deny(conflict, BookingFactory(), START + 5 * HOUR, word())


def test_after_a_trim_one_guest_gets_in_after_the_other():
    conflict, first, second = found()
    said = conflicts.trim(conflict, first.booking, START + 45 * MINUTE, word())
    assert said == "Ida Kern gets in until Mon 9 Mar 18:45, the other guest from then on."
    grant.replan(NOW)
    assert windows()[first.pk][1] == windows()[second.pk][0] == START + 45 * MINUTE
    detect(NOW)
    assert current().state == ConflictState.ACCEPTED


def test_a_trimmed_booking_that_is_moved_has_its_whole_window_again():
    conflict, first, _ = found()
    conflicts.trim(conflict, first.booking, START + 45 * MINUTE, word())
    first.starts_at, first.ends_at = START + 3 * HOUR, START + 4 * HOUR
    first.save()
    grant.replan(NOW)
    detect(NOW)
    assert windows()[first.pk][1] == START + 4 * HOUR + 15 * MINUTE
    assert none()


@pytest.mark.parametrize("minutes", [-60, 120])
def test_a_trim_that_leaves_one_of_them_nothing_is_refused(minutes):
    conflict, first, _ = found()
    with pytest.raises(NotPossible, match="deny that one instead"):
        conflicts.trim(conflict, first.booking, START + minutes * MINUTE, word())


def test_a_trim_at_one_door_closes_the_conflicts_at_all_doors_of_the_two():
    first, second = neighbours(doors=2)
    extended(first)
    assert detect(NOW).opened == 2
    conflicts.trim(Conflict.objects.first(), first.booking, START + HOUR + 10 * MINUTE, word())
    grant.replan(NOW)
    detect(NOW)
    assert none()
    assert windows()[first.pk][1] == windows()[second.pk][0]


def test_what_is_over_cannot_be_settled():
    conflict, first, second = found()
    detect(START + HOUR)
    conflict.refresh_from_db()
    for act in (
        lambda: conflicts.accept(conflict, word()),
        lambda: conflicts.deny(conflict, second.booking, START + 5 * HOUR, word()),
        lambda: conflicts.trim(conflict, first.booking, START + 45 * MINUTE, word()),
    ):
        with pytest.raises(NotPossible, match="is over"):
            act()
