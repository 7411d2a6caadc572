"""booking_save without a good answer: asked once, looked for, and in doubt unless it is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.errors import VendorError
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import SaveOrder, SaveStatus, Verdict
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import ends, left
from tests.integrations.locaboo.orders import ELEVEN, NEW, NINE, SAVE


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status", "truncate"])
@pytest.mark.parametrize("change", [False, True])
def test_b_c19_a_save_is_tried_once_whatever_comes_of_it(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder, kind: str, *, change: bool
) -> None:
    hall.fail(kind, SAVE, times=2)
    client.save_booking(booked if change else replace(NEW, resource_ref="80"))
    assert left(hall) == [1]


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
def test_b_c19_a_change_without_an_answer_that_is_seen_is_done(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder, kind: str
) -> None:
    hall.fail(kind, SAVE)
    written = client.save_booking(booked)
    assert (ends(written), written.ref) == ((Verdict.DONE, True), booked.ref)


def test_b_c19_a_change_that_never_arrived_is_in_doubt_with_what_was_seen(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    hall.fail("drop_before", SAVE)
    written = client.save_booking(booked)
    assert (written.verdict, written.booking) == (Verdict.IN_DOUBT, client.booking("71", booked.ref))
    assert "look at Locaboo before it is written again" in written.text


def test_b_c19_a_change_that_was_no_change_cannot_be_seen(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    hall.fail("drop_before", SAVE)
    written = client.save_booking(replace(booked, starts_at=NINE, ends_at=ELEVEN))
    assert written.verdict is Verdict.IN_DOUBT


@pytest.mark.parametrize(
    ("kind", "verdict"), [("drop_after", Verdict.DONE), ("drop_before", Verdict.IN_DOUBT)]
)
def test_b_c19_a_cancel_without_an_answer_is_done_when_it_is_seen(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder, kind: str, verdict: Verdict
) -> None:
    hall.fail(kind, SAVE)
    assert client.save_booking(replace(booked, status=SaveStatus.CANCEL)).verdict is verdict


@pytest.mark.parametrize(("kind", "candidates"), [("drop_after", ("9001",)), ("drop_before", ())])
def test_b_c19_a_new_booking_without_an_answer_is_looked_for_and_stays_in_doubt(
    hall: LocabooSandbox, client: Locaboo, kind: str, candidates: tuple[str, ...]
) -> None:
    hall.fail(kind, SAVE)
    written = client.save_booking(NEW)
    assert (written.verdict, written.candidates) == (Verdict.IN_DOUBT, candidates)


def test_a_save_that_cannot_be_read_back_is_in_doubt(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.fail("status", "/booking/", times=3)
    written = client.save_booking(NEW)
    assert (written.verdict, written.ref) == (Verdict.IN_DOUBT, "9001")


def test_a_booking_that_cannot_be_read_before_is_not_written(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    hall.fail("body", "/booking/", body="<html>")
    with pytest.raises(VendorError):
        client.save_booking(booked)
    assert hall.calls(SAVE) == []
