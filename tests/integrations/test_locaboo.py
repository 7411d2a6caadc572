"""Locaboo's client against its stand-in; the names are the rules of the vendor's page."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integrations.errors import Garbled, Misconfigured, NotReleased, Refused, Unavailable
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.sandbox.server import Server
from integrations.types import BookingSource, BookingStatus, Window
from integrations.vendors import locaboo
from integrations.vendors.locaboo import Locaboo
from tests.integrations.support import settings_for

MARCH = Window("", date(2026, 3, 9), date(2026, 3, 31))
KEY = LocabooSandbox.secrets["api_secret_key"]


@pytest.fixture
def hall(sandbox: Server) -> LocabooSandbox:
    """The stand-in with a hall of two parts, a room, and a customer."""
    shop = sandbox.vendors.locaboo
    shop.add_resource(70, "Halle", {71: "Drittel 1", 72: "Drittel 2"})
    shop.add_resource(80, "Saal")
    shop.add_customer("Ida", "Kern", "ida@example.test", "Verein e.V.", id=4711)
    return shop


@pytest.fixture
def connect(sandbox: Server) -> Callable[..., Locaboo]:
    """Makes clients of the stand-in, with options."""

    def made(key: str = KEY, **options: Any) -> Locaboo:
        return locaboo.connect(
            settings_for(f"{sandbox.url}/locaboo", {"api_secret_key": key}, options=options)
        )

    return made


@pytest.fixture
def client(hall: LocabooSandbox, connect: Callable[..., Locaboo]) -> Locaboo:
    return connect()


def says(shop: LocabooSandbox, data: Any, match: str = "booking_list", **more: Any) -> None:
    """Let the next answer be this data."""
    body = json.dumps({"data": data, "total": len(data), "success": True, **more})
    shop.fail("body", match, body=body, content_type="application/json")


def row(ident: Any = 9001, **changed: Any) -> dict[str, Any]:
    """A booking as the list has it, with one instance."""
    one = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    return {"id": ident, "resources": [{"resource_id": 70, "instances": {"501": one}}], **changed}


def holding(*instances: Any) -> list[dict[str, Any]]:
    return [row(resources=[{"resource_id": 70, "instances": list(instances)}])]


def test_it_is_a_booking_source(client: Locaboo) -> None:
    assert isinstance(client, BookingSource)


# --------------------------------------------------------------------------------- key and answers


def test_b_c1_the_key_is_in_each_call_and_in_no_line(
    hall: LocabooSandbox, client: Locaboo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "integrations")
    client.resources(), client.customers(), client.read(MARCH), client.booking("71", "1")
    assert all("api_secret_key" in call.query for call in hall.journal)
    assert len(hall.journal) == 4
    assert "/api/v2/booking_list" in caplog.text
    assert KEY not in caplog.text


def test_b_c1_a_write_has_the_key_in_its_form_and_not_in_its_address(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    client._wire.post("customer_add", {"first_name": "Ole"})
    (call,) = hall.calls("POST")
    assert not call.query
    assert KEY in call.body


@pytest.mark.parametrize("echo", ['{"message": "key %s is invalid"}', "key %s is invalid"])
def test_b_c1_a_key_that_the_vendor_repeats_is_masked(
    hall: LocabooSandbox, client: Locaboo, echo: str
) -> None:
    hall.fail("status", status=403, body=echo % KEY)
    with pytest.raises(Misconfigured) as caught:
        client.read(MARCH)
    assert KEY not in caught.value.text
    assert "is invalid" in caught.value.text


@pytest.mark.parametrize(
    ("how", "error"),
    [("401", Misconfigured), ("403", Misconfigured), ("success_false", Misconfigured), ("html", Garbled)],
)
@pytest.mark.parametrize("call", ["resources", "customers"])
def test_b_c2_a_wrong_key_is_told_in_every_form(
    hall: LocabooSandbox, connect: Callable[..., Locaboo], how: str, error: type[Exception], call: str
) -> None:
    hall.switch["auth_failure"] = how
    with pytest.raises(error):
        getattr(connect("wrong"), call)()


@pytest.mark.parametrize("how", ["401", "403", "success_false", "html"])
def test_b_c2_a_wrong_key_never_says_that_a_booking_is_gone(
    hall: LocabooSandbox, connect: Callable[..., Locaboo], how: str
) -> None:
    hall.switch["auth_failure"] = how
    with pytest.raises((Misconfigured, Garbled)):
        connect("wrong").booking("71", "9001")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", Garbled),
        ("[]", Garbled),
        ("null", Garbled),
        ("<html></html>", Garbled),
        ('{"data": [{"id": 1,', Garbled),
        ("{}", Garbled),
        ('{"data": [], "total": 0}', Garbled),
        ('{"data": [], "total": 0, "success": 1}', Garbled),
        ('{"data": [], "total": 0, "success": "true"}', Garbled),
        ('{"data": {}, "total": 0, "success": true}', Garbled),
        ('{"data": null, "success": true}', Garbled),
        ('{"success": true}', Garbled),
        ('{"data": [], "total": 0, "success": false}', Refused),
        ('{"success": false, "message": "no"}', Refused),
        ('{"success": false, "message": "invalid key"}', Misconfigured),
        ('{"error": "invalid key"}', Misconfigured),
    ],
)
@pytest.mark.parametrize("call", ["resources", "customers", "read"])
def test_b_c2_only_an_answer_that_says_success_is_believed(
    hall: LocabooSandbox, client: Locaboo, body: str, error: type[Exception], call: str
) -> None:
    hall.fail("body", body=body)
    with pytest.raises(error):
        getattr(client, call)(*([MARCH] if call == "read" else []))


@pytest.mark.parametrize("status", [201, 204, 206, 302])
def test_b_c2_no_other_status_than_200_is_believed(
    hall: LocabooSandbox, client: Locaboo, status: int
) -> None:
    hall.fail("status", status=status, body='{"data": [], "total": 0, "success": true}')
    with pytest.raises(Garbled):
        client.read(MARCH)


@pytest.mark.parametrize("kind", ["truncate", "drop_before"])
def test_b_c2_half_an_answer_is_no_answer(hall: LocabooSandbox, client: Locaboo, kind: str) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.fail(kind, times=3)
    with pytest.raises((Garbled, Unavailable)):
        client.read(MARCH)


def test_b_c23_a_read_is_tried_again_after_a_server_error(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.fail("status", "booking_list", times=2)
    assert len(client.read(MARCH).bookings) == 1
    assert [call.status for call in hall.calls("booking_list")] == [500, 500, 200]


def test_b_c23_a_key_that_is_revoked_in_the_middle_stops_the_reading(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    client.resources()
    hall.revoke_key()
    with pytest.raises(Misconfigured):
        client.read(MARCH)
    assert len(hall.calls("booking_list")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"timezone": "Europe/Nowhere"},
        {"options": {"window_days": 0}},
        {"options": {"page_size": "many"}},
        {"options": {"status_map": {"Live": "yes"}}},
        {"options": {"status_map": ["Live"]}},
    ],
)
def test_settings_that_cannot_work_are_told_at_once(sandbox: Server, changed: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured):
        locaboo.connect(settings_for(sandbox.url, {"api_secret_key": KEY}, **changed))


def test_a_missing_key_is_told_at_once(sandbox: Server) -> None:
    with pytest.raises(Misconfigured):
        locaboo.connect(settings_for(sandbox.url, {}))


def test_there_are_no_messages(client: Locaboo) -> None:
    with pytest.raises(NotReleased):
        client.message("1")
    with pytest.raises(NotReleased):
        client.acknowledge("1")


# --------------------------------------------------------------------------------- one booking


def test_a_booking_that_is_not_there_is_none(hall: LocabooSandbox, client: Locaboo) -> None:
    booking = hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.delete(booking)
    assert client.booking("71", str(booking)) is None


def test_a_404_of_a_web_server_is_not_the_vendors_word(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.fail("status", status=404)
    with pytest.raises(Garbled):
        client.booking("71", "9001")


@pytest.mark.parametrize(
    ("status", "error"), [(400, Refused), (410, Refused), (500, Unavailable), (503, Unavailable)]
)
def test_another_failure_is_not_the_absence_of_a_booking(
    hall: LocabooSandbox, client: Locaboo, status: int, error: type[Exception]
) -> None:
    hall.fail("status", times=3, status=status, body='{"success": false}')
    with pytest.raises(error):
        client.booking("71", "9001")


@pytest.mark.parametrize("data", [[], {}, [row()], row(9002), row(resources=None), holding({"id": 1})[0]])
def test_an_answer_about_anything_else_is_not_the_absence_of_a_booking(
    hall: LocabooSandbox, client: Locaboo, data: Any
) -> None:
    says(hall, data, "booking/9001")
    with pytest.raises(Garbled):
        client.booking("71", "9001")


def test_the_detail_is_the_same_record_as_the_row_of_the_list(hall: LocabooSandbox, client: Locaboo) -> None:
    for title in ("even", "odd"):
        hall.book(
            71,
            "2026-03-10 09:00",
            "2026-03-12 11:00",
            4711,
            title,
            custom_fields={70: {3: "11"}},
            inventory={13: 2},
        )
    listed = client.read(MARCH).bookings
    assert [client.booking("71", each.ref) for each in listed] == list(listed)
    assert listed[0].raw["custom_fields"]["70"]["mf_3"]["value"] == "11"


# --------------------------------------------------------------------------------- rows


def test_b_c3_a_list_and_a_map_are_the_same(hall: LocabooSandbox, client: Locaboo) -> None:
    as_map = row(resources={"0": row()["resources"][0]}, custom_fields=[])
    as_list = holding(*row()["resources"][0]["instances"].values())[0]
    says(hall, [as_map])
    first = client.read(MARCH).bookings
    says(hall, [as_list])
    assert client.read(MARCH).bookings == first
    assert len(first[0].occurrences) == 1


@pytest.mark.parametrize("empty", [[], {}])
def test_b_c3_no_instances_are_none_in_either_form(hall: LocabooSandbox, client: Locaboo, empty: Any) -> None:
    says(hall, [row(resources=[{"resource_id": 70, "instances": empty}])])
    (booking,) = client.read(MARCH).bookings
    assert booking.occurrences == ()


@pytest.mark.parametrize("silent", [{"resource_id": 70}, {"resource_id": 70, "instances": None}, "70"])
def test_b_c3_instances_that_are_not_told_are_not_none(
    hall: LocabooSandbox, client: Locaboo, silent: Any
) -> None:
    says(hall, [row(resources=[silent])])
    reading = client.read(MARCH)
    assert reading.bookings == ()
    assert [(each.kind, each.ref) for each in reading.rejected] == [("booking", "9001")]


@pytest.mark.parametrize(
    ("said", "ref"),
    [("4711", "4711"), (4711, "4711"), (" 04711", "4711"), ("", ""), ("0", ""), (0, ""), (None, "")],
)
def test_b_c4_ids_are_numbers_in_any_form(hall: LocabooSandbox, client: Locaboo, said: Any, ref: str) -> None:
    says(hall, [row("9001", customer_id=said)])
    (booking,) = client.read(MARCH).bookings
    assert (booking.ref, booking.customer_ref) == ("9001", ref)


@pytest.mark.parametrize(
    "bad",
    ["text", None, {}, row(None), row("x"), row(True), row(0), row(resources="x"), row(customer_id="x")],
)
def test_b_c5_a_bad_booking_rejects_itself_alone(hall: LocabooSandbox, client: Locaboo, bad: Any) -> None:
    says(hall, [row(9001), bad, row(9003)])
    reading = client.read(MARCH)
    assert [booking.ref for booking in reading.bookings] == ["9001", "9003"]
    assert [each.kind for each in reading.rejected] == ["booking"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "10.03.2026 09:00"},
        {"from": "2026-03-10 09:00:00"},
        {"from": "2026-03-10T09:00"},
        {"from": "2026-3-10 09:00"},
        {"from": "2026-02-30 09:00"},
        {"to": "2026-03-10 24:00"},
        {"to": "٢026-03-10 11:00"},
        {"to": None},
        {"from": 1773129600},
        {"resource_id": None},
        {"id": "x"},
        {"id": 0},
        {"status": "Pending"},
    ],
)
def test_b_c5_a_bad_instance_rejects_itself_alone(
    hall: LocabooSandbox, client: Locaboo, wrong: dict[str, Any]
) -> None:
    good = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, holding(good, {**good, "id": 502, **wrong}))
    reading = client.read(MARCH)
    assert [one.ref for one in reading.bookings[0].occurrences] == ["501"]
    assert [each.kind for each in reading.rejected] == ["occurrence"]


def test_b_c5_a_rejected_instance_is_named(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, holding({"id": 502, "resource_id": 71, "from": "?", "to": "?"}))
    (rejected,) = client.read(MARCH).rejected
    assert rejected.ref == "502"
    assert rejected.raw["booking_id"] == "9001"


def test_b_c5_a_nameless_row_has_the_same_name_each_time(hall: LocabooSandbox, client: Locaboo) -> None:
    refs = set()
    for _ in range(2):
        says(hall, [row(None), row(None, title="other")])
        refs |= {each.ref for each in client.read(MARCH).rejected}
    assert len(refs) == 2


def test_an_instance_without_its_own_id_has_the_one_it_is_listed_under(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    one = {"resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, [row(resources=[{"resource_id": 70, "instances": {"77": one}}])])
    assert client.read(MARCH).bookings[0].occurrences[0].ref == "77"


def test_two_instances_of_one_id_are_not_guessed_at(hall: LocabooSandbox, client: Locaboo) -> None:
    one = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, holding(one, one, {**one, "resource_id": 72}))
    reading = client.read(MARCH)
    assert len(reading.bookings[0].occurrences) == 1
    assert len(reading.rejected) == 1


def test_a_booking_in_two_rows_is_one_with_the_occurrences_of_both(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    other = {"id": 502, "resource_id": 72, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, [row(), *holding(other)])
    (booking,) = client.read(MARCH).bookings
    assert [one.resource_ref for one in booking.occurrences] == ["71", "72"]


def test_an_occurrence_is_of_the_part_or_the_whole_that_it_names(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    booking = hall.book(70, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.extend(booking, 72, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.extend(booking, 80, "2026-03-10 09:00", "2026-03-10 11:00")
    (found,) = client.read(MARCH).bookings
    assert [one.resource_ref for one in found.occurrences] == ["70", "72", "80"]


def test_b_c17_what_is_not_told_is_not_missed(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [row()])
    (booking,) = client.read(MARCH).bookings
    assert (booking.title, booking.comment, booking.customer_ref, booking.people) == ("", "", "", None)


@pytest.mark.parametrize(("persons", "people"), [([], None), ([5, 6], 2), ("x", None), (None, None)])
def test_people_are_counted_where_they_are_listed(
    hall: LocabooSandbox, client: Locaboo, persons: Any, people: int | None
) -> None:
    says(hall, [row(persons=persons)])
    assert client.read(MARCH).bookings[0].people == people


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Live", BookingStatus.CONFIRMED),
        ("completed", BookingStatus.CONFIRMED),
        ("Complete", BookingStatus.CONFIRMED),
        ("Pending", BookingStatus.PENDING),
        ("DRAFT", BookingStatus.PENDING),
        ("Cancelled", BookingStatus.CANCELLED),
        ("Cancel", BookingStatus.CANCELLED),
        ("Storniert", BookingStatus.UNKNOWN),
        ("", BookingStatus.UNKNOWN),
        (None, BookingStatus.UNKNOWN),
        ({"id": 1}, BookingStatus.UNKNOWN),
    ],
)
def test_a_status_that_is_told_is_obeyed(
    hall: LocabooSandbox, client: Locaboo, said: Any, means: BookingStatus
) -> None:
    says(hall, [row(status=said)])
    assert client.read(MARCH).bookings[0].status is means


def test_a_booking_without_a_status_is_confirmed(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [row(payment_status="offen")])
    (booking,) = client.read(MARCH).bookings
    assert (booking.status, booking.status_text) == (BookingStatus.CONFIRMED, "")


def test_an_account_may_say_what_a_status_means(
    hall: LocabooSandbox, connect: Callable[..., Locaboo]
) -> None:
    says(hall, [row(status="Storniert"), row(2, status="Draft")])
    client = connect(status_map={"storniert": "cancelled", "Draft": "confirmed"})
    first, second = client.read(MARCH).bookings
    assert (first.status, second.status) == (BookingStatus.CANCELLED, BookingStatus.CONFIRMED)


def test_an_instance_that_is_cancelled_by_itself_is_left_out(hall: LocabooSandbox, client: Locaboo) -> None:
    one = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, holding({**one, "status": "Cancelled"}))
    reading = client.read(MARCH)
    assert reading.bookings[0].occurrences == reading.rejected == ()


def test_text_that_no_database_holds_is_made_harmless(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [row(title="a\0b\ud83d", comments=["x"])])
    (booking,) = client.read(MARCH).bookings
    assert (booking.title, booking.comment) == ("ab?", "")


# --------------------------------------------------------------------------------- windows


def test_b_c9_windows_share_a_day_and_cover_the_span(connect: Callable[..., Locaboo]) -> None:
    windows = list(connect(window_days=31).windows(["71"], date(2026, 3, 7), date(2026, 5, 8)))
    assert [(each.first, each.last) for each in windows] == [
        (date(2026, 3, 7), date(2026, 4, 6)),
        (date(2026, 4, 6), date(2026, 5, 6)),
        (date(2026, 5, 6), date(2026, 5, 8)),
    ]
    assert {each.resource_ref for each in windows} == {""}


def test_b_c9_the_nearest_window_comes_first(connect: Callable[..., Locaboo]) -> None:
    windows = list(connect(window_days=10).windows([], date(2026, 1, 1), date(2026, 4, 1)))
    assert windows[0].first <= date(2026, 3, 9) <= windows[0].last
    assert windows[-1].first == date(2026, 1, 1)


@pytest.mark.parametrize(("days", "count"), [(1, 4), (2, 3), (3, 2), (4, 1), (400, 1)])
def test_b_c9_windows_of_any_length_come_to_an_end(
    connect: Callable[..., Locaboo], days: int, count: int
) -> None:
    windows = list(connect(window_days=days).windows([], date(2026, 3, 9), date(2026, 3, 12)))
    assert len(windows) == count
    assert max(each.last for each in windows) == date(2026, 3, 12)


def test_b_c9_details_and_dates_are_always_asked_for(hall: LocabooSandbox, client: Locaboo) -> None:
    client.read(MARCH)
    (call,) = hall.calls("booking_list")
    del call.query["api_secret_key"]
    assert call.query == {
        "date_from": "2026-03-09",
        "date_to": "2026-03-31",
        "show_details": "true",
        "limit": "500",
        "offset": "0",
    }


@pytest.mark.parametrize(
    ("semantics", "seen"),
    [("overlap", {"501", "502", "503"}), ("start", set()), ("instance", {"502"})],
)
def test_b_s4_a_reading_holds_for_every_meaning_of_a_window(
    hall: LocabooSandbox, client: Locaboo, semantics: str, seen: set[str]
) -> None:
    booking = hall.book(71, "2026-03-09 18:00", "2026-03-11 18:00")
    hall.switch["window"] = semantics
    reading = client.read(Window("", date(2026, 3, 10), date(2026, 3, 10)))
    assert {one.ref for each in reading.bookings for one in each.occurrences} == seen
    told = client.booking("71", str(booking))
    assert told is not None
    assert {one.ref for one in told.occurrences} == {"501", "502", "503"}


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("unknown_keys", True),
        ("shuffle", True),
        ("nasty_text", True),
        ("status_key", "status"),
        ("status_key", "booking_status"),
        ("total", "page"),
        ("paging", "ignored"),
        ("paging", "capped"),
        ("cap", 0),
        ("free_text_fields", "inside"),
        ("free_text_fields", "none"),
        ("as_documented", True),
        ("window", "start"),
        ("window", "instance"),
    ],
)
def test_every_position_of_a_switch_tells_the_same_bookings(
    hall: LocabooSandbox, client: Locaboo, switch: str, value: Any
) -> None:
    for hour in (9, 11, 13):
        hall.book(71, f"2026-03-10 {hour:02}:00", f"2026-03-10 {hour + 2}:00", 4711)
    hall.switch[switch] = value
    reading = client.read(MARCH)
    assert sorted(each.ref for each in reading.bookings) == ["9001", "9002", "9003"]
    assert all(each.status is BookingStatus.CONFIRMED for each in reading.bookings)
    assert reading.rejected == ()
    assert len(client.resources().records) == 4


@pytest.mark.parametrize("listed", [("Live",), ("Live", "Cancelled", "Pending", "Draft", "Completed")])
@pytest.mark.parametrize("detail", ["404", "200"])
def test_a_cancelled_booking_is_absent_or_says_so(
    hall: LocabooSandbox, client: Locaboo, listed: tuple[str, ...], detail: str
) -> None:
    hall.switch |= {"listed": listed, "unlisted_detail": detail, "status_key": "status"}
    hall.cancel(hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00"))
    told = [*client.read(MARCH).bookings, *filter(None, [client.booking("71", "9001")])]
    assert all(each.status is BookingStatus.CANCELLED for each in told)
    assert len(told) == (2 if len(listed) > 1 else int(detail == "200"))


@pytest.mark.parametrize("renumber", [True, False])
def test_a_moved_instance_is_told_with_its_id_of_now(
    hall: LocabooSandbox, client: Locaboo, renumber: bool
) -> None:
    hall.switch["renumber"] = renumber
    booking = hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.move(booking, 501, "2026-03-11 09:00", "2026-03-11 11:00", 72)
    (one,) = client.read(MARCH).bookings[0].occurrences
    assert (one.ref, one.resource_ref) == ("502" if renumber else "501", "72")
    assert one.starts_at == datetime(2026, 3, 11, 8, tzinfo=UTC)


def test_b_c19_no_read_ever_writes(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    client.resources(), client.customers(), client.read(MARCH), client.booking("71", "9001")
    assert not hall.calls("booking_save")
    assert not hall.calls("POST")


# --------------------------------------------------------------------------------- resources, customers


def test_b_c15_resources_come_before_their_parts(client: Locaboo) -> None:
    records = client.resources().records
    assert [(each.ref, each.kind, each.parent_ref) for each in records] == [
        ("70", "room", ""),
        ("80", "room", ""),
        ("71", "part", "70"),
        ("72", "part", "70"),
    ]


def test_commas_too_many_are_forgiven_in_the_resource_list_alone(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    sloppy = '{"data": [{"id": "70", "title": "A,] \\" ,}", "parts": [],},], "success": true,}'
    hall.fail("body", times=2, body=sloppy)
    assert [each.title for each in client.resources().records] == ['A,] " ,}']
    with pytest.raises(Garbled):
        client.customers()


@pytest.mark.parametrize("body", ['{"data": [,], "success": true', '{"data": [1,,], "success": true}'])
def test_nothing_but_commas_is_forgiven(hall: LocabooSandbox, client: Locaboo, body: str) -> None:
    hall.fail("body", body=body)
    with pytest.raises(Garbled):
        client.resources()


def test_a_bad_resource_or_part_rejects_itself_alone(hall: LocabooSandbox, client: Locaboo) -> None:
    rows = [
        {"id": 70, "parts": {"0": {"id": "71"}, "1": {"title": "x"}}},
        {"title": "y"},
        {"id": 90, "parts": "z"},
        {"id": 80, "parts": None},
    ]
    says(hall, rows, "resource_list")
    listing = client.resources()
    assert [each.ref for each in listing.records] == ["70", "80", "71"]
    assert [each.kind for each in listing.rejected] == ["resource"] * 3


def test_b_c18_customers_are_found_by_the_id_that_bookings_name(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", 4711)
    (customer,) = client.customers().records
    assert client.read(MARCH).bookings[0].customer_ref == customer.ref
    assert (customer.name, customer.company, customer.email) == (
        "Ida Kern",
        "Verein e.V.",
        "ida@example.test",
    )


def test_b_c18_a_customer_needs_no_e_mail_and_no_name(hall: LocabooSandbox, client: Locaboo) -> None:
    says(
        hall, [{"id": 1, "email": None, "show_name": "Verein"}, {"email": "x@example.test"}], "customer_list"
    )
    listing = client.customers()
    assert [(each.ref, each.name, each.email) for each in listing.records] == [("1", "Verein", "")]
    assert [each.kind for each in listing.rejected] == ["customer"]


def test_b_c22_customers_that_are_promised_and_not_told_are_missed(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    hall.fail("body", "customer_list", times=2, body='{"data": [{"id": 1}], "total": 2, "success": true}')
    with pytest.raises(Garbled):
        client.customers()


def test_b_c22_other_totals_are_not_believed(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [{"id": 70, "parts": []}], "resource_list", total=16)
    assert len(client.resources().records) == 1
