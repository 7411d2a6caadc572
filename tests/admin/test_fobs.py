"""Fobs in the browser: two clicks to hand one out or check it in, and a page that says where each is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from backoffice.flow import stock
from backoffice.models import EntryEvent, Fob, FobLoan, IssuedCode, Override, VendorWrite
from tests.admin.typed import typed
from tests.flow.lent import Desk, word

pytestmark = pytest.mark.django_db
LIST = reverse("admin:backoffice_fob_changelist")


@pytest.fixture
def desk(sandbox, now):
    """A site at which one fob is lent to a booking that runs now."""
    made = Desk(sandbox)
    made.booked(start=now)
    made.pass_(now)
    return made


def links(page, title):
    """Where the links with a title lead, in a page."""
    parts = page.content.decode().split(f">{title}</a>")[:-1]
    return [part.rpartition('href="')[2].rstrip('"').replace("&amp;", "&") for part in parts]


def act(client, desk, verb, **given):
    address = reverse("admin:backoffice_fob_act", args=[verb]) + f"?ids={desk.fobs[0].pk}"
    return client.post(address, {"reason": "asked at the desk", **given}, follow=True)


def page(client, desk):
    return client.get(reverse("admin:backoffice_fob_change", args=[desk.fobs[0].pk])).content.decode()


@pytest.mark.parametrize("start", ["/admin/", LIST])
def test_a_fob_is_handed_out_and_checked_in_in_two_clicks(signed_in, desk, now, start):
    client = signed_in("front desk")
    for title, field in (("Hand out", "handed_at"), ("Check in", "returned_at")):
        [address] = links(client.get(start), title)
        asked = client.get(address)
        reason = asked.context["form"]["reason"].value()
        client.post(address, {"reason": reason})
        assert getattr(FobLoan.objects.get(), field)


def test_a_fob_that_is_late_can_be_checked_in_on_the_first_page(signed_in, desk, now):
    client = signed_in("front desk")
    act(client, desk, "hand-out")
    FobLoan.objects.update(ends_at=now - timedelta(minutes=5))
    assert "overdue" in client.get("/admin/").content.decode()
    assert len(links(client.get("/admin/"), "Check in")) == 1


def test_a_fob_is_handed_out_from_the_page_of_its_booking(signed_in, desk):
    booking = FobLoan.objects.get().grant.occurrence.booking
    at = reverse("admin:backoffice_booking_change", args=[booking.pk])
    client = signed_in("front desk")
    [address] = links(client.get(at), "Hand out")
    assert address.endswith("next=" + at.replace("/", "%2F"))
    client.post(address, {"reason": "handed to the guest"})
    seen = client.get(at)
    assert "Fob 1" in seen.content.decode()
    assert (links(seen, "Hand out"), len(links(seen, "Check in"))) == ([], 1)
    assert links(signed_in("viewer").get(at), "Check in") == []


def test_another_way_is_chosen_by_the_word_that_pages_use(signed_in, desk):
    grant = FobLoan.objects.get().grant
    address = reverse("admin:backoffice_accessgrant_act", args=["use-method"]) + f"?ids={grant.pk}"
    choices = signed_in("front desk").get(address).context["form"].fields["method"].choices
    assert ("netcode", "PIN") in choices


def test_a_loans_heading_has_the_venues_time(signed_in, desk):
    assert f"until {FobLoan.objects.get().ends_at:%Y-%m-%d %H:%M}" not in page(signed_in("viewer"), desk)


def test_a_viewer_sees_where_fobs_are_and_is_offered_nothing(signed_in, desk):
    seen = signed_in("viewer").get(LIST)
    assert "to hand out" in seen.content.decode()
    assert links(seen, "Hand out") == []
    assert act(signed_in("viewer"), desk, "hand-out").status_code == 403


@pytest.mark.parametrize(
    ("verb", "group", "status"),
    [
        ("lost", "front desk", 200),
        ("broken", "viewer", 403),
        ("broken", "front desk", 200),
        ("repaired", "viewer", 403),
        ("put", "front desk", 403),
        ("put", "manager", 200),
    ],
)
def test_who_may_do_what(signed_in, desk, verb, group, status):
    assert act(signed_in(group), desk, verb, venue=desk.venue.pk).status_code == status


def test_what_cannot_be_done_is_said_on_the_page_that_asked(signed_in, desk):
    assert "Fob 1 is not lost." in act(signed_in("front desk"), desk, "found").content.decode()


def test_a_fobs_page_shows_its_guest_its_history_and_where_it_was_seen(signed_in, desk, now):
    stock.hand_out(desk.fobs[0], word(now))
    code = IssuedCode.objects.get()
    common = {"happened_at": now, "learned_at": now, "outcome": "granted", "card_number": "30001"}
    EntryEvent.objects.create(account=desk.account, ref="1", door=code.door, code=code, **common)
    shown = page(signed_in("front desk"), desk)
    for part in ("Ida Kern", "out</span>", "hand out (asked at the desk)", "Door 501, "):
        assert part in shown


def test_a_lost_fob_says_whether_it_is_shut(signed_in, desk, now):
    stock.lost(desk.fobs[0], word(now, "fell into the canal"))
    assert "may open doors still" in page(signed_in("front desk"), desk)
    desk.pass_(now + timedelta(minutes=1))
    shown = page(signed_in("front desk"), desk)
    assert "shut at its vendor" in shown
    assert "fell into the canal" in shown


def test_a_fob_is_lent_to_somebody_at_the_desk(signed_in, sandbox, now):
    desk, client = Desk(sandbox), signed_in("front desk")
    until = typed(now + timedelta(hours=3))
    given = {"name": "Uwe Helm", "door": desk.doors["501"].pk, "ends_at": until}
    assert "is being made to open Door 501" in act(client, desk, "lend", **given).content.decode()
    desk.pass_(now + timedelta(seconds=5))
    assert desk.opening(now + timedelta(minutes=1)) == ["Fob 1"]
    assert "Uwe Helm" in page(client, desk)


def test_new_fobs_are_put_into_stock_from_the_accounts_page(signed_in, desk):
    address = reverse("admin:backoffice_vendoraccount_act", args=["create-fobs"]) + f"?ids={desk.account.pk}"
    given = {"fobs": "40001 Fob 40\n40002, Fob 41", "reason": "bought"}
    assert signed_in("front desk").post(address, given).status_code == 403
    signed_in("manager").post(address, given)
    assert [one.name for one in desk.site.people.values() if one.card_num[:2] == "40"] == ["Fob 40", "Fob 41"]
    assert VendorWrite.objects.get().text == "40001: is in stock; 40002: is in stock"


def test_a_booking_is_opened_by_another_method_from_its_page(signed_in, desk, now):
    booking = FobLoan.objects.get().grant.occurrence.booking
    address = reverse("admin:backoffice_booking_act", args=["use-method"]) + f"?ids={booking.pk}"
    until = typed(now + timedelta(days=1))
    signed_in("front desk").post(address, {"method": "card", "until": until, "reason": "no fob here"})
    assert Override.objects.get().method == "card"


def test_the_list_of_fobs_takes_as_many_queries_for_many_as_for_few(
    signed_in, desk, django_assert_max_num_queries
):
    client = signed_in("front desk")
    for number in range(2, 8):
        desk.add(number)
    with django_assert_max_num_queries(16):
        client.get(LIST)


def test_a_fob_in_stock_and_one_that_waits_are_told_apart(signed_in, desk):
    desk.add(2)
    shown = signed_in("viewer").get(LIST).content.decode()
    assert "in stock" in shown
    assert Fob.objects.count() == 2


def test_a_broken_fob_is_swapped_in_two_clicks_from_the_first_page(signed_in, desk, now):
    desk.add(2)
    client = signed_in("front desk")
    act(client, desk, "hand-out")
    [address] = links(client.get("/admin/"), "Swap")
    form = client.get(address).context["form"]
    given = {name: form[name].value() for name in ("broken", "reason")}
    [other] = form.fields["fob"].queryset
    assert (
        "Fob 2 is being made to open"
        in client.post(address, {**given, "fob": other.pk}, follow=True).content.decode()
    )
    desk.pass_(now + timedelta(seconds=5))
    assert desk.opening(now + timedelta(minutes=1)) == ["Fob 2"]
    shown = page(client, desk)
    for part in ("broken</span>", "swap, it is broken (it does not open)", "It works again"):
        assert part in shown
    assert "lost</span>" not in shown


def test_a_fob_is_said_to_be_broken_and_to_work_again(signed_in, desk):
    client, listed = signed_in("front desk"), f"{LIST}?standing=broken"
    assert "is being shut at its vendor" in act(client, desk, "broken").content.decode()
    for shown in (client.get(listed).content.decode(), page(client, desk)):
        assert "broken</span>" in shown
        assert "It works again" in shown
    assert "broken (asked at the desk)" in page(client, desk)
    assert desk.fobs[0] not in client.get(f"{LIST}?standing=lost").context["cl"].result_list
    [address] = links(client.get(listed), "It works again")
    client.post(address, {"reason": "a new battery"})
    assert Fob.objects.get().out_of_use == ""


def test_the_page_of_a_booking_does_not_say_that_the_door_is_broken(signed_in, desk):
    booking = FobLoan.objects.get().grant.occurrence.booking
    client = signed_in("front desk")
    act(client, desk, "broken")
    shown = client.get(reverse("admin:backoffice_booking_change", args=[booking.pk])).content.decode()
    assert f"{client.user}: broken, a fob for Door 501" in shown


def test_a_fob_is_given_long_before_from_the_page_of_its_booking(signed_in, sandbox, now):
    desk, client = Desk(sandbox, count=2), signed_in("front desk")
    stay = desk.booked(start=now + timedelta(hours=8))
    desk.pass_(now)
    at = reverse("admin:backoffice_booking_change", args=[stay.booking.pk])
    [address] = links(client.get(at), "Give a fob now")
    form = client.get(address).context["form"]
    client.post(address, {"fob": desk.fobs[1].pk, "reason": form["reason"].value()})
    desk.pass_(now + timedelta(seconds=5))
    assert [str(loan.fob) for loan in FobLoan.objects.exclude(handed_at=None)] == ["Fob 2"]
    assert links(client.get(at), "Swap")
    assert act(signed_in("viewer"), desk, "swap").status_code == 403
