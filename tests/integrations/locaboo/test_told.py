"""What Locaboo tells staff of itself, as neutral values: custom fields, its owner, its events."""

from __future__ import annotations

from datetime import date, time

import pytest

from integrations.errors import Garbled
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import WithCatalogue
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import says

MAY = date(2026, 5, 1), date(2026, 5, 31)


def test_the_client_has_a_catalogue(client: Locaboo) -> None:
    assert isinstance(client, WithCatalogue)


@pytest.mark.parametrize("broken", [True, False])
def test_custom_fields_are_told_with_their_choices(
    hall: LocabooSandbox, client: Locaboo, broken: bool
) -> None:
    hall.switch["as_documented"] = broken
    seats, chair = client.catalogue.fields().records
    assert (seats.ref, seats.name, seats.kind, seats.options) == ("3", "Personen", "numeric", ())
    assert (chair.ref, chair.name, chair.options) == ("4", "Stuhl", ("A", "B"))


def test_custom_fields_of_newer_servers_stand_inside_of_each_resource(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    hall.switch["free_text_fields"] = "inside"
    (chair,) = client.catalogue.fields().records
    assert (chair.ref, chair.name, chair.options) == ("4", "Stuhl", ("A", "B"))


def test_a_field_that_cannot_be_read_rejects_itself_and_no_other(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    rows = [{"name": "no id"}, 7, {"id": "5", "name": "Beamer"}]
    says(hall, [], "resource_list", free_text_fields=rows)
    listing = client.catalogue.fields()
    assert [each.ref for each in listing.records] == ["5"]
    assert len(listing.rejected) == 2


def test_b_c25_the_owner_is_told_without_pictures(client: Locaboo) -> None:
    owner = client.catalogue.owner()
    assert owner["company_name"] == "Stadt Musterstadt"
    assert not any("logo" in name for name in owner)


def test_events_are_told_with_days_and_times(client: Locaboo) -> None:
    (found,) = client.catalogue.occasions(*MAY).records
    assert (found.title, found.first, found.last) == ("Sommerfest", date(2026, 5, 16), date(2026, 5, 17))
    assert (found.entrance, found.opens, found.closes) == (time(8, 30), time(9), time(17))


def test_an_event_names_its_bookings_and_documents(hall: LocabooSandbox, client: Locaboo) -> None:
    booking = hall.book(71, "2026-05-16 09:00", "2026-05-16 17:00")
    found = client.catalogue.occasion("1")
    assert found is not None
    assert found.booking_refs == (str(booking),)
    assert "Offer OFFER 1" in found.documents
    assert client.catalogue.occasion("7") is None


def test_an_event_without_a_day_rejects_itself_in_a_list_and_is_garbled_alone(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    says(hall, [{"id": 1, "date_from": "soon"}], "event_list")
    says(hall, [{"id": 1, "date_from": "soon"}], "event_details")
    assert len(client.catalogue.occasions(*MAY).rejected) == 1
    with pytest.raises(Garbled):
        client.catalogue.occasion("1")
