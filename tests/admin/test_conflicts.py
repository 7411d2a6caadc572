"""A conflict in staff's pages: both sides, what can be done, and one thing to see for one double booking."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from backoffice.flow import audit, conflicts, grant, overrule
from backoffice.models import Booking, Conflict, Notice, Override, StaffAct
from backoffice.states import ConflictState
from backoffice.word import Word
from tests import factories as make
from tests.admin.typed import typed

pytestmark = pytest.mark.django_db
HOUR = make.HOUR


@pytest.fixture
def conflict(now):
    """Two guests of one room half an hour apart, tomorrow, planned; the first of them was told."""
    start = (now + 24 * HOUR).replace(minute=0, second=0)
    room = make.RoomFactory(path=[make.DoorFactory(name="Lab door")])
    ida = make.OccurrenceFactory(room=room, starts_at=start)
    emil = make.BookingFactory(customer__name="Emil Vogel", status="pending", price="120.00")
    make.OccurrenceFactory(room=room, starts_at=start + HOUR / 2, booking=emil)
    make.NoticeFactory(booking=ida.booking, state="sent", sent_at=now)
    grant.replan(now)
    conflicts.detect(now)
    audit.findings(now)
    return Conflict.objects.get()


def page(row):
    return reverse("admin:backoffice_conflict_change", args=[row.pk])


def ask(verb, row):
    return reverse("admin:backoffice_conflict_act", args=[verb]) + f"?ids={row.pk}"


def state(row):
    row.refresh_from_db()
    return row.state


def test_the_page_has_both_sides_what_was_told_who_paid_and_the_doors(signed_in, conflict):
    text = signed_in("front desk").get(page(conflict)).content.decode()
    assert "Ida Kern" in text
    assert "Emil Vogel" in text
    assert "how to get in, told" in text
    assert "The guest has been told nothing yet." in text
    assert "not paid yet (“confirmed”), 120.00" in text
    assert "Lab door" in text


def test_a_door_of_both_guests_says_so_on_either_side(signed_in, conflict):
    door = conflict.first.grants.get().door
    make.GrantFactory(occurrence=conflict.second, door=door)
    text = signed_in("front desk").get(page(conflict)).content.decode()
    assert text.count("the other guest has this door too") == 2


def test_open_conflicts_stand_at_the_top_of_the_first_page_and_nowhere_else_on_it(signed_in, conflict):
    text = signed_in("front desk").get("/admin/").content.decode()
    assert text.index("One room or door, taken twice") < text.index("Needs a person <")
    assert text.count("Two bookings at one time") == 0
    assert text.count(page(conflict)) == 1
    for verb in ("accept", "deny-side", "trim"):
        assert ask(verb, conflict).split("?")[0] in text


def test_the_bookings_pages_of_both_sides_lead_to_the_conflict(signed_in, conflict):
    client = signed_in("viewer")
    for side in (conflict.first, conflict.second):
        address = reverse("admin:backoffice_booking_change", args=[side.booking_id])
        assert page(conflict) in client.get(address).content.decode()


def test_without_a_conflict_the_first_page_says_nothing_of_any(signed_in):
    assert "taken twice" not in signed_in("front desk").get("/admin/").content.decode()


def test_staff_accept_a_conflict_with_a_reason(signed_in, conflict):
    client = signed_in("front desk")
    assert client.post(ask("accept", conflict), {"reason": ""}).status_code == 200
    assert state(conflict) == ConflictState.OPEN
    client.post(ask("accept", conflict), {"reason": "they share the room"})
    assert state(conflict) == ConflictState.ACCEPTED
    assert conflict.accepted_by == client.user
    answer = client.post(ask("reopen", conflict), {"reason": "they do not"}, follow=True)
    assert "open again, and somebody has to settle it" in answer.content.decode()
    assert state(conflict) == ConflictState.OPEN


def test_staff_choose_which_side_gets_no_access(signed_in, conflict, now):
    given = {
        "side": conflict.second.booking_id,
        "until": typed(now + 48 * HOUR),
        "reason": "not paid",
    }
    signed_in("front desk").post(ask("deny-side", conflict), given)
    assert Override.objects.get(kind="deny").booking == conflict.second.booking
    assert state(conflict) == ConflictState.ACCEPTED


def test_the_form_for_one_after_the_other_proposes_the_middle_and_who_is_first(signed_in, conflict):
    client = signed_in("front desk")
    answer = client.get(ask("trim", conflict))
    assert answer.context["form"].fields["side"].choices[0][0] == conflict.first.booking_id
    (moment,) = re.findall(r'name="moment" value="([^"]+)"', answer.content.decode())
    given = {"side": conflict.first.booking_id, "moment": moment, "reason": "agreed"}
    client.post(ask("trim", conflict), given)
    middle = conflict.starts_at + (conflict.ends_at - conflict.starts_at) / 2
    assert set(Override.objects.values_list("not_after", "not_before")) == {(middle, None), (None, middle)}


def test_the_form_says_who_is_denied_and_gets_in_neither_before_nor_after(signed_in, conflict, now):
    client = signed_in("front desk")
    overrule.deny(conflict.second.booking, now + 48 * HOUR, Word(client.user, "not paid", now))
    text = client.get(ask("trim", conflict)).content.decode()
    assert "Emil Vogel is denied access by staff and does not get in" in text
    assert "the other one gets in" not in text


def test_what_cannot_be_done_is_said_on_the_page_that_asked(signed_in, conflict):
    given = {"side": conflict.first.booking_id, "moment": "2099-01-01T10:00", "reason": "agreed"}
    answer = signed_in("front desk").post(ask("trim", conflict), given)
    assert "deny that one instead" in answer.content.decode()


@pytest.mark.parametrize("verb", ["accept", "deny-side", "trim", "reopen"])
def test_who_may_only_look_can_do_nothing(signed_in, conflict, verb):
    assert signed_in("viewer").post(ask(verb, conflict), {"reason": "x"}).status_code == 403
    assert not StaffAct.objects.exists()


def test_a_mail_that_is_no_longer_needed_is_not_told_of(signed_in, conflict):
    Notice.objects.update(state="dropped")
    assert "how to get in" not in signed_in("viewer").get(page(conflict)).content.decode()


def test_to_move_or_cancel_one_of_them_at_its_source_stands_beside_it(signed_in, conflict):
    text = signed_in("front desk").get(page(conflict)).content.decode()
    assert "at the source" in text
    assert text.index("at the source") < text.index(">Deny<")


@pytest.fixture
def beside_an_entry(now):
    """A guest and somebody's entry in a calendar, tomorrow."""
    start = (now + 24 * HOUR).replace(minute=0, second=0)
    room = make.RoomFactory(path=[make.DoorFactory(name="Lab door")])
    entry = make.BookingFactory(status="block", customer=None, ref="16")
    make.OccurrenceFactory(room=room, starts_at=start, booking=entry)
    make.OccurrenceFactory(room=room, starts_at=start)
    grant.replan(now)
    conflicts.detect(now)
    return Conflict.objects.get()


