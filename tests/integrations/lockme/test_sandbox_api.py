"""The sandbox Lock.me keeps to the page of its routes: what comes back, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import requests

from integrations.sandbox.lockme import LockmeSandbox
from integrations.sandbox.server import Server

Call = Callable[..., Any]
SLOT = {"roomid": 1398, "date": "2026-03-10", "hour": "16:30:00"}
BOOKING = "/room/1398/reservation"


@pytest.fixture
def call(sandbox: Server, shop: LockmeSandbox) -> Call:
    """One call of the API as the PHP SDK makes it; status and JSON."""
    bearer = {"Authorization": f"Bearer {shop.secrets['token']['access_token']}"}

    def made(method: str, path: str, body: Any = None, *, version: str = "v2.4", **how: Any) -> Any:
        url = f"{sandbox.url}/lockme/{version}{path}"
        answer = requests.request(method, url, headers=bearer, json=body, timeout=30, **how)
        return answer.status_code, answer.json()

    return made


def test_7_no_5_each_of_the_18_routes_answers_with_the_kind_that_the_sdk_wants(call: Call) -> None:
    _, number = call("PUT", BOOKING, SLOT)
    room, one = "/room/1398", f"{BOOKING}/{number}"
    kinds = [
        ("GET", "/test", None, str),
        ("GET", "/me", None, dict),
        ("GET", "/rooms", None, list),
        ("GET", room, None, dict),
        ("POST", room, {"calendarMargin": 15}, dict),
        ("GET", f"{room}/reservations/2026-03-10", None, list),
        ("PUT", BOOKING, {**SLOT, "hour": "18:00"}, int),
        ("GET", one, None, dict),
        ("POST", one, {"extid": "bk-42"}, dict),
        ("POST", f"{one}/move", {**SLOT, "hour": "20:00:00"}, dict),
        ("DELETE", one, None, bool),
        ("GET", "/message/90511", None, dict),
        ("POST", "/message/90511", None, bool),
        ("GET", f"{room}/date/2026-03-10", None, list),
        ("POST", f"{room}/date/2026-03-10", [{"hour": "16:30:00", "pricers": [1]}], list),
        ("DELETE", f"{room}/date/2026-03-10", None, list),
        ("GET", f"{room}/day/0", None, list),
        ("POST", f"{room}/day/6", [{"hour": "16:30", "pricers": [1]}], list),
    ]
    for method, path, body, kind in kinds:
        status, said = call(method, path, body)
        assert (status, type(said)) == (200, kind), f"{method} {path}"


def test_7_no_8_no_good_answer_has_a_key_named_error(call: Call) -> None:
    _, number = call("PUT", BOOKING, SLOT)
    for path in ("/me", "/room/1398", f"{BOOKING}/{number}", "/message/90511"):
        assert "error" not in call("GET", path)[1]
    assert all("error" not in row for row in call("GET", "/room/1398/reservations/2026-03-10")[1])


@pytest.mark.parametrize("version", ["v2.0", "v2.3", "v2.17"])
def test_7_no_1_every_version_2_is_known(call: Call, version: str) -> None:
    assert call("GET", "/test", version=version) == (200, "OK")


@pytest.mark.parametrize("version", ["v1.1", "v3.0", "2.4", "v2"])
def test_no_other_version_is_known(call: Call, version: str) -> None:
    assert call("GET", "/test", version=version)[0] == 404


@pytest.mark.parametrize("bearer", ["", "Bearer nonsense", "Basic eyJ0eXAi.sandbox.lockme"])
def test_7_no_4_without_a_good_token_nothing_is_told(
    sandbox: Server, shop: LockmeSandbox, bearer: str
) -> None:
    url = f"{sandbox.url}/lockme/v2.4/rooms"
    answer = requests.get(url, headers={"Authorization": bearer}, timeout=30)
    assert (answer.status_code, type(answer.json()["message"])) == (401, str)


# -------------------------------------------------------------------------------------- reservations


def test_a_reservation_has_what_was_sent_and_what_lock_me_adds(call: Call) -> None:
    _, number = call(
        "PUT", BOOKING, {**SLOT, "name": "Ewa", "people": "4", "price": "220.00", "status": True}
    )
    _, found = call("GET", f"{BOOKING}/{number}")
    assert (found["reservationid"], found["name"], found["people"]) == (number, "Ewa", 4)
    assert (found["price"], found["status"], found["source"]) == (220.0, 1, "api")
    assert (found["email"], found["invoice"], found["time"]) == ("", "", "2026-03-09 09:00:00")


def test_7_no_10_a_taken_slot_is_409_and_so_is_moving_there(call: Call, shop: LockmeSandbox) -> None:
    shop.book(1398, "2026-03-10", "16:30")
    status, said = call("PUT", BOOKING, SLOT)
    assert (status, said) == (409, {"code": 409, "message": "Slot is already taken"})
    _, number = call("PUT", BOOKING, {**SLOT, "hour": "18:00:00"})
    assert call("POST", f"{BOOKING}/{number}/move", SLOT)[0] == 409
    with pytest.raises(ValueError, match="taken"):
        shop.book(1398, "2026-03-10", "16:30")


def test_7_no_6_an_external_id_is_as_good_as_an_id(call: Call) -> None:
    _, number = call("PUT", BOOKING, {**SLOT, "extid": "bk 42"})
    one = f"{BOOKING}/ext/bk%2042"
    assert call("GET", one)[1]["reservationid"] == number
    assert call("POST", one, {"comment": "late"})[1]["comment"] == "late"
    assert call("POST", f"{one}/move", {**SLOT, "roomid": 1399})[1]["roomid"] == 1399
    assert call("GET", one)[0] == 404
    assert call("DELETE", one.replace("1398", "1399")) == (200, True)


def test_an_external_id_is_given_once(call: Call) -> None:
    call("PUT", BOOKING, {**SLOT, "extid": "bk-42"})
    assert call("PUT", BOOKING, {**SLOT, "hour": "18:00", "extid": "bk-42"})[0] == 409


def test_7_no_7_an_edit_without_a_body_changes_nothing_and_is_not_told(
    call: Call, shop: LockmeSandbox
) -> None:
    number = shop.book(1398, "2026-03-10", "16:30", name="Ewa")
    assert call("POST", f"{BOOKING}/{number}")[1]["name"] == "Ewa"
    assert [each.action for each in shop.postbox.messages.values()] == ["add"]


@pytest.mark.parametrize(("switch", "hour"), [(True, "18:00:00"), (False, "16:30:00")])
def test_whether_an_edit_moves_is_a_switch(call: Call, shop: LockmeSandbox, switch: bool, hour: str) -> None:
    shop.switch["move_by_edit"] = switch
    number = shop.book(1398, "2026-03-10", "16:30")
    assert call("POST", f"{BOOKING}/{number}", {"hour": "18:00:00"})[1]["hour"] == hour


def test_7_no_10_what_is_paid_via_lock_me_cannot_be_deleted_and_stays(
    call: Call, shop: LockmeSandbox
) -> None:
    number = shop.book(1398, "2026-03-10", "16:30")
    shop.pay(number)
    assert call("DELETE", f"{BOOKING}/{number}")[0] == 403
    assert call("GET", f"{BOOKING}/{number}")[0] == 200


@pytest.mark.parametrize("how", [{"source": "panel", "status": True}, {"source": "web"}])
def test_what_is_not_paid_via_lock_me_can_be_deleted(call: Call, shop: LockmeSandbox, how: Any) -> None:
    number = shop.book(1398, "2026-03-10", "16:30", **how)
    assert call("DELETE", f"{BOOKING}/{number}") == (200, True)
    assert call("GET", f"{BOOKING}/{number}")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{BOOKING}/5", None, 404),
        ("GET", f"{BOOKING}/ext/5", None, 404),
        ("DELETE", f"{BOOKING}/5", None, 404),
        ("GET", "/message/5", None, 404),
        ("GET", "/room/5", None, 404),
        ("GET", "/room/5/reservations/2026-03-10", None, 404),
        ("GET", "/room/2132/reservations/2026-03-10", None, 403),
        ("PUT", "/room/2132/reservation", {**SLOT, "roomid": 2132}, 403),
        ("GET", "/room/1398/reservations/2026-02-30", None, 400),
        ("GET", "/room/1398/day/7", None, 404),
        ("PUT", "/room/1399/reservation", SLOT, 400),
        ("PUT", BOOKING, None, 400),
        ("PUT", BOOKING, [1], 400),
        ("PUT", BOOKING, {"roomid": 1398, "date": "2026-03-10"}, 400),
        ("PUT", BOOKING, {**SLOT, "hour": "25:00"}, 400),
        ("PUT", BOOKING, {**SLOT, "people": "many"}, 400),
        ("PUT", BOOKING, {**SLOT, "price": []}, 400),
        ("PUT", BOOKING, {**SLOT, "name": ["Ewa"]}, 400),
        ("POST", "/room/1398", {"room": "New name"}, 400),
        ("POST", "/room/1398/date/2026-03-10", {"hour": "16:30"}, 400),
        ("POST", "/room/1398/day/0", [{"hour": "x"}], 400),
        ("PATCH", BOOKING, None, 404),
    ],
)
def test_7_no_9_a_refusal_has_its_status_and_one_text(
    call: Call, method: str, path: str, body: Any, status: int
) -> None:
    found, said = call(method, path, body)
    assert (found, said["code"], type(said["message"])) == (status, status, str)


def test_a_body_that_is_no_json_is_refused(call: Call) -> None:
    assert call("PUT", BOOKING, data=b"{")[0] == 400


def test_the_statuses_nobody_knows_are_switches(call: Call, shop: LockmeSandbox) -> None:
    number = shop.book(1398, "2026-03-10", "16:30", status=True)
    shop.switch.update(taken_status=422, paid_delete_status=400)
    assert call("PUT", BOOKING, SLOT)[0] == 422
    assert call("DELETE", f"{BOOKING}/{number}")[0] == 400
    shop.switch["errors_as_200"] = True
    assert call("PUT", BOOKING, SLOT) == (200, {"error": "Slot is already taken"})


def test_the_status_of_a_body_with_mistakes_is_a_switch(call: Call, shop: LockmeSandbox) -> None:
    shop.switch["invalid_status"] = 422
    assert call("PUT", BOOKING, {**SLOT, "hour": "noon"})[0] == 422


@pytest.mark.parametrize("listed", [False, True])
def test_a_locked_slot_is_taken_and_whether_it_is_a_reservation_is_a_switch(
    call: Call, shop: LockmeSandbox, listed: bool
) -> None:
    shop.switch["locks_listed"] = listed
    shop.lock(1398, "2026-03-10", "16:30")
    assert call("PUT", BOOKING, SLOT)[0] == 409
    rows = call("GET", "/room/1398/reservations/2026-03-10")[1]
    assert [(row["source"], row["status"]) for row in rows] == ([("panel", 0)] if listed else [])
    with pytest.raises(ValueError, match="taken"):
        shop.lock(1398, "2026-03-10", "16:30")


def test_old_versions_leave_out_what_they_did_not_have(call: Call, shop: LockmeSandbox) -> None:
    shop.switch["version_gates"] = True
    one = f"{BOOKING}/{shop.book(1398, '2026-03-10', '16:30')}"
    test = f"/message/{shop.send_test()}"
    assert "language" not in call("GET", one, version="v2.1")[1]
    assert "invoice" in call("GET", one, version="v2.1")[1]
    assert "invoice" not in call("GET", one, version="v2.0")[1]
    assert (call("GET", test, version="v2.3")[0], call("GET", test)[0]) == (404, 200)


# --------------------------------------------------------------------------------------------- slots


def test_an_exception_replaces_the_weekday_until_it_is_deleted(call: Call) -> None:
    week, day = [{"hour": "10:00:00", "pricers": [1]}], [{"hour": "12:00:00", "pricers": []}]
    call("POST", "/room/1398/day/1", week)  # a Tuesday, as 2026-03-10 is
    assert call("GET", "/room/1398/date/2026-03-10") == (200, week)
    assert call("POST", "/room/1398/date/2026-03-10", day) == (200, day)
    assert call("GET", "/room/1398/date/2026-03-17") == (200, week)
    assert call("DELETE", "/room/1398/date/2026-03-10") == (200, week)


def test_7_no_7_no_body_closes_a_day(call: Call) -> None:
    call("POST", "/room/1398/day/1", [{"hour": "10:00", "pricers": [1]}])
    assert call("POST", "/room/1398/date/2026-03-10") == (200, [])
    assert call("GET", "/room/1398/date/2026-03-10") == (200, [])
    assert call("POST", "/room/1398/day/1") == (200, [])


def test_the_margin_of_a_room_is_kept(call: Call) -> None:
    call("POST", "/room/1398", {"calendarMargin": 0.1})
    assert call("GET", "/room/1398")[1]["calendarMargin"] == 0.1


# ------------------------------------------------------------------------------------------ the page


def test_7_no_12_the_page_plays_customers_and_staff(sandbox: Server, shop: LockmeSandbox) -> None:
    def play(act: str, **form: str) -> str:
        return requests.post(f"{sandbox.url}/play/lockme/{act}", data=form, timeout=30).text

    play("book", room="1398", date="2026-03-10", hour="16:30", source="", name="Ewa", people="4")
    ((number, made),) = shop.store.reservations.items()
    assert (made["name"], made["people"], made["status"]) == ("Ewa", 4, False)
    play("pay", number=str(number))
    play("move", number=str(number), room="", date="2026-03-11", hour="18:00")
    play("edit", number=str(number), comment="late")
    kept = shop.store.reservations[number]
    assert (kept["status"], kept["date"], kept["comment"]) == (True, "2026-03-11", "late")
    play("cancel", number=str(number))
    assert shop.store.reservations == {}
    assert "not possible" in play("pay", number="5")
    assert "<td>test</td>" in play("send_test", room="")


def test_the_state_survives_a_restart(shop: LockmeSandbox) -> None:
    number = shop.book(1398, "2026-03-10", "16:30", name="Ewa")
    again = pickle.loads(pickle.dumps(shop))  # noqa: S301 our own
    assert again.store.reservations[number]["name"] == "Ewa"
    again.pay(number)
    assert shop.store.reservations[number]["status"] is False
