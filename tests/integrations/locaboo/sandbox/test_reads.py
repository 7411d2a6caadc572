"""The stand-in for Locaboo: strict where the vendor is, contradictory where the vendor is."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from werkzeug.test import Client, TestResponse

from integrations.sandbox.locaboo import LocabooSandbox
from tests.integrations.locaboo.sandbox.answers import data

MARCH = {"date_from": "2026-03-01", "date_to": "2026-03-31", "show_details": "true"}


@pytest.mark.parametrize("sent", [{}, {"api_secret_key": "wrong"}, {"api_secret_key": ""}])
@pytest.mark.parametrize(
    ("how", "status"), [("401", 401), ("403", 403), ("success_false", 200), ("html", 200)]
)
def test_b_s1_a_stranger_gets_nothing(
    hall: LocabooSandbox, sent: dict[str, str], how: str, status: int
) -> None:
    hall.switch["auth_failure"] = how
    answer = Client(hall).get("/api/v2/resource_list", query_string=sent)
    assert answer.status_code == status
    assert "Halle" not in answer.text


def test_b_s1_the_key_may_stand_in_the_body_of_a_post(post: Callable[..., TestResponse]) -> None:
    assert post("customer_add", {}).status_code == 200
    assert post("customer_add", {"api_secret_key": "wrong"}).status_code == 401


def test_b_s2_the_list_has_a_map_where_the_detail_has_a_list(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", 4711)
    (listed,) = data(get("booking_list", **MARCH))
    detail = data(get("booking/9001"))
    assert list(listed["resources"][0]["instances"]) == ["501"]
    assert [one["id"] for one in detail["resources"][0]["instances"]] == [501]
    assert listed["custom_fields"] == detail["resources"][0]["custom_fields"] == []
    assert listed["customer"] == "Verein e.V."
    assert "customer" not in detail
    assert (listed["customer_id"], data(get("customer_list"))[0]["id"]) == ("4711", 4711)


def test_b_s2_the_parent_is_at_the_resource_and_the_part_at_the_instance(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    (resource,) = data(get("booking_list", **MARCH))[0]["resources"]
    assert (resource["resource_id"], resource["instances"]["501"]["resource_id"]) == (70, 71)
    assert resource["instances"]["501"]["resource"] == "Halle > Drittel 1"


def test_b_s2_persons_are_in_some_rows_only(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    for _ in range(2):
        hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    assert [("persons" in row) for row in data(get("booking_list", **MARCH))] == [True, False]


def test_b_s2_slashes_and_letters_are_escaped_and_invoices_german(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", title="Größe 1/2")
    text = get("booking_list", **MARCH).text
    assert "Gr\\u00f6\\u00dfe 1\\/2" in text
    assert data(get("invoice_list"))[0]["payment_status"] == "Bezahlt"


@pytest.mark.parametrize(
    "wrong",
    [
        {"date_from": "01.03.2026"},
        {"date_from": "2026-3-1"},
        {"date_from": "2026-02-30"},
        {"date_to": ""},
        {"date_to": "2026-02-01"},
        {"time_from": "9:00"},
        {"time_to": "24:00"},
        {"show_details": "1"},
        {"limit": "-1"},
        {"offset": "x"},
        {"resource_id": "70,80"},
    ],
)
def test_b_s3_a_wrong_format_is_refused(get: Callable[..., TestResponse], wrong: dict[str, str]) -> None:
    answer = get("booking_list", **(MARCH | wrong))
    assert (answer.status_code, json.loads(answer.text)["success"]) == (400, False)


@pytest.mark.parametrize("path", ["booking/1", "booking/x", "resource/1", "event_details/7", "nothing"])
def test_b_s3_what_is_not_there_is_404_in_json(get: Callable[..., TestResponse], path: str) -> None:
    answer = get(path)
    assert (answer.status_code, json.loads(answer.text)["success"]) == (404, False)


def test_b_s3_another_managers_things_are_not_there(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    hall.add_resource(99, "Rathaus", manager=7)
    hall.book(99, "2026-03-10 09:00", "2026-03-10 11:00", manager=7)
    assert get("resource/99").status_code == get("booking/9001").status_code == 404
    assert data(get("booking_list", **MARCH)) == []
    assert "Rathaus" not in get("resource_list").text


@pytest.mark.parametrize(("semantics", "shown"), [("overlap", 3), ("start", 0), ("instance", 1)])
def test_b_s4_a_window_means_what_the_switch_says(
    hall: LocabooSandbox, get: Callable[..., TestResponse], semantics: str, shown: int
) -> None:
    hall.switch["window"] = semantics
    hall.book(71, "2026-03-09 18:00", "2026-03-11 18:00")
    rows = data(get("booking_list", **(MARCH | {"date_from": "2026-03-10", "date_to": "2026-03-10"})))
    assert sum(len(row["resources"][0]["instances"]) for row in rows) == shown


@pytest.mark.parametrize(
    ("paging", "query", "count"),
    [
        ("honoured", {}, 3),
        ("honoured", {"limit": "500"}, 5),
        ("honoured", {"limit": "2", "offset": "4"}, 1),
        ("capped", {"limit": "500"}, 3),
        ("capped", {"limit": "500", "offset": "3"}, 2),
        ("ignored", {"limit": "500", "offset": "3"}, 3),
    ],
)
@pytest.mark.parametrize("total", ["right", "page"])
def test_b_s5_the_list_is_cut_off_in_silence(
    hall: LocabooSandbox,
    get: Callable[..., TestResponse],
    paging: str,
    query: dict[str, str],
    count: int,
    total: str,
) -> None:
    hall.switch |= {"cap": 3, "paging": paging, "total": total}
    for _ in range(5):
        hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    answer = json.loads(get("booking_list", **MARCH, **query).text)
    assert (len(answer["data"]), answer["total"]) == (count, 5 if total == "right" else count)


def test_b_s6_statuses_are_listed_and_shown_as_the_switches_say(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    for status in ("Live", "Pending", "Draft", "Cancelled", "Completed"):
        hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", status=status)
    assert [row["id"] for row in data(get("booking_list", **MARCH))] == [9001, 9005]
    assert get("booking/9004").status_code == 404
    hall.switch |= {"listed": ("Cancelled",), "status_key": "status", "unlisted_detail": "200"}
    assert [row["status"] for row in data(get("booking_list", **MARCH))] == ["Cancelled"]
    assert data(get("booking/9001"))["status"] == "Live"


def test_b_s9_the_parts_answer_for_the_whole(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    query = {"date_from": "2026-03-10", "date_to": "2026-03-10", "resource_id": "70"}
    body = json.loads(get("availability", **query, duration="02:00", limit="8").text)
    first, second = body["data"]
    assert (first["resource_id"], second["resource_id"], body["total"]) == (71, 72, 8)
    assert first["dates"]["2026-03-10"][0] == {"time_from": "08:00", "time_to": "10:00"}
    assert (len(first["dates"]["2026-03-10"]), len(second["dates"]["2026-03-10"])) == (7, 1)


@pytest.mark.parametrize(("booked", "free"), [(70, [False, False]), (71, [False, True]), (80, [True, True])])
def test_b_s10_the_whole_takes_its_parts_and_a_part_only_itself(
    hall: LocabooSandbox, get: Callable[..., TestResponse], booked: int, free: list[bool]
) -> None:
    hall.book(booked, "2026-03-10 00:00", "2026-03-10 23:59")
    rows = data(get("availability", date_from="2026-03-10", date_to="2026-03-10", resource_id="70"))
    assert [bool(row["dates"]) for row in rows] == free
    assert all(row["dates"] == [] for row in rows if not row["dates"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"free_text_field_ids_str": "3,4", "free_text_field_conditions_str": "et"},
        {
            "free_text_field_ids_str": "3,4",
            "free_text_field_conditions_str": "et",
            "free_text_field_values_str": "1,2",
        },
        {
            "free_text_field_ids_str": "3",
            "free_text_field_conditions_str": "is",
            "free_text_field_values_str": "1",
        },
        {"duration": "2"},
        {"duration": "00:00"},
        {"resource_id": "70;80"},
        {"date_to": ""},
    ],
)
def test_b_s9_a_wrong_question_is_refused(get: Callable[..., TestResponse], wrong: dict[str, str]) -> None:
    query = {"date_from": "2026-03-10", "date_to": "2026-03-10"}
    assert get("availability", **(query | wrong)).status_code == 400


def test_b_s11_an_edit_may_renumber(hall: LocabooSandbox) -> None:
    booking = hall.book(71, "2026-03-10 18:00", "2026-03-11 10:00")
    hall.switch["renumber"] = True
    hall.move(booking, 501, "2026-03-10 17:00", "2026-03-10 23:59")
    assert hall.instances(booking) == [503, 504]


def test_b_s11_rows_may_come_in_any_order(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    hall.switch["shuffle"] = True
    for _ in range(9):
        hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    orders = {tuple(row["id"] for row in data(get("booking_list", **MARCH))) for _ in range(3)}
    assert len(orders) == 3


def test_b_s11_as_documented_is_no_json(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    hall.switch["as_documented"] = True
    for path in ("resource_list", "event_details/1"):
        with pytest.raises(json.JSONDecodeError):
            json.loads(get(path).text)
    hall.switch["as_documented"] = False
    assert data(get("event_details/1"))[0]["id"] == "1"
    assert json.loads(get("resource_list").text)["free_text_fields"][1]["options"] == ["A", "B"]


def test_b_s12_a_ghost_is_empty_once(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.ghost()
    assert data(get("booking_list", **MARCH)) == []
    assert len(data(get("booking_list", **MARCH))) == 1


def test_b_s12_the_key_may_be_revoked_in_the_middle(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    hall.revoke_key(after=1)
    assert [get("resource_list").status_code for _ in range(3)] == [200, 401, 401]


def test_b_s13_the_zone_of_the_store_is_never_told(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    hall.switch["zone"] = "America/New_York"
    hall.book(71, datetime(2026, 3, 10, 12, 0, tzinfo=UTC), datetime(2026, 3, 10, 14, 0, tzinfo=UTC))
    answer = get("booking_list", **MARCH)
    assert "2026-03-10 08:00" in answer.text
    assert "New_York" not in answer.text + get("profile").text


def test_b_s14_people_type_anything(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    hall.switch["nasty_text"] = True
    for _ in range(4):
        hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    titles = {row["title"] for row in data(get("booking_list", **MARCH))}
    assert any("<script>" in title for title in titles)
    assert any(title.startswith("=cmd") for title in titles)
    assert any(title.endswith("  ") for title in titles)


def test_without_details_no_times_are_told(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    (row,) = data(get("booking_list", date_from="2026-03-01", date_to="2026-03-31"))
    assert "resources" not in row


@pytest.mark.parametrize("path", ["profile", "inventory_list", "service_list", "resource/70"])
def test_the_other_reads_answer(get: Callable[..., TestResponse], path: str) -> None:
    assert data(get(path))


def test_events_are_told_by_their_dates(get: Callable[..., TestResponse]) -> None:
    assert data(get("event_list", date_from="2026-05-16", date_to="2026-05-16"))[0]["id"] == 1
    assert data(get("event_list", date_from="2026-06-16", date_to="2026-06-16")) == []


def test_the_page_can_play_the_dashboard(hall: LocabooSandbox) -> None:
    acts = {action.name: action for action in hall.actions()}
    acts["add_customer"].run(first_name="Ole", last_name="Ek", email="ole@example.test")
    acts["book"].run(
        resource_id="71", starts="2026-03-10 09:00", ends="2026-03-10 11:00", customer_id="", title=""
    )
    acts["move"].run(booking_id="9001", instance_id="501", starts="2026-03-11 09:00", ends="2026-03-11 11:00")
    acts["set_status"].run(booking_id="9001", status="Draft")
    acts["cancel"].run(booking_id="9001")
    (row,) = hall.state()["bookings"]
    assert (row["from"], row["status"]) == ("2026-03-11 09:00", "Cancelled")
    assert all(set(action.fields) for action in acts.values())


def test_the_state_survives_pickling(hall: LocabooSandbox) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    again = pickle.loads(pickle.dumps(hall))  # noqa: S301 our own bytes
    assert again.state() == hall.state()
