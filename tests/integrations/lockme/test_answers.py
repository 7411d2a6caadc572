"""What Lock.me's client believes, and what it does not."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from typing import Any

import pytest

from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable
from integrations.sandbox.lockme import LockmeSandbox
from integrations.types import BookingSource, Window
from integrations.vendors import lockme
from integrations.vendors.lockme import Lockme
from tests.integrations.lockme.conftest import Connect
from tests.integrations.support import settings_for

DAY = date(2026, 3, 10)
WINDOW = Window("1398", DAY, DAY)
NONSENSE = ["", "<html>down</html>", "{}", "null", "0", '"OK"', "[1", '{"error": "try later"}', '{"0": {}}']


def says(shop: LockmeSandbox, body: Any, match: str = "") -> None:
    """Let the next answer be this."""
    text = body if isinstance(body, str) else json.dumps(body)
    shop.fail("body", match, body=text, content_type="application/json")


def test_it_is_a_booking_source(client: Lockme) -> None:
    assert isinstance(client, BookingSource)


def test_reservations_carry_their_own_customers(client: Lockme) -> None:
    assert client.customers() is None


# ------------------------------------------------------------------------------------------ rooms


def test_rooms_are_titled_with_their_department(client: Lockme) -> None:
    titles = {each.ref: each.title for each in client.resources().records}
    assert titles == {"1398": "Centre – Laboratory", "1399": "Centre – Bank vault"}


def test_a_room_without_a_department_has_its_own_name_only(shop: LockmeSandbox, client: Lockme) -> None:
    says(shop, [{"roomid": "1398", "room": "Laboratory"}])
    assert client.resources().records[0].title == "Laboratory"


@pytest.mark.parametrize("bad", [7, None, {}, {"roomid": 5}, {"roomid": "x", "room": "A"}, {"roomid": True}])
def test_a_room_that_cannot_be_read_is_shown_and_the_others_are_kept(
    shop: LockmeSandbox, client: Lockme, bad: Any
) -> None:
    says(shop, [bad, {"roomid": 1398, "room": "Laboratory"}])
    listing = client.resources()
    assert ([each.ref for each in listing.records], len(listing.rejected)) == (["1398"], 1)


def test_a_room_listed_twice_and_differently_is_shown(shop: LockmeSandbox, client: Lockme) -> None:
    says(shop, [{"roomid": 1398, "room": "A"}, {"roomid": 1398, "room": "B"}, {"roomid": 1398, "room": "A"}])
    listing = client.resources()
    assert [each.title for each in listing.records] == ["A"]
    assert [each.ref for each in listing.rejected] == ["1398"]


def test_one_room_slots_and_the_owner_of_the_token_can_be_read(shop: LockmeSandbox, client: Lockme) -> None:
    slots = [{"hour": "16:30:00", "pricers": [3]}]
    shop.store.rooms[1398].week[1] = slots
    assert client.room("1398").title == "Centre – Laboratory"
    assert client.slots("1398", DAY) == client.weekly_slots("1398", 1) == slots
    assert client.me()["nick"] == "sandbox"


@pytest.mark.parametrize("body", ['"OK"', "OK"])
def test_the_test_call_may_answer_in_json_or_plainly(shop: LockmeSandbox, client: Lockme, body: str) -> None:
    says(shop, body)
    client.test()
    says(shop, "not OK")
    with pytest.raises(Garbled):
        client.test()


# ---------------------------------------------------------------------------------------- windows


def test_windows_are_a_room_and_a_day_each_and_today_comes_first(client: Lockme) -> None:
    windows = list(client.windows(["1398", "1399"], date(2026, 3, 8), date(2026, 3, 11)))
    assert all(each.first == each.last for each in windows)
    order = [(each.first.day, each.resource_ref) for each in windows]
    assert order == [(day, ref) for day in (9, 10, 8, 11) for ref in ("1398", "1399")]


def test_no_day_of_a_year_is_left_out(client: Lockme) -> None:
    last = DAY + timedelta(days=364)
    assert len({each.first for each in client.windows(["1398"], DAY, last)}) == 365


def test_a_window_of_two_days_is_not_half_read(client: Lockme) -> None:
    with pytest.raises(ValueError, match="one day"):
        client.read(Window("1398", DAY, DAY + timedelta(days=1)))


# ---------------------------------------------------------------------------------- nothing is guessed


def test_a_day_without_reservations_is_empty(client: Lockme) -> None:
    assert client.read(WINDOW).bookings == ()


@pytest.mark.parametrize("body", NONSENSE)
def test_no_nonsense_is_taken_for_an_empty_day(shop: LockmeSandbox, client: Lockme, body: str) -> None:
    says(shop, body, "/reservations/")
    with pytest.raises(Garbled):
        client.read(WINDOW)


@pytest.mark.parametrize("body", NONSENSE)
def test_no_nonsense_is_taken_for_a_partner_without_rooms(
    shop: LockmeSandbox, client: Lockme, body: str
) -> None:
    says(shop, body, "/rooms")
    with pytest.raises(Garbled):
        client.resources()


@pytest.mark.parametrize("body", [*NONSENSE, "[]", "true"])
def test_no_nonsense_is_taken_for_a_booking_or_for_none(
    shop: LockmeSandbox, client: Lockme, body: str
) -> None:
    says(shop, body, "/reservation/")
    with pytest.raises(Garbled):
        client.booking("1398", "746269")


def test_an_answer_that_is_cut_off_is_no_list(shop: LockmeSandbox, client: Lockme) -> None:
    shop.book(1398, "2026-03-10", "10:00")
    shop.fail("truncate", "/reservations/")
    with pytest.raises(Garbled):
        client.read(WINDOW)


def test_an_error_that_comes_as_200_is_told_in_the_vendors_words(shop: LockmeSandbox, client: Lockme) -> None:
    shop.switch["errors_as_200"] = True
    with pytest.raises(Garbled, match="Reservation not found"):
        client.booking("1398", "5")


# ------------------------------------------------------------------------------------ what is not there


def test_a_reservation_that_lock_me_denies_is_none(client: Lockme) -> None:
    assert client.booking("1398", "5") is None


@pytest.mark.parametrize("body", ["", "<html>nginx</html>", "[]"])
def test_a_404_that_is_not_lock_mes_own_denies_nothing(
    shop: LockmeSandbox, client: Lockme, body: str
) -> None:
    shop.fail("status", "/reservation/", status=404, body=body)
    with pytest.raises(Garbled):
        client.booking("1398", "5")


@pytest.mark.parametrize("status", [400, 403, 409, 422])
def test_a_refusal_denies_no_booking(shop: LockmeSandbox, client: Lockme, status: int) -> None:
    shop.fail("status", "/reservation/", status=status, body='{"message": "no"}')
    with pytest.raises(Refused):
        client.booking("1398", "5")


def test_another_reservation_than_the_one_asked_for_is_not_taken(shop: LockmeSandbox, client: Lockme) -> None:
    says(shop, {"reservationid": 6, "roomid": 1398, "date": "2026-03-10", "hour": "10:00:00"})
    with pytest.raises(Garbled, match="got 6"):
        client.booking("1398", "5")


@pytest.mark.parametrize("room", ["5", "2132"])  # nobody's, somebody else's
def test_a_room_that_may_not_be_read_is_missing_and_never_empty(client: Lockme, room: str) -> None:
    with pytest.raises(Missing):
        client.read(Window(room, DAY, DAY))


# --------------------------------------------------------------------------------------- no answer


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_read_that_got_no_answer_is_made_again(shop: LockmeSandbox, client: Lockme, kind: str) -> None:
    number = shop.book(1398, "2026-03-10", "10:00")
    shop.fail(kind, "/reservations/")
    assert [each.ref for each in client.read(WINDOW).bookings] == [str(number)]


@pytest.mark.parametrize("how", [{"kind": "drop_before"}, {"kind": "status", "status": 500}])
def test_a_server_that_is_down_is_unavailable(
    shop: LockmeSandbox, client: Lockme, how: dict[str, Any]
) -> None:
    shop.fail(match="/reservations/", times=9, **how)
    with pytest.raises(Unavailable):
        client.read(WINDOW)
    assert [fault.times for fault in shop.faults] == [6]


def test_too_many_calls_are_unavailable(shop: LockmeSandbox, client: Lockme) -> None:
    shop.fail("status", "/reservations/", times=9, status=429, body='{"message": "slow down"}')
    with pytest.raises(Unavailable, match="slow down"):
        client.read(WINDOW)


# ----------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    "options",
    [
        {"version": "2.4"},
        {"version": "v2.4/../v1"},
        {"status_map": {"panel:false": "maybe"}},
        {"status_map": "confirmed"},
        {"timezones": {"1398": "Europe/Warszawa"}},
        {"timezones": ["Europe/Warsaw"]},
    ],
)
def test_an_option_that_cannot_be_used_stops_the_account(connect: Connect, options: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured):
        connect(**options)


@pytest.mark.parametrize("name", ["client_id", "client_secret", "redirect_uri"])
def test_a_missing_secret_stops_the_account(shop: LockmeSandbox, connect: Connect, name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        connect(secrets={**shop.secrets, name: ""})


def test_a_token_is_not_sent_over_an_open_line(shop: LockmeSandbox) -> None:
    with pytest.raises(Misconfigured, match="https"):
        lockme.connect(settings_for("http://api.lock.me", shop.secrets))


def test_the_version_of_the_options_is_the_one_in_the_address(shop: LockmeSandbox, connect: Connect) -> None:
    connect(version="v2.1").test()
    assert shop.calls("GET /v2.1/test")


def test_no_secret_stands_in_a_line_or_an_error(
    shop: LockmeSandbox, client: Lockme, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop.expire_tokens()
    client.test()
    token = client._line._tokens.current()
    shop.fail("status", "/rooms", status=400, body=f'{{"message": "bad {token.access} {token.refresh}"}}')
    with pytest.raises(Refused) as error:
        client.resources()
    said = caplog.text + str(error.value)
    secrets = (token.access, token.refresh, shop.secrets["client_secret"], *shop.secrets["token"].values())
    assert not [secret for secret in secrets if secret and str(secret) in said and secret != "Bearer"]
