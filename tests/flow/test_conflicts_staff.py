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


def denied_elsewhere(side):
    """A conflict of which one side is denied by a word that was not said for it."""
    conflict, *both = found(booking__customer__name="Emil Vogel")
    overrule.deny(both[side].booking, START + 5 * HOUR, word())
    grant.replan(NOW)
    return conflict, *both


def test_opened_again_a_trim_holds_no_longer():
    conflict, first, second = found()
    whole = windows()
    conflicts.trim(conflict, first.booking, START + 45 * MINUTE, word())
    grant.replan(NOW)
    said = conflicts.reopen(conflict, word(now=NOW + MINUTE))
    assert said.count("Ida Kern is no longer trimmed for the other.") == 2
    grant.replan(NOW + MINUTE)
    detect(NOW + MINUTE)
    assert (windows(), current().state) == (whole, ConflictState.OPEN)
    assert list(StaffAct.objects.filter(verb="release").values_list("booking", flat=True)) == [
        first.booking_id,
        second.booking_id,
    ]


def test_opened_again_a_denial_that_settled_it_holds_no_longer():
    conflict, _, second = found(booking__customer__name="Emil Vogel")
    conflicts.deny(conflict, second.booking, START + 5 * HOUR, word())
    grant.replan(NOW)
    assert "Emil Vogel is no longer denied access." in conflicts.reopen(conflict, word(now=NOW + MINUTE))
    grant.replan(NOW + MINUTE)
    assert AccessGrant.objects.get(occurrence=second).state == "granted"


def test_opened_again_a_word_that_was_said_elsewhere_holds_on():
    conflict, _, second = denied_elsewhere(1)
    conflicts.accept(conflict, word())
    said = conflicts.reopen(conflict, word(now=NOW + MINUTE))
    assert said.endswith("is denied access by staff and does not get in until that word is released.")
    grant.replan(NOW + MINUTE)
    assert AccessGrant.objects.get(occurrence=second).state == "denied"


def test_a_trim_beside_a_guest_who_is_denied_does_not_say_that_he_gets_in():
    conflict, first, second = denied_elsewhere(1)
    said = conflicts.trim(conflict, first.booking, START + 45 * MINUTE, word())
    assert said == (
        "Ida Kern gets in until Mon 9 Mar 18:45. Emil Vogel is denied access by staff and does not get in "
        "until that word is released."
    )
    grant.replan(NOW)
    assert AccessGrant.objects.get(occurrence=second).state == "denied"


def test_a_trim_of_a_guest_who_is_denied_says_that_the_other_alone_gets_in():
    conflict, first, _ = denied_elsewhere(0)
    said = conflicts.trim(conflict, first.booking, START + 45 * MINUTE, word())
    assert said.startswith("Ida Kern is denied access by staff")
    assert said.endswith("Emil Vogel gets in from Mon 9 Mar 18:45.")


@pytest.mark.parametrize("how", ["released", "over", "over before he comes"])
def test_a_denial_that_no_longer_holds_is_not_told_of(how):
    conflict, first, second = found()
    ends = {"over": NOW + MINUTE, "over before he comes": START - HOUR}.get(how, START + 5 * HOUR)
    said = overrule.deny(second.booking, ends, word())
    if how == "released":
        overrule.release(said, word())
    later = word(now=NOW + 2 * MINUTE)
    trimmed = conflicts.trim(conflict, first.booking, START + 45 * MINUTE, later)
    assert trimmed.endswith("the other guest from then on.")


@pytest.mark.parametrize("about", ["grant", "door"])
def test_a_guest_who_is_denied_at_every_door_of_his_gets_in_at_none(about):
    conflict, _, second = found()
    mine = AccessGrant.objects.get(occurrence=second)
    overrule.deny(mine if about == "grant" else mine.door, START + 5 * HOUR, word())
    denied = conflicts.still_denied(conflict, NOW)
    assert len(denied) == (1 if about == "grant" else 2)


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
