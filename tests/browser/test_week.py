"""A person drags the vendor's side on the sandbox's page, and Latchkey follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.models import Occurrence
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_desk import shot
from tests.story.channels import HALL, LAB, channels
from tests.story.conftest import berlin

__all__ = ["channels"]
HOUR = 40  # pixels of an hour


@pytest.fixture
def week(chromium, channels):
    """Open a vendor's week in a window; at the end nothing went wrong in the browser."""
    opened = []

    def at(vendor="google_calendar", size=DESKTOP, **more):
        context = chromium.new_context(viewport=size, **more)
        visitor = Visitor(context.new_page(), channels.server.url)
        visitor.go(f"/play/{vendor}")
        opened.append((context, visitor))
        return visitor

    yield at
    for context, visitor in opened:
        context.close()
        assert (visitor.errors, visitor.strangers) == ([], [])


def drag(page, piece, *, days=0, hours=0.0, onto=None, edge=False):
    """With the mouse, in steps, as a hand does."""
    part = page.locator(".grid .piece", has_text=piece).first
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    day = page.locator(".time").first.bounding_box()["width"]
    x, y = box["x"] + 10, box["y"] + (box["height"] - 3 if edge else 8)
    page.mouse.move(x, y)
    page.mouse.down()
    to = (x + days * day, y + hours * HOUR)
    if onto:
        name = page.get_by_role("button", name=onto, exact=True).bounding_box()
        to = (name["x"] + 5, name["y"] + 5)
    page.mouse.move(*to, steps=8)
    page.mouse.up()
    page.wait_for_selector(".said")


def booked(number):
    return Occurrence.objects.get(booking__ref=str(number)).starts_at


@pytest.fixture
def game(channels):
    """A widget's booking of tomorrow at two, with its event in the laboratory's calendar."""
    number = channels.lockme.book(1398, "2026-03-10", "14:00:00", source="widget", name="Ida", surname="Kern")
    channels.lockme.pay(number)
    channels.sync()
    assert len(channels.events()) == 1
    return number


def test_an_event_that_is_dragged_moves_its_booking(channels, week, game):
    page = week().page
    drag(page, "Ida Kern", days=1, hours=2.5)
    shot(page, "week")
    channels.sync()
    channels.sync()
    assert booked(game) == berlin("16:30", "2026-03-11")
    assert channels.taken("16:30", "2026-03-11")
    assert not channels.taken("14:00", "2026-03-10")


def test_an_event_gets_longer_by_its_lower_edge(channels, week):
    event = channels.google.put_event(LAB, "Cleaning", "2026-03-10 10:00", "2026-03-10 11:00")
    page = week().page
    drag(page, "Cleaning", hours=1, edge=True)
    (found,) = channels.events()
    assert (found["id"], found["end"]["dateTime"][:16]) == (event, "2026-03-10T12:00")


def test_an_event_is_dropped_on_the_name_of_another_calendar_and_back(channels, week):
    channels.google.put_event(LAB, "Cleaning", "2026-03-10 10:00", "2026-03-10 11:00")
    page = week().page
    drag(page, "Cleaning", onto="Hall")
    assert (len(channels.events(LAB)), len(channels.events(HALL))) == (0, 1)
    drag(page, "Cleaning", onto="Laboratory")
    assert (len(channels.events(LAB)), len(channels.events(HALL))) == (1, 0)


def test_days_of_a_series_move_this_and_following(channels, week):
    rule = ["RRULE:FREQ=DAILY;COUNT=4"]
    channels.google.put_event(LAB, "Early", "2026-03-10 10:00", "2026-03-10 11:00", recurrence=rule)
    page = week().page
    page.select_option("select[name=which]", "following")
    page.locator(".time").nth(2).locator(".piece").click()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector(".said")
    starts = [event["start"]["dateTime"][11:16] for event in channels.events()]
    assert starts == ["10:00", "10:30", "10:30", "10:30"]


def test_by_touch_it_is_picked_and_put_down(channels, week):
    day = {"start": "2026-03-09", "end": "2026-03-10"}
    channels.google.put_event(LAB, "Closed", day["start"], day["end"])
    visitor = week(size=PHONE, has_touch=True, is_mobile=True)
    page = visitor.page
    page.get_by_role("button", name="Closed").tap()
    shot(page, "week-390")
    page.locator(".head").nth(2).tap()
    page.wait_for_selector(".said")
    assert visitor.overhang <= 0
    assert channels.events()[0]["start"]["date"] == "2026-03-10"


def test_a_game_is_dragged_into_another_hour_at_its_own_vendor(channels, week, game):
    drag(week("lockme").page, "Ida Kern", hours=2)
    channels.sync("lockme")
    assert booked(game) == berlin("16:00", "2026-03-10")


def test_a_hall_is_dragged_to_another_day_and_made_longer(channels, week):
    booking = channels.locaboo.book(80, "2026-03-10 10:00", "2026-03-10 12:00", 4711, "Choir")
    page = week("locaboo").page
    drag(page, "Choir", days=2)
    drag(page, "Choir", hours=1, edge=True)
    (one,) = channels.locaboo.store.bookings[booking].instances
    assert (one.starts.day, one.ends - one.starts) == (12, timedelta(hours=3))


def test_the_page_lets_no_script_in_but_its_own(channels, week):
    channels.google.put_event(LAB, "<img src=x onerror=alert(1)>", "2026-03-10 10:00", "2026-03-10 11:00")
    page = week().page
    assert page.locator(".grid img").count() == 0
    assert page.locator(".grid .piece").inner_text() == "<img src=x onerror=alert(1)>"
    answer = page.goto(page.url)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
