"""The reads that nothing is mirrored from."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from integrations.errors import Garbled
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import says

DAY = date(2026, 3, 10)


def test_a_resource_is_told_or_none(client: Locaboo) -> None:
    found = client.catalogue.resource("70")
    assert found is not None
    assert found["title"] == "Halle"
    assert client.catalogue.resource("7") is None


@pytest.mark.parametrize("name", ["inventory", "services"])
def test_what_is_sold_along_is_told(client: Locaboo, name: str) -> None:
    (row,) = getattr(client.catalogue, name)()
    assert row["resources"]["70"] == "Halle"


def test_invoices_name_their_bookings(hall: LocabooSandbox, client: Locaboo) -> None:
    booking = hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    (invoice,) = client.catalogue.invoices()
    assert {row["booking_id"] for row in invoice["invoice_rows"]} == {booking}


def test_the_profile_has_a_language(client: Locaboo) -> None:
    assert client.catalogue.profile()["language"] == "de"


def test_an_event_is_found_by_the_id_in_the_list(client: Locaboo) -> None:
    (listed,) = client.catalogue.events(date(2026, 5, 1), date(2026, 5, 31))
    found = client.catalogue.event(str(listed["id"]))
    assert found is not None
    assert found["event_title"] == listed["event_title"]
    assert client.catalogue.event("7") is None


def test_an_event_as_broken_as_its_sample_is_not_believed(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.switch["as_documented"] = True
    with pytest.raises(Garbled):
        client.catalogue.event("1")


def test_b_c3_days_are_a_map_or_an_empty_list(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.book(72, "2026-03-10 00:00", "2026-03-10 23:59")
    free = client.catalogue.availability(["70"], DAY, DAY, duration=time(7))
    assert free == {"71": {DAY: [(time(8), time(15)), (time(15), time(22))]}, "72": {}}


@pytest.mark.parametrize(
    "row",
    [
        "71",
        {"resource_id": 71},
        {"resource_id": 71, "dates": {"10.03.2026": []}},
        {"resource_id": 71, "dates": {"2026-03-10": [{"time_from": "08:00"}]}},
        {"resource_id": 71, "dates": {"2026-03-10": [{"time_from": 8, "time_to": 9}]}},
    ],
)
def test_slots_that_cannot_be_read_are_not_guessed(hall: LocabooSandbox, client: Locaboo, row: Any) -> None:
    says(hall, [row], "availability")
    with pytest.raises(Garbled):
        client.catalogue.availability([], DAY, DAY)
