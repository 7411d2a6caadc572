"""What staff do in the admin: with a reason, with permission, on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from backoffice.models import IssuedCode, Override, OverrideKind, StaffAct
from backoffice.states import CodeState
from tests import factories as make
from tests.admin.typed import typeable, typed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ACTS = sorted(
    (model._meta.model_name, act.verb)
    for model, keeper in admin.site._registry.items()
    for act in getattr(keeper, "acts", ())
)


def asks(model, verb, *rows, **query):
    ids = ",".join(str(row.pk) for row in rows)
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return reverse(f"admin:backoffice_{model}_act", args=[verb]) + f"?ids={ids}{more}"


def grant_of(now, **fields):
    occurrence = make.OccurrenceFactory(starts_at=now + HOUR)
    return make.GrantFactory(occurrence=occurrence, starts_at=now, ends_at=now + 3 * HOUR, **fields)


def code_of(now, **fields):
    return make.CodeFactory(grant=grant_of(now), starts_at=now, ends_at=now + 3 * HOUR, **fields)


def until(now, hours=6):
    """As a browser sends it, on the clock of Berlin."""
    return typed(now + hours * HOUR)


def test_a_booking_is_held_with_reason_author_and_end(signed_in, now):
    desk, booking = signed_in("front desk"), grant_of(now).occurrence.booking
    desk.post(asks("booking", "hold", booking), {"reason": "not paid", "until": until(now)})
    word = Override.objects.get()
    assert (word.kind, word.booking, word.reason, word.author) == (
        OverrideKind.HOLD,
        booking,
        "not paid",
        desk.user,
    )
    assert word.ends_at == typeable(now + 6 * HOUR).replace(second=0)


def test_an_act_wakes_what_follows_once_it_is_committed(signed_in, now, django_capture_on_commit_callbacks):
    desk, booking = signed_in("front desk"), grant_of(now).occurrence.booking
    with django_capture_on_commit_callbacks() as woken:
        desk.post(asks("booking", "deny", booking), {"reason": "police", "until": until(now)})
    assert len(woken) == 1


def test_without_a_reason_nothing_is_written(signed_in, now):
    desk, booking = signed_in("front desk"), grant_of(now).occurrence.booking
    page = desk.post(asks("booking", "hold", booking), {"reason": " ", "until": until(now)})
    assert "This field is required" in page.content.decode()
    assert not Override.objects.exists()


def test_what_is_not_possible_is_said_in_words_on_the_page(signed_in, now):
    desk, booking = signed_in("front desk"), grant_of(now).occurrence.booking
    page = desk.post(asks("booking", "hold", booking), {"reason": "x", "until": until(now, -1)})
    assert "The end must be in the future." in page.content.decode()


def test_several_bookings_are_extended_at_once_from_the_list(signed_in, now):
    desk, grants = signed_in("front desk"), [grant_of(now), grant_of(now)]
    bookings = [grant.occurrence.booking for grant in grants]
    chosen = {"action": "extend", "_selected_action": [booking.pk for booking in bookings]}
    page = desk.post(reverse("admin:backoffice_booking_changelist"), chosen)
    given = {"reason": "party", "until": until(now), "minutes_before": 0, "minutes_after": 30}
    desk.post(page["Location"], given)
    assert set(Override.objects.values_list("booking", "minutes_after")) == {(b.pk, 30) for b in bookings}


def test_a_hold_is_released_on_record(signed_in, now):
    desk = signed_in("front desk")
    word = make.OverrideFactory(booking=grant_of(now).occurrence.booking, ends_at=now + HOUR)
    desk.post(asks("override", "release", word), {"reason": "paid"})
    word.refresh_from_db()
    assert (word.lifted_by, StaffAct.objects.get().verb) == (desk.user, "release")


def test_a_failed_code_is_tried_again(signed_in, now):
    desk, code = signed_in("front desk"), code_of(now, state=CodeState.FAILED, error="refused")
    desk.post(asks("issuedcode", "retry", code), {"reason": "enrolled now"})
    code.refresh_from_db()
    assert (code.state, code.error) == (CodeState.PLANNED, "")


def test_revoking_a_pin_says_that_the_lock_cannot_forget_it(signed_in, now):
    desk, code = signed_in("front desk"), code_of(now, state=CodeState.ACTIVE)
    page = desk.post(asks("issuedcode", "revoke", code), {"reason": "lost"}, follow=True)
    assert "The lock cannot forget it" in page.content.decode()


def test_a_person_is_let_in_at_a_door(signed_in, now):
    desk, door = signed_in("front desk"), make.DoorFactory()
    given = {"name": "Plumber", "starts_at": until(now, 1), "ends_at": until(now, 3), "reason": "the pipe"}
    desk.post(asks("door", "let-in", door), given)
    word = Override.objects.get()
    assert (word.kind, word.door, word.person_name) == (OverrideKind.GRANT, door, "Plumber")


def test_after_an_act_one_is_back_where_one_asked_but_never_on_another_site(signed_in, now):
    desk, code = signed_in("front desk"), code_of(now)
    for asked, leads in (("/admin/", "/admin/"), ("https://evil.test/", "/admin/backoffice/issuedcode/")):
        page = desk.post(asks("issuedcode", "reissue", code, next=asked), {"reason": "r"})
        assert page["Location"].startswith(leads)


# ----------------------------------------------------------------------------------------------- revealing


def test_a_code_is_shown_once_on_record_and_kept_by_nobody(signed_in, now):
    desk, code = signed_in("front desk"), code_of(now, state=CodeState.ACTIVE, secret="77112233")
    page = desk.post(asks("issuedcode", "reveal", code), {"reason": "guest at the door"})
    assert "77112233" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert (StaffAct.objects.get().code, StaffAct.objects.get().author) == (code, desk.user)


def test_looking_at_the_page_that_asks_reveals_nothing(signed_in, now):
    code = code_of(now, state=CodeState.ACTIVE, secret="77112233")
    page = signed_in("front desk").get(asks("issuedcode", "reveal", code))
    assert "77112233" not in page.content.decode()
    assert not StaffAct.objects.exists()


def test_one_code_is_revealed_at_a_time(signed_in, now):
    desk = signed_in("front desk")
    codes = [code_of(now, state=CodeState.ACTIVE, secret=secret) for secret in ("77112233", "88112233")]
    desk.post(asks("issuedcode", "reveal", *codes), {"reason": "r"})
    assert StaffAct.objects.count() == 1


def test_what_a_guest_was_told_is_revealed_to_those_who_may(signed_in):
    notice = make.NoticeFactory(body="Your PIN is 4711")
    page = signed_in("front desk").post(asks("notice", "reveal", notice), {"reason": "complaint"})
    assert "Your PIN is 4711" in page.content.decode()


# --------------------------------------------------------------------------------------------- permissions


@pytest.mark.parametrize(("model", "verb"), ACTS)
def test_a_viewer_can_do_nothing(signed_in, now, model, verb):
    viewer = signed_in("viewer")
    assert viewer.post(asks(model, verb, code_of(now)), {"reason": "r"}).status_code == 403
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize(("model", "verb"), ACTS)
def test_who_is_not_signed_in_is_sent_to_sign_in(db, now, model, verb):
    answer = Client().post(asks(model, verb, code_of(now)), {"reason": "r"})
    assert "/admin/login/" in answer["Location"]


def test_a_viewer_sees_no_act(signed_in, now):
    viewer, code = signed_in("viewer"), code_of(now)
    booking = code.grant.occurrence.booking
    for address in (
        "/admin/",
        f"/admin/backoffice/booking/{booking.pk}/change/",
        "/admin/backoffice/booking/",
    ):
        assert "/act/" not in viewer.get(address).content.decode()
    assert "_selected_action" not in viewer.get("/admin/backoffice/booking/").content.decode()


def test_an_act_needs_the_token_against_forged_requests(signed_in, now):
    desk, booking = signed_in("front desk"), grant_of(now).occurrence.booking
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.user)
    answer = strict.post(asks("booking", "hold", booking), {"reason": "r", "until": until(now)})
    assert answer.status_code == 403
    assert not Override.objects.exists()


def test_mirrored_rows_cannot_be_changed_by_anybody(signed_in, now):
    root, code = signed_in(""), code_of(now)
    booking = code.grant.occurrence.booking
    address = reverse("admin:backoffice_booking_change", args=[booking.pk])
    assert root.post(address, {"ref": "other"}).status_code == 403
    assert root.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert IssuedCode.objects.filter(pk=code.pk).exists()
