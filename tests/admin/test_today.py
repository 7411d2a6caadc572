"""The first page, readiness, search and the groups."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from backoffice.admin import health
from backoffice.admin.readiness import readiness
from backoffice.admin.show import span
from backoffice.admin.today import boards
from backoffice.models import Finding, PaidCall, VendorAccount
from backoffice.states import CodeState, GrantState, Known
from backoffice.wording import zone_of
from tests import factories as make
from tests.factories import NOW, START

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def word(grant, *codes, at=NOW):
    found = readiness(grant, codes, at)
    return found.word, found.colour


def test_a_door_is_ready_only_when_every_wanted_code_is_active():
    grant = make.GrantFactory()
    active = make.CodeFactory(grant=grant, state=CodeState.ACTIVE, known=Known.ACCEPTED)
    planned = make.CodeFactory(grant=grant, starts_at=START, due_at=NOW)
    assert word(grant, active) == ("ready", "green")
    assert word(grant, active, planned) == ("planned", "blue")


def test_ready_says_as_much_as_the_least_known_code():
    grant = make.GrantFactory()
    codes = [
        make.CodeFactory(grant=grant, state=CodeState.ACTIVE, known=known, starts_at=START - n * HOUR)
        for n, known in enumerate((Known.CONFIRMED, Known.ACCEPTED))
    ]
    assert readiness(grant, codes, NOW).why == "accepted by the vendor"


def test_a_lingering_code_makes_no_door_ready():
    grant = make.GrantFactory()
    assert word(grant, make.CodeFactory(grant=grant, state=CodeState.LINGERING)) == ("no way in", "red")


def test_an_hour_before_the_booking_a_planned_code_is_not_good_enough():
    grant = make.GrantFactory()
    code = make.CodeFactory(grant=grant)
    assert word(grant, code, at=grant.starts_at - HOUR / 2) == ("not ready", "red")


@pytest.mark.parametrize(("state", "colour"), [(GrantState.BLOCKED, "red"), (GrantState.DENIED, "orange")])
def test_a_grant_that_is_not_granted_says_so(state, colour):
    assert word(make.GrantFactory(state=state)) == (state, colour)


def test_the_board_shows_what_is_on_and_to_come_and_folds_what_is_over():
    room = make.RoomFactory()
    for hours in (-3, 0, 3, 40):
        make.OccurrenceFactory(room=room, starts_at=NOW + hours * HOUR - HOUR / 2)
    (board,) = boards(NOW)
    assert [arrival.phase for arrival in board.arrivals] == ["now", "next"]
    assert [arrival.phase for arrival in board.earlier] == ["over"]


def test_a_cancelled_booking_is_not_on_the_board():
    make.OccurrenceFactory(booking__status="cancelled", starts_at=NOW + HOUR)
    (board,) = boards(NOW)
    assert board.arrivals == []


def test_times_are_on_the_venues_clock_with_the_zone_shown(signed_in, now):
    venue = make.VenueFactory(timezone="America/New_York")
    occurrence = make.OccurrenceFactory(room=make.RoomFactory(venue=venue), starts_at=now + HOUR)
    shown = span(occurrence.starts_at, occurrence.ends_at, zone_of(venue))
    assert shown.endswith(("EST", "EDT"))
    assert shown in signed_in("viewer").get("/admin/").content.decode()


def test_a_span_across_a_clock_change_shows_both_zones():
    night = NOW.replace(day=29, hour=0)  # 2026-03-29 01:00 in Berlin
    assert span(night, night + 2 * HOUR, zone_of(make.VenueFactory())) == (
        "Sun 29 Mar 01:00 CET – Sun 29 Mar 04:00 CEST"
    )


def test_open_findings_stand_on_the_first_page_the_most_pressing_first(signed_in, now):
    for severity, text in (("note", "for information"), ("now", "first"), ("today", "second")):
        Finding.objects.create(kind="k", key=text, severity=severity, text=text, opened_at=now)
    Finding.objects.create(kind="k", key="x", text="closed one", opened_at=now, closed_at=now)
    page = signed_in("viewer").get("/admin/").content.decode()
    assert page.index("first") < page.index("second")
    assert "for information" not in page
    assert "closed one" not in page


# ---------------------------------------------------------------------------------------------- accounts


def health_of(account, now=NOW):
    return health.health(health.with_health(VendorAccount.objects.filter(pk=account.pk), now).get(), now)


def test_an_account_is_said_to_be_read_only_after_a_good_reading():
    account = make.AccountFactory()
    assert health_of(account).word == "never read"
    make.RunFactory(account=account, started_at=NOW - HOUR / 12)
    assert (health_of(account).word, health_of(account).colour) == ("read 5 min ago", "green")


def test_an_account_not_read_for_three_intervals_is_not_called_read():
    account = make.AccountFactory(poll_minutes=5)
    make.RunFactory(account=account, started_at=NOW - HOUR / 3)
    assert health_of(account).word == "not read lately"


def test_a_failed_reading_says_why_and_how_old_is_what_is_known():
    account = make.AccountFactory()
    make.RunFactory(account=account, state="failed", error="answered 503", started_at=NOW - HOUR)
    assert health_of(account).word == "failed"
    assert health_of(account).why.startswith("Never read whole yet.")
    make.RunFactory(account=account, started_at=NOW - HOUR / 12)
    make.RunFactory(account=account, state="failed", error="answered 503")
    why = health_of(account).why
    assert why.startswith("Last read whole ")
    assert why.endswith("It is tried again by itself. What went wrong: answered 503")


def test_budgets_count_this_months_calls_alone():
    account = make.CodelocksFactory(options={"netcode_quota": 50})
    for month in (NOW.date().replace(day=1), NOW.date().replace(month=2, day=1)):
        PaidCall.objects.create(account=account, counter="netcode", month=month, at=NOW, calls=7)
    row = health.with_health(VendorAccount.objects.all(), NOW).get()
    assert (health.budgets(row)["netcode"].used, health.budgets(row)["netcode"].quota) == (7, 50)


# ------------------------------------------------------------------------------------- search and groups


@pytest.mark.parametrize("term", ["Marta Nowak", "marta@mail.test", "MARTA@mail.test", "4711", "Big door"])
def test_a_booking_is_found_by_guest_whole_address_number_and_door(signed_in, term):
    guest = make.CustomerFactory(name="Marta Nowak", email="marta@mail.test")
    booking = make.BookingFactory(account=guest.account, customer=guest, ref="4711")
    make.GrantFactory(occurrence=make.OccurrenceFactory(booking=booking), door__name="Big door")
    make.BookingFactory(ref="9999")
    page = signed_in("viewer").get(reverse("admin:backoffice_booking_changelist"), {"q": term})
    assert [row.ref for row in page.context["cl"].result_list] == ["4711"]


def test_a_list_of_codes_begins_with_what_is_not_over_and_a_search_finds_all(signed_in, now):
    old = make.CodeFactory(starts_at=now - 5 * HOUR, ends_at=now - HOUR)
    new = make.CodeFactory(starts_at=now, ends_at=now + HOUR)
    viewer, address = signed_in("viewer"), reverse("admin:backoffice_issuedcode_changelist")
    assert list(viewer.get(address).context["cl"].result_list) == [new]
    assert set(viewer.get(address, {"q": "Door"}).context["cl"].result_list) == {old, new}


def test_days_are_those_of_the_venues_clock(signed_in):
    make.VenueFactory(timezone="Europe/Berlin")
    late = make.OccurrenceFactory(starts_at=NOW.replace(hour=23, minute=30))  # 00:30 the next day in Berlin
    make.OccurrenceFactory(starts_at=NOW)
    asked = {"starts_at_from": "2026-03-10", "starts_at_to": "2026-03-10"}
    page = signed_in("viewer").get(reverse("admin:backoffice_occurrence_changelist"), asked)
    assert list(page.context["cl"].result_list) == [late]


def test_each_group_may_do_what_the_one_before_may_and_more():
    viewer, desk, manager = (
        {permission.codename for permission in Group.objects.get(name=name).permissions.all()}
        for name in ("viewer", "front desk", "manager")
    )
    assert viewer < desk < manager
    assert all(codename.startswith("view_") for codename in viewer)
    assert {"add_override", "reveal_issuedcode", "contact_customer"} <= desk - viewer
    assert {"change_vendoraccount", "change_room"} <= manager - desk
