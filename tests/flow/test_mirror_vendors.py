"""The mirror over real HTTP, at stand-ins of two vendors that could not be more different."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import inbox
from backoffice.flow.mirror import refresh_booking, refresh_bookings
from backoffice.models import Booking, Occurrence, RejectedRow
from backoffice.states import MessageState, RunState
from integrations import registry
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.sandbox.lockme import LockmeSandbox
from tests.factories import NOW, AccountFactory, LocabooFactory
from tests.integrations.support import settings_for
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
QUIET = {"backoffice_syncrun": 2}


class Venue:
    """A vendor's stand-in, an account there, and its client."""

    def __init__(self, shop, account, url):
        self.shop, self.account = shop, account
        settings = settings_for(url, shop.secrets, timezone=account.timezone)
        self.source = registry.booking_client(account.vendor, settings)

    def refresh(self, minutes=0, **how):
        return refresh_bookings(self.account, self.source, NOW + minutes * MINUTE, full=True, **how)


@pytest.fixture
def hall(sandbox):
    shop: LocabooSandbox = sandbox.vendors.locaboo
    shop.add_resource(70, "Halle", {71: "Drittel 1", 72: "Drittel 2"})
    shop.add_customer("Ida", "Kern", "ida@example.test", "Verein e.V.", id=4711)
    for day in range(10, 31):
        shop.book(71, f"2026-03-{day} 09:00", f"2026-03-{day} 11:00", 4711, "Training", id=9000 + day)
    return Venue(shop, LocabooFactory(), sandbox.url + "/locaboo")


@pytest.fixture
def game(sandbox):
    shop: LockmeSandbox = sandbox.vendors.lockme
    shop.switch["delivery"] = "by hand"
    for room in (1398, 2132):
        shop.add_room(room, f"Room {room}")
    account = AccountFactory(timezone="Europe/Warsaw", horizon_days=5)
    return Venue(shop, account, sandbox.url + "/lockme")


def live():
    return Occurrence.objects.filter(gone_at=None, missing_since=None).count()


def test_a_hall_is_mirrored_with_parts_customers_and_times_in_utc(hall):
    assert hall.refresh().created == 21
    span = Occurrence.objects.get(booking__ref="9010")
    assert (span.resource.ref, span.resource.parent_ref) == ("71", "70")
    assert f"{span.starts_at:%H:%M}" == "08:00"
    assert span.booking.customer.email == "ida@example.test"


@pytest.mark.parametrize("window", ["overlap", "start", "instance"])
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_second_reading_of_a_hall_is_quiet_whatever_its_lists_mean(hall, window, shuffle):
    hall.shop.switch |= {"window": window, "shuffle": shuffle}
    hall.shop.book(72, "2026-03-09 18:00", "2026-04-20 10:00", 4711, "Exhibition", id=9500)
    hall.refresh()
    with Written() as written:
        run = hall.refresh(1)
    assert (run.state, run.error, written) == (RunState.OK, "", QUIET)


@pytest.mark.parametrize("window", ["overlap", "start", "instance"])
def test_a_deleted_booking_of_a_hall_is_gone_whatever_its_lists_mean(hall, window):
    hall.shop.switch["window"] = window
    hall.refresh()
    hall.shop.delete(9015)
    assert hall.refresh(1).gone == 1
    assert list(Booking.objects.exclude(gone_at=None).values_list("ref", flat=True)) == ["9015"]


def test_a_dropped_instance_is_gone_and_a_renumbered_booking_keeps_its_rows(hall):
    hall.shop.extend(9010, 72, "2026-03-12 18:00", "2026-03-12 20:00")
    hall.refresh()
    rows = set(Occurrence.objects.values_list("pk", flat=True))
    hall.shop.switch["renumber"] = True
    hall.shop.move(9010, hall.shop.instances(9010)[0], "2026-03-10 09:00", "2026-03-10 11:00")
    hall.refresh(1)
    assert set(Occurrence.objects.values_list("pk", flat=True)) == rows
    hall.shop.drop_instance(9010, hall.shop.instances(9010)[1])
    hall.refresh(2)
    assert Occurrence.objects.get(booking__ref="9010", gone_at=None).resource.ref == "71"


