"""Staff make, move and cancel reservations on their pages; what they did shows at once."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from backoffice import clock, tasks
from backoffice.models import Booking, StaffAct, VendorWrite
from tests.factories import AccountFactory, ResourceFactory

pytestmark = pytest.mark.django_db
NEW = "/admin/reservations/new/"
WHY = {"reason": "asked by phone"}


@pytest.fixture
def shop(sandbox):
    shop = sandbox.vendors.lockme
    shop.clock.set(clock.now())
    shop.switch["timezone"] = "Europe/Berlin"
    shop.add_room(1398, "Laboratory")
    slots = [{"hour": f"{hour}:00:00", "pricers": [7]} for hour in (14, 16, 18)]
    shop.store.rooms[1398].week = dict.fromkeys(range(7), slots)
    return shop


@pytest.fixture
def lab(sandbox, shop):
    account = AccountFactory(slug="shop", base_url=f"{sandbox.url}/lockme", secrets=dict(shop.secrets))
    return ResourceFactory(account=account, ref="1398", title="Laboratory")


@pytest.fixture
def day():
    return (clock.now() + timedelta(days=2)).date().isoformat()


@pytest.fixture
def desk(signed_in):
    return signed_in("front desk")


@pytest.fixture
def booking(shop, lab, day):
    """A reservation that was made in the panel, mirrored."""
    number = shop.book(1398, day, "14:00:00", source="panel", name="Ida", surname="Kern")
    shop.pay(number)
    tasks.refresh(lab.account, full=True)
    return Booking.objects.get(ref=str(number))


def page(address, lab, day):
    return f"{address}?{urlencode({'resource': lab.pk, 'day': day})}"


def form(**fields):
    return {"hour": "16:00:00", "name": "Ida", "status": "on", "key": "k", **WHY, **fields}


def text(answer):
    return answer.content.decode()


def act(client, booking, verb, **given):
    return client.post(
        f"/admin/backoffice/booking/act/{verb}/?ids={booking.pk}", {**WHY, **given}, follow=True
    )


def test_the_hours_are_those_of_the_room_and_taken_ones_cannot_be_chosen(desk, lab, day, booking):
    shown = text(desk.get(page(NEW, lab, day)))
    assert 'value="16:00:00"' in shown
    assert 'value="14:00:00" disabled' in shown
    assert f"Lock.me {booking.ref}" in shown


def test_a_reservation_is_made_and_stands_here_at_once(desk, shop, lab, day):
    answer = desk.post(page(NEW, lab, day), form(), follow=True)
    booking = Booking.objects.get()
    assert answer.redirect_chain[-1][0] == f"/admin/backoffice/booking/{booking.pk}/change/"
    assert (booking.customer.name, booking.status) == ("Ida", "confirmed")
    assert len(shop.store.reservations) == 1


def test_a_second_click_books_once(desk, shop, lab, day):
    for _ in range(2):
        desk.post(page(NEW, lab, day), form())
    assert len(shop.store.reservations) == 1


def test_what_was_filled_in_stays_and_is_another_form_after_a_refusal(desk, shop, lab, day):
    shop.book(1398, day, "16:00:00")
    answer = desk.post(page(NEW, lab, day), form())
    assert "Lock.me refused: " in text(answer)
    assert 'value="Ida"' in text(answer)
    desk.post(page(NEW, lab, day), form(hour="18:00:00", key=answer.context["form"].data["key"]))
    assert VendorWrite.objects.filter(state="done").count() == 1


def test_bad_input_is_refused_beside_its_field(desk, shop, lab, day):
    answer = desk.post(page(NEW, lab, day), form(email="ida@", hour=""))
    assert "valid email address" in text(answer)
    assert "Choose an hour." in text(answer)
    assert not shop.calls("PUT")


def test_a_write_in_doubt_leads_to_its_own_page_and_is_a_finding(desk, shop, lab, day):
    shop.fail("drop_before", "PUT")
    answer = desk.post(page(NEW, lab, day), form(), follow=True)
    write = VendorWrite.objects.get()
    assert answer.redirect_chain[-1][0] == f"/admin/backoffice/vendorwrite/{write.pk}/change/"
    tasks.follow_up()
    assert "nobody knows whether this was done" in text(desk.get("/admin/"))


def test_staff_say_what_they_saw_at_the_vendor(desk, shop, lab, day):
    shop.fail("drop_before", "PUT")
    desk.post(page(NEW, lab, day), form())
    write = VendorWrite.objects.get()
    desk.post(f"/admin/backoffice/vendorwrite/act/was-not-done/?ids={write.pk}", WHY)
    write.refresh_from_db()
    assert write.state == "refused"
    assert "it was not done" in write.text


def test_hours_that_cannot_be_read_are_told(desk, shop, lab, day):
    shop.fail("status", "/date/", times=9)
    assert "could not be read" in text(desk.get(page(NEW, lab, day)))


def test_a_reservation_is_moved(desk, shop, lab, day, booking):
    address = f"/admin/reservations/{booking.pk}/move/"
    assert 'value="18:00:00"' in text(desk.get(address))
    desk.post(page(address, lab, day), {"hour": "18:00:00", **WHY})
    assert shop.store.reservations[int(booking.ref)]["hour"] == "18:00:00"
    assert "18:00" in booking.occurrences.get(gone_at=None).starts_text


def test_a_comment_is_taken_away_at_the_source(desk, shop, booking):
    number = int(booking.ref)
    shop.store.reservations[number]["comment"] = "rude"
    act(desk, booking, "edit-there", empty="comment")
    assert shop.store.reservations[number]["comment"] == ""


def test_a_reservation_is_edited(desk, shop, booking):
    act(desk, booking, "edit-there", people="6")
    booking.refresh_from_db()
    assert (booking.people, shop.store.reservations[int(booking.ref)]["name"]) == (6, "Ida")


def test_a_reservation_is_cancelled_and_gone_here_at_once(desk, booking):
    act(desk, booking, "cancel-there")
    booking.refresh_from_db()
    assert booking.gone_at is not None


def test_a_reservation_paid_at_the_vendor_is_not_cancelled_and_it_says_so(desk, shop, lab, day):
    number = shop.book(1398, day, "18:00:00")
    shop.pay(number)
    tasks.refresh(lab.account, full=True)
    paid = Booking.objects.get(ref=str(number))
    assert "Paid reservations cannot be deleted" in text(act(desk, paid, "cancel-there"))
    paid.refresh_from_db()
    assert paid.gone_at is None


def test_the_buttons_stand_only_where_the_source_takes_changes(desk, booking):
    shown = text(desk.get(f"/admin/backoffice/booking/{booking.pk}/change/"))
    for title in ("Edit at the source", "Move at the source", "Cancel at the source"):
        assert title in shown
    booking.account.vendor = "locaboo"
    booking.account.save()
    assert "Move at the source" not in text(desk.get(f"/admin/backoffice/booking/{booking.pk}/change/"))


def test_who_may_only_look_writes_nothing(signed_in, shop, lab, day, booking):
    viewer = signed_in("viewer")
    assert viewer.post(page(NEW, lab, day), form()).status_code == 403
    assert viewer.get(f"/admin/reservations/{booking.pk}/move/").status_code == 403
    assert act(viewer, booking, "cancel-there").status_code == 403
    assert "Move at the source" not in text(viewer.get(f"/admin/backoffice/booking/{booking.pk}/change/"))
    assert "New reservation" not in text(viewer.get("/admin/"))
    assert not VendorWrite.objects.exists()


def test_without_a_reason_nothing_is_written(desk, shop, lab, day):
    desk.post(page(NEW, lab, day), form(reason=""))
    assert not shop.calls("PUT")


def test_what_staff_did_is_history(desk, lab, day):
    desk.post(page(NEW, lab, day), form())
    assert StaffAct.objects.get().reason == "asked by phone"
    shown = text(desk.get("/admin/backoffice/vendorwrite/"))
    assert "add reservation" in shown
    assert "asked by phone" in shown
