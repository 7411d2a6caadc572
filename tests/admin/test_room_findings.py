"""A room's page begins with what needs a person there, and leads to where it is seen to."""

from __future__ import annotations

import html

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from backoffice.flow import audit, conflicts
from backoffice.models import Conflict, Finding, Severity
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(client, room):
    return client.get(reverse("admin:backoffice_room_change", args=[room.pk]))


def finding(room, now, text, **fields):
    known = {"kind": "test", "key": text, "severity": Severity.TODAY, "opened_at": now}
    return Finding.objects.create(room=room, text=text, **{**known, **fields})


def texts(answer):
    return [line["row"].text for line in answer.context["findings"]]


def leads(answer):
    return {lead.title: lead.path for line in answer.context["findings"] for lead in line["leads"]}


def test_the_rooms_page_lists_what_is_open_there_the_most_pressing_first(signed_in, now):
    room = make.RoomFactory()
    finding(room, now, "by the way", severity=Severity.NOTE)
    finding(room, now, "act now", severity=Severity.NOW)
    finding(room, now, "it is over", closed_at=now)
    finding(make.RoomFactory(), now, "elsewhere")
    answer = page(signed_in("viewer"), room)
    assert texts(answer) == ["act now", "by the way"]
    assert "act now" in answer.content.decode()


def test_a_room_with_nothing_open_says_nothing_of_it(signed_in):
    assert "Needs a person <small>" not in page(signed_in("viewer"), make.RoomFactory()).content.decode()


def test_who_may_not_see_what_needs_a_person_does_not_see_it_here(signed_in, now):
    room, client = make.RoomFactory(), signed_in("viewer")
    finding(room, now, "act now")
    client.user.groups.clear()
    client.user.user_permissions.set(Permission.objects.filter(codename="view_room"))
    answer = page(client, room)
    assert (answer.status_code, "act now" in answer.content.decode()) == (200, False)


def test_a_finding_leads_from_the_room_to_where_it_is_seen_to_and_not_back(signed_in, now):
    room, booking = make.RoomFactory(), make.BookingFactory()
    finding(room, now, "look", booking=booking)
    found = leads(page(signed_in("viewer"), room))
    assert found == {"Booking": reverse("admin:backoffice_booking_change", args=[booking.pk])}


def test_two_of_one_time_lead_to_both_sides(signed_in, now):
    room = make.RoomFactory(path=[make.DoorFactory()])
    for _ in range(2):
        make.OccurrenceFactory(room=room, starts_at=now + make.HOUR)
    conflicts.detect(now)
    audit.findings(now)
    found = leads(page(signed_in("viewer"), room))
    both = reverse("admin:backoffice_conflict_change", args=[Conflict.objects.get().pk])
    assert found["Both sides"] == both


@pytest.mark.parametrize(
    ("kind", "place"), [("room_without_path", "steps-group"), ("blocks_nowhere", "channels")]
)
def test_what_is_seen_to_on_the_rooms_page_leads_to_its_place_there(signed_in, now, kind, place):
    room = make.RoomFactory(path=[make.DoorFactory()])
    finding(room, now, "look", kind=kind, key=str(room.pk))
    answer = page(signed_in("manager"), room)
    text = html.unescape(answer.content.decode())
    assert f'href="#{place}"' in text
    assert f'id="{place}"' in text


def test_what_leads_nowhere_else_leads_to_its_own_page(signed_in, now):
    room = make.RoomFactory()
    row = finding(room, now, "look")
    found = leads(page(signed_in("viewer"), room))
    assert found == {"Look": reverse("admin:backoffice_finding_change", args=[row.pk])}


def test_more_than_fit_are_one_click_away(signed_in, now):
    room, client = make.RoomFactory(), signed_in("viewer")
    for n in range(15):
        finding(room, now, f"look {n}")
    answer = page(client, room)
    assert (len(texts(answer)), answer.context["more_findings"]) == (12, 3)
    address = f"{reverse('admin:backoffice_finding_changelist')}?room__id__exact={room.pk}&what=open"
    assert address in html.unescape(answer.content.decode())
    assert len(client.get(address).context["cl"].result_list) == 15