@pytest.mark.parametrize("kind", ["empty", "status", "body", "truncate", "drop_before"])
def test_no_bad_answer_of_a_hall_removes_anything_and_the_next_good_one_goes_on(hall, kind):
    hall.refresh()
    if kind == "empty":
        hall.shop.ghost(times=9)
    else:
        hall.shop.fail(kind, "booking_list", times=9)
    run = hall.refresh(1)
    assert run.state in (RunState.FAILED, RunState.STOPPED)
    assert run.error
    assert live() == 21
    hall.shop.faults.clear()
    assert hall.refresh(2).state == RunState.OK


def test_a_key_that_dies_in_the_middle_leaves_the_mirror_as_it_was(hall):
    hall.refresh()
    hall.shop.delete(9015)
    hall.shop.revoke_key(after=3)
    run = hall.refresh(1)
    assert (run.state, live()) == (RunState.FAILED, 21)
    assert "sandbox-locaboo" not in run.error


def test_a_game_is_mirrored_with_an_end_that_its_room_says(game):
    game.shop.book(1398, "2026-03-10", "16:30:00", name="Ewa", email="ewa@example.test", status=True)
    game.refresh()
    game.account.resources.update(session_minutes=75)
    game.refresh(1)
    span = Occurrence.objects.get()
    assert span.ends_at - span.starts_at == 75 * MINUTE
    assert span.booking.customer.email == "ewa@example.test"
    with Written() as written:
        game.refresh(2)
    assert written == QUIET


def test_a_game_that_moves_to_another_room_and_day_keeps_its_row(game):
    number = game.shop.book(1398, "2026-03-10", "16:30:00", status=True)
    game.refresh()
    before = Occurrence.objects.get()
    game.shop.move(number, 2132, "2026-03-12", "18:00:00")
    assert game.refresh(1).gone == 0
    after = Occurrence.objects.get()
    assert (after.pk, after.resource.ref, after.gone_at) == (before.pk, "2132", None)


def test_a_message_of_any_kind_in_any_order_ends_in_what_is_true_now(game):
    number = game.shop.book(1398, "2026-03-10", "16:30:00", status=True)
    game.shop.move(number, 2132, "2026-03-11", "18:00:00")
    game.shop.cancel(number)
    keep = game.shop.book(1398, "2026-03-10", "16:30:00", status=True)
    for number in (90513, 90511, 90512, 90514, 90511):
        follow(game, str(number))
    spans = Occurrence.objects.filter(gone_at=None, booking__gone_at=None)
    assert [span.booking.ref for span in spans] == [str(keep)]


def test_a_message_is_marked_read_at_the_vendor_once(game):
    game.shop.book(1398, "2026-03-10", "16:30:00", status=True)
    for _ in range(10):
        follow(game, "90511")
    assert len(game.shop.calls("POST /v2.4/message/90511")) == 1


def test_a_row_of_a_game_that_cannot_be_read_is_shown_and_the_others_go_on(game):
    game.shop.book(1398, "2026-03-10", "16:30:00", status=True)
    game.refresh()
    game.shop.fail(
        "body", "1398/reservations/2026-03-10", body='[{"reservationid": 1, "date": "never"}]',
        content_type="application/json",
    )  # fmt: skip
    assert game.refresh(1).state == RunState.OK
    assert (live(), RejectedRow.objects.count()) == (1, 1)


def follow(game, ref):
    """What the arrows do with a message."""
    message = inbox.keep(game.account, ref, NOW)
    if message is None:
        return
    if inbox.open(message, game.source, NOW):
        refresh_booking(game.account, game.source, message.resource_ref, message.booking_ref, NOW)
    inbox.applied(message, NOW)
    inbox.acknowledge(message, game.source, NOW)
    assert message.state == MessageState.ACKNOWLEDGED
