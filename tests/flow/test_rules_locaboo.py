"""The rules of a source like Locaboo that are kept behind its client: by mirror, plan and pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import grant
from backoffice.flow.mirror import refresh_bookings
from backoffice.models import AccessGrant, Booking, IssuedCode, Occurrence
from backoffice.states import RunState
from integrations.errors import Garbled, Unavailable
from integrations.types import ResourceRecord
from tests.factories import NOW, DoorFactory, LocabooFactory, ResourceFactory, RoomFactory, UserFactory
from tests.fakes import NINE, FakeSource, booking, occurrence
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SILENT = Unavailable("GET /booking got no answer")
NASTY = '<script>alert("Saal")</script>'


@pytest.fixture
def account():
    return LocabooFactory(timezone="UTC")


def refresh(account, source, minutes=0):
    return refresh_bookings(account, source, NOW + minutes * MINUTE, full=True)


def full_house(**how):
    """A source with forty bookings on as many days."""
    spans = [occurrence(starts=NINE + n * DAY) for n in range(40)]
    return FakeSource(**how).add(*(booking(f"b{n}", span) for n, span in enumerate(spans)))


def live():
    return Occurrence.objects.filter(gone_at=None)


def test_b_c11_one_list_that_lacks_a_booking_makes_it_missing_and_the_second_makes_it_gone(account):
    source = full_house()
    refresh(account, source)
    source.bookings = {ref: one for ref, one in source.bookings.items() if ref not in {"b3", "b5"}}
    source.errors = {"booking lab b3": SILENT}
    refresh(account, source, 1)
    assert live().count() == 40
    assert set(live().exclude(missing_since=None).values_list("booking__ref", flat=True)) == {"b3", "b5"}
    source.errors = {}
    refresh(account, source, 2)
    assert live().count() == 38


def test_b_c11_a_single_read_that_denies_a_booking_confirms_that_it_is_gone(account):
    source = full_house()
    refresh(account, source)
    del source.bookings["b3"]
    assert refresh(account, source, 1).gone == 1
    assert "booking lab b3" in source.calls


@pytest.mark.parametrize("left", [0, 20, 35])
def test_b_c11_a_mass_disappearance_stops_and_asks(account, left):
    source = full_house()
    refresh(account, source)
    source.bookings = dict(list(source.bookings.items())[:left])
    assert refresh(account, source, 1).state == RunState.STOPPED
    assert live().count() == 40


def test_b_c12_an_interrupted_reading_leaves_what_was_mirrored(account):
    source = full_house(window_days=10)
    refresh(account, source)
    before = list(Occurrence.objects.order_by("pk").values())
    source.bookings = {}
    source.errors = {"read  2026-03-27": Garbled("half an answer")}
    assert refresh(account, source, 1).state == RunState.FAILED
    assert list(Occurrence.objects.order_by("pk").values()) == before


def test_b_c13_an_unchanged_source_writes_nothing_and_gives_no_new_code(account):
    lab = ResourceFactory(account=account, ref="lab", room=RoomFactory(path=[DoorFactory()]))
    source = FakeSource(rooms=[ResourceRecord("lab", lab.title)]).add(booking("b1"))
    refresh(account, source)
    grant.replan(NOW)
    assert IssuedCode.objects.count() == 1
    with Written() as written:
        refresh(account, source, 1)
        grant.replan(NOW + MINUTE)
    assert written == {"backoffice_syncrun": 2}


def test_b_c14_a_renumbered_instance_keeps_its_code(account):
    ResourceFactory(account=account, ref="lab", room=RoomFactory(path=[DoorFactory()]))
    source = FakeSource().add(booking("b1", occurrence("1"), occurrence("2", starts=NINE + DAY)))
    refresh(account, source)
    grant.replan(NOW)
    codes = dict(IssuedCode.objects.values_list("pk", "key"))
    source.add(booking("b1", occurrence("8"), occurrence("9", starts=NINE + DAY)))
    refresh(account, source, 1)
    grant.replan(NOW + MINUTE)
    assert dict(IssuedCode.objects.values_list("pk", "key")) == codes
    assert len(codes) == 2


def test_b_c14_an_id_wins_so_that_two_instances_may_swap_their_times(account):
    source = FakeSource().add(booking("b1", occurrence("1"), occurrence("2", starts=NINE + DAY)))
    refresh(account, source)
    rows = dict(Occurrence.objects.values_list("ref", "pk"))
    source.add(booking("b1", occurrence("1", starts=NINE + DAY), occurrence("2")))
    refresh(account, source, 1)
    assert dict(Occurrence.objects.values_list("ref", "pk")) == rows


@pytest.mark.parametrize(
    ("booked", "opened"), [("third", {"gate", "third"}), ("hall", {"gate", "hall", "third"})]
)
def test_b_c16_a_part_opens_its_own_doors_and_the_whole_those_of_its_parts(account, booked, opened):
    doors = {name: DoorFactory(name=name) for name in ("gate", "hall", "third")}
    hall = RoomFactory(path=list(doors.values()))
    third = RoomFactory(venue=hall.venue, part_of=hall, path=[doors["gate"], doors["third"]])
    for ref, room in (("hall", hall), ("third", third)):
        ResourceFactory(account=account, ref=ref, room=room)
    rooms = [ResourceRecord("hall", "Hall"), ResourceRecord("third", "Third", "part", "hall")]
    refresh(account, FakeSource(rooms=rooms).add(booking("b1", occurrence(resource=booked))))
    grant.replan(NOW)
    assert set(AccessGrant.objects.values_list("door__name", flat=True)) == opened


def test_b_c24_what_a_vendor_wrote_is_escaped_on_staffs_pages(account, client):
    refresh(account, FakeSource().add(booking("b1", title=NASTY)))
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    row = Booking.objects.get()
    for address in ("/admin/backoffice/booking/", f"/admin/backoffice/booking/{row.pk}/change/"):
        page = client.get(address, follow=True).content.decode()
        assert "&lt;script&gt;alert" in page
        assert NASTY not in page
