"""Findings about codes that no lock can be told to forget: one for each door, until the last has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow.audit import findings, still_open
from backoffice.models import Finding, Severity
from backoffice.states import CodeState, GrantState, NoticeState, move
from tests.factories import (
    HOUR,
    KITLOCK,
    NOW,
    CodeFactory,
    DoorFactory,
    GrantFactory,
    K3DoorFactory,
    NoticeFactory,
    OccurrenceFactory,
    OverrideFactory,
)
from tests.flow.stays import active, found, room, stay
from tests.support import Written

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return room()


@pytest.fixture
def gate(lab):
    return DoorFactory(venue=lab.venue, name="Gate", lock=KITLOCK)


def old(door, lab, name="Ida Kern", *, told=True, state=GrantState.WITHDRAWN, ends_in=3, **fields):
    """An old code of a guest that opens a door still."""
    stay = fields.pop("stay", None) or OccurrenceFactory(room=lab, booking__customer__name=name)
    grant = stay.grants.filter(door=door).first() or GrantFactory(occurrence=stay, door=door, state=state)
    code = CodeFactory(
        grant=grant, state=CodeState.LINGERING, starts_at=NOW, ends_at=NOW + ends_in * HOUR, **fields
    )
    if told:
        NoticeFactory(booking=stay.booking, state=NoticeState.SENT).codes.add(code)
    return code


def lingering():
    findings(NOW)
    return Finding.objects.filter(closed_at=None, kind="lingering")


# -------------------------------------------------------------------------------------------------- one code


def test_a_cancelled_guests_code_that_opens_still_is_shown_with_what_to_do():
    (grant,) = stay(room=room())
    code = active(grant)
    NoticeFactory(booking=grant.occurrence.booking, state=NoticeState.SENT).codes.add(code)
    move(grant, GrantState.WITHDRAWN)
    move(code, CodeState.LINGERING)
    text = found()["lingering"]
    assert "still opens Door 1 (Centre) until Mon 9 Mar 20:00" in text
    assert "#, the master code, 16, the code" in text
    assert "004211" not in text
    finding = Finding.objects.get()
    assert finding.severity == Severity.TODAY
    assert (finding.door, finding.booking) == (grant.door, grant.occurrence.booking)


def test_a_lingering_code_that_nobody_was_told_is_only_noted(lab, gate):
    old(gate, lab, told=False)
    assert lingering().get().severity == Severity.NOTE
    assert "though nobody was told it" in lingering().get().text


def test_a_lock_without_a_keypad_program_is_not_said_to_have_one(lab):
    old(K3DoorFactory(), lab)
    assert "master code" not in lingering().get().text


def test_a_lingering_code_that_has_ended_is_no_finding(lab, gate):
    code = old(gate, lab)
    assert "lingering" not in found(code.ends_at)


# ----------------------------------------------------------------------------------------------- one a door


def test_a_door_is_one_finding_however_many_old_codes_open_it(lab, gate):
    first = old(gate, lab, "Ida Kern", ends_in=2)
    old(gate, lab, stay=first.grant.occurrence, ends_in=3)
    old(gate, lab, "Ole Brandt", ends_in=5)
    text = lingering().get().text
    assert text.startswith("3 old PINs still open Gate (Centre), the last until Mon 9 Mar 14:00: ")
    assert ": Ole Brandt (" in text
    assert (
        f"2 of Ida Kern ({first.grant.occurrence.booking}), cancelled or moved, until Mon 9 Mar 12:00" in text
    )
    assert lingering().get().booking is None


def test_two_doors_of_one_guest_are_two_findings_of_one_booking(lab, gate):
    first = old(gate, lab)
    old(DoorFactory(venue=lab.venue), lab, stay=first.grant.occurrence)
    assert [row.booking for row in lingering()] == [first.grant.occurrence.booking] * 2


def test_what_one_code_makes_urgent_no_other_code_hides(lab, gate):
    old(gate, lab, "Ole Brandt", told=False, ends_in=9)
    old(gate, lab, "Eva Lind", state=GrantState.GRANTED, ends_in=8)
    old(gate, lab, "Ida Kern", ends_in=1)
    finding = lingering().get()
    assert finding.severity == Severity.TODAY
    assert finding.text.index("Ida Kern") < finding.text.index("Ole Brandt")
    assert "told to nobody" in finding.text


def test_it_says_what_is_left_and_closes_with_the_last_of_them(lab, gate):
    for hours, name in ((1, "Ida Kern"), (2, "Ole Brandt")):
        old(gate, lab, name, ends_in=hours)
    before = lingering().get()
    assert "Ole Brandt" in found(NOW + HOUR)["lingering"]
    assert "Ida Kern" not in found(NOW + HOUR)["lingering"]
    assert Finding.objects.get(closed_at=None) == before
    assert found(NOW + 2 * HOUR) == {}


def test_of_many_guests_the_rest_is_counted_and_said_where_it_is_listed(lab, gate):
    for hours in range(1, 9):
        old(gate, lab, f"Guest {hours}", ends_in=hours)
    text = lingering().get().text
    assert text.startswith("8 old PINs still open Gate")
    assert "Guest 3" in text
    assert "; and 2 more, listed under Codes." in text


def test_a_person_let_in_by_staff_is_named(gate):
    person = OverrideFactory(kind="grant", door=gate, person_name="Ole Brandt")
    grant = GrantFactory(occurrence=None, person=person, door=gate, state=GrantState.WITHDRAWN)
    CodeFactory(grant=grant, state=CodeState.LINGERING)
    assert "The old PIN of Ole Brandt (let in by staff)" in lingering().get().text


def test_a_second_look_writes_nothing(lab, gate):
    for hours in (3, 3, 4):
        old(gate, lab, ends_in=hours, told=hours == 3)
    findings(NOW)
    with Written() as written:
        findings(NOW + timedelta(minutes=1))
    assert written == {}


# --------------------------------------------------------------------------------------------- its own page


def test_a_booking_tells_of_its_own_codes_alone(lab, gate):
    first = old(gate, lab, "Ida Kern")
    old(gate, lab, "Ole Brandt")
    (text,) = still_open(first.grant.occurrence.booking, NOW)
    assert text.startswith(f"The old PIN of Ida Kern ({first.grant.occurrence.booking}), cancelled or moved")
    assert still_open(first.grant.occurrence.booking, first.ends_at) == []
