"""Needs a person: the list, where each finding leads, old codes by door, a booking's own."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from django.urls import reverse

from backoffice.admin.leads import LISTS, PAGES, leads
from backoffice.flow import audit
from backoffice.models import Finding, Severity
from backoffice.states import CodeState, GrantState
from tests import factories as make

pytestmark = pytest.mark.django_db
LIST = "/admin/backoffice/finding/"


def finding(now, text="look", **fields):
    """An open finding."""
    known = {"kind": "test", "key": text, "severity": Severity.TODAY, "opened_at": now}
    return Finding.objects.create(text=text, **{**known, **fields})


def titles(row):
    return [each.title for each in leads(row)]


def shown(page):
    return html.unescape(page.content.decode())


@pytest.fixture
def gate(now):
    """A door that old PINs of two guests open."""
    door = make.DoorFactory(name="Gate", lock=make.KITLOCK)
    room = make.RoomFactory(venue=door.venue)
    for name in ("Ida Kern", "Ole Brandt"):
        stay = make.OccurrenceFactory(room=room, booking__customer__name=name)
        grant = make.GrantFactory(occurrence=stay, door=door, state=GrantState.WITHDRAWN)
        times = {"starts_at": now, "ends_at": now + 3 * make.HOUR}
        code = make.CodeFactory(grant=grant, state=CodeState.LINGERING, secret="004211", **times)
        make.NoticeFactory(booking=stay.booking).codes.add(code)
    audit.findings(now)
    return door


# ------------------------------------------------------------------------------------------------ the list


def test_the_list_begins_with_what_needs_a_person_and_can_show_the_rest(signed_in, now):
    open_one = finding(now, "act now")
    note = finding(now, "for information", severity=Severity.NOTE)
    over = finding(now, "it is over", closed_at=now)
    viewer = signed_in("viewer")
    rows = {
        asked: set(viewer.get(LIST, {"what": asked} if asked else {}).context["cl"].result_list)
        for asked in ("", "open", "over", "all")
    }
    assert rows == {"": {open_one}, "open": {open_one, note}, "over": {over}, "all": {open_one, note, over}}


def test_a_search_finds_what_is_over_as_well(signed_in, now):
    over = finding(now, "the old one", closed_at=now)
    page = signed_in("viewer").get(LIST, {"q": "the old one"})
    assert list(page.context["cl"].result_list) == [over]


def test_findings_of_a_room_are_found_by_filter_and_by_its_name(signed_in, now):
    room, other = make.RoomFactory(name="Vault"), make.RoomFactory(name="Lab")
    mine, _ = finding(now, "one", room=room), finding(now, "two", room=other)
    for asked in ({"room__id__exact": room.pk}, {"q": "Vault"}):
        page = signed_in("viewer").get(LIST, asked)
        assert list(page.context["cl"].result_list) == [mine]


# --------------------------------------------------------------------------------------------- where it leads


def test_a_finding_about_a_room_leads_to_the_room_from_its_page_the_list_and_the_first_page(signed_in, now):
    room = make.RoomFactory(name="Vault")
    row = finding(now, room=room, account=make.AccountFactory())
    there = f'href="{reverse("admin:backoffice_room_change", args=[room.pk])}"'
    for address in (f"{LIST}{row.pk}/change/", LIST, "/admin/"):
        assert there in shown(signed_in("viewer").get(address))


def test_where_nothing_nearer_is_known_a_finding_leads_to_the_account(now):
    account = make.AccountFactory()
    assert titles(finding(now, "one", account=account)) == ["Account"]
    assert titles(finding(now, "two", account=account, door=make.DoorFactory())) == ["Door"]
    paused = finding(now, "three", kind="calendar_paused", account=account, room=make.RoomFactory())
    assert titles(paused) == ["Room", "Account"]


@pytest.mark.parametrize("kind", PAGES)
def test_a_finding_that_counts_one_row_leads_to_that_row_first(signed_in, now, kind):
    first = leads(finding(now, kind=kind, key="4711", booking=make.BookingFactory()))[0]
    assert first.title == PAGES[kind][1]
    answer = signed_in("viewer").get(first.path)
    assert (answer.status_code, "4711" in first.path) == (302, True)  # there is no such row


def test_what_leads_somewhere_is_a_kind_that_the_audit_knows():
    told = "".join(path.read_text() for path in Path(audit.__file__).parent.glob("*.py"))
    assert [kind for kind in (*PAGES, *LISTS) if f'"{kind}"' not in told] == []


def test_a_bookings_page_leads_from_its_findings_to_where_they_are_seen_to(signed_in, now):
    booking = make.BookingFactory()
    finding(now, "no block", kind="block_refused", key="4711", booking=booking)
    page = shown(signed_in("viewer").get(f"/admin/backoffice/booking/{booking.pk}/change/"))
    assert f'href="{reverse("admin:backoffice_block_change", args=[4711])}"' in page


@pytest.mark.parametrize("kind", LISTS)
def test_a_finding_that_counts_several_leads_to_their_list_which_takes_its_filters(signed_in, now, kind):
    door = make.DoorFactory()
    path = leads(finding(now, kind=kind, door=door, account=door.account))[0].path
    answer = signed_in("viewer").get(path)
    assert answer.status_code == 200
    assert answer.context["cl"].has_active_filters


@pytest.mark.parametrize(
    ("group", "kind", "offered"),
    [
        ("manager", "account_stopped", True),
        ("manager", "battery", False),
        ("viewer", "account_stopped", False),
    ],
)
def test_reconnecting_is_offered_where_it_is_the_remedy_and_to_those_who_may(
    signed_in, now, group, kind, offered
):
    account = make.AccountFactory(stopped_at=now, stopped_reason="invalid_grant; reconnect the account")
    row = finding(now, kind=kind, account=account)
    there = f'href="{reverse("connect_account", args=[account.pk])}"'
    assert (there in shown(signed_in(group).get(f"{LIST}{row.pk}/change/"))) == offered


# -------------------------------------------------------------------------------------------------- old codes


def test_old_codes_of_a_door_are_one_line_that_leads_to_all_of_them(signed_in, gate):
    viewer = signed_in("viewer")
    (row,) = viewer.get(LIST).context["cl"].result_list
    assert row.text.startswith("2 old PINs still open Gate")
    codes = viewer.get(leads(row)[0].path).context["cl"].result_list
    assert {code.door for code in codes} == {gate}
    assert len(codes) == 2


def test_the_first_page_names_the_guests_of_old_codes_below_their_door(signed_in, gate):
    page = signed_in("viewer").get("/admin/")
    (line,) = page.context["lingering"]
    assert line["door"] == gate
    assert {str(each["who"]) for each in line["lines"]} == {"Ida Kern", "Ole Brandt"}
    assert "004211" not in shown(page)


def test_a_bookings_page_tells_of_its_own_old_codes_alone(signed_in, gate):
    booking = gate.grants.get(occurrence__booking__customer__name="Ida Kern").occurrence.booking
    page = shown(signed_in("viewer").get(f"/admin/backoffice/booking/{booking.pk}/change/"))
    assert "The old PIN of Ida Kern" in page
    assert "type on the keypad: #, the master code, 16, the code" in page
    assert "Ole Brandt" not in page