def test_beside_an_entry_that_lets_nobody_in_stands_no_act_on_access(signed_in, beside_an_entry):
    text = signed_in("front desk").get(page(beside_an_entry)).content.decode()
    assert text.count(">Deny<") == text.count(">Hold<") == 1
    assert "no access decided" not in text
    assert "told nothing yet" not in text.split("An entry in a calendar")[1].split("lk-side")[0]
    assert "Move or delete it there" in text
    assert "A booking and an entry in a calendar at one time" in text
    assert ": an entry and " in text


@pytest.mark.parametrize("verb", ["trim", "deny-side"])
def test_a_conflict_with_an_entry_offers_nothing_between_two_guests(signed_in, beside_an_entry, verb):
    text = signed_in("front desk").get(page(beside_an_entry)).content.decode()
    assert reverse("admin:backoffice_conflict_act", args=[verb]) not in text
    assert reverse("admin:backoffice_conflict_act", args=["accept"]) in text


def test_the_page_of_an_entry_offers_no_act_on_access(signed_in, beside_an_entry):
    address = reverse("admin:backoffice_booking_change", args=[beside_an_entry.first.booking_id])
    text = signed_in("front desk").get(address).content.decode()
    assert reverse("admin:backoffice_booking_act", args=["hold"]) not in text


def test_what_is_days_away_is_one_line_on_the_first_page(signed_in, conflict, now):
    late = now + 72 * HOUR
    room = make.RoomFactory(path=[make.DoorFactory()])
    for _ in range(2):
        make.OccurrenceFactory(room=room, starts_at=late)
    conflicts.detect(now)
    answer = signed_in("front desk").get("/admin/")
    assert [clash.conflict for clash in answer.context["clashes"]] == [conflict]
    assert [line.conflict.room for line in answer.context["later_clashes"]] == [room]
    assert answer.content.decode().count('class="lk-both"') == 1


def test_even_of_the_near_ones_only_a_handful_stand_in_full(signed_in, now):
    start = (now + 5 * HOUR).replace(minute=0, second=0)
    for _ in range(7):
        room = make.RoomFactory(path=[make.DoorFactory()])
        make.OccurrenceFactory(room=room, starts_at=start)
        make.OccurrenceFactory(room=room, starts_at=start)
    conflicts.detect(now)
    answer = signed_in("front desk").get("/admin/")
    assert len(answer.context["clashes"]) == 4
    assert len(answer.context["later_clashes"]) == 3


def test_the_page_of_a_conflict_has_its_remedies_where_both_sides_are(signed_in, conflict):
    text = signed_in("front desk").get(page(conflict)).content.decode()
    card = text[text.index("lk-both") : text.index("On record")]
    for verb in ("accept", "deny-side", "trim"):
        assert ask(verb, conflict).split("?")[0] in card


def test_the_page_of_a_conflict_that_is_settled_or_over_says_so_first(signed_in, conflict, now):
    client = signed_in("front desk")
    assert "no longer in each other" not in client.get(page(conflict)).content.decode()
    client.post(ask("accept", conflict), {"reason": "they share it"})
    assert "Settled by" in client.get(page(conflict)).content.decode().split("lk-both")[0]
    Booking.objects.filter(pk=conflict.first.booking_id).update(status="cancelled")
    conflicts.detect(now)
    card = client.get(page(conflict)).content.decode().split("lk-both")[0]
    assert "no longer in each other" in card
    assert "both had it" in card
