"""The sandbox Lock.me tells of what changed: messages, and webhooks until they are marked read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest

from integrations.sandbox.lockme import LockmeSandbox
from integrations.vendors.lockme import Lockme

SLOT = (1398, "2026-03-10", "16:30")


class Ear:
    """A receiver of webhooks: what came, and the URL it came to."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body, method, path = self.rfile.read(size), self.command, self.path
                ear.heard.append(
                    {"method": method, "path": path, "body": body, "headers": dict(self.headers)}
                )
                self.send_response(200)
                self.end_headers()

            do_GET = do_POST  # noqa: N815 the library's name

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/abc/?s=1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def ids(self) -> list[int]:
        return [int(each["headers"]["X-MessageId"]) for each in self.heard]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def ear(shop: LockmeSandbox) -> Iterator[Ear]:
    """Somebody who listens to all departments; webhooks go out when the test says so."""
    ear = Ear()
    shop.switch["delivery"] = "by hand"
    shop.subscribe(ear.url)
    yield ear
    shop.unsubscribe(ear.url)
    ear.stop()


def actions(shop: LockmeSandbox) -> list[str]:
    return [each.action for each in shop.postbox.messages.values()]


# ------------------------------------------------------------------------------------------- messages


def test_7_no_11_everything_that_changes_makes_a_message(shop: LockmeSandbox) -> None:
    number = shop.book(*SLOT)
    shop.pay(number)
    shop.edit(number, comment="late")
    shop.move(number, 1399, "2026-03-11", "18:00")
    shop.cancel(number)
    shop.send_test()
    assert actions(shop) == ["add", "edit", "edit", "edit", "delete", "test"]


def test_7_no_11_a_message_keeps_the_booking_as_it_was(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(*SLOT, name="Ewa")
    shop.edit(number, name="Anna")
    first = min(shop.postbox.messages)
    assert [client.message(str(ref)).raw["data"]["name"] for ref in (first, first + 1)] == ["Ewa", "Anna"]


def test_a_move_says_where_it_was(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(*SLOT)
    shop.move(number, None, "2026-03-11", "18:00")
    raw = client.message(str(max(shop.postbox.messages))).raw
    assert (raw["action"], raw["reservationid"], raw["roomid"]) == ("edit", number, 1398)
    data = raw["data"]
    assert (data["date"], data["hour"]) == ("2026-03-11", "18:00:00")
    assert (data["from_date"], data["from_hour"]) == ("2026-03-10", "16:30:00")


def test_what_the_api_changes_is_told_unless_the_switch_is_off(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(*SLOT)
    for echo, expected in ((False, ["add"]), (True, ["add", "edit"])):
        shop.switch["echo"] = echo
        path = f"/room/1398/reservation/{number}"
        client._line.send("POST", path, json={"extid": f"bk-{echo}"})
        assert actions(shop) == expected


# ----------------------------------------------------------------------------------------------- carts


def test_7_no_12_a_cart_is_emptied_after_20_minutes_and_that_is_told(shop: LockmeSandbox) -> None:
    number = shop.book(*SLOT)
    shop.clock.move(timedelta(minutes=19, seconds=59))
    shop.tick()
    assert number in shop.store.reservations
    shop.clock.move(timedelta(seconds=1))
    shop.tick()
    assert (actions(shop), shop.taken(*SLOT)) == (["add", "delete"], False)


def test_a_cart_is_emptied_when_somebody_looks(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(*SLOT)
    shop.clock.move(timedelta(minutes=20))
    assert client.booking("1398", str(number)) is None


@pytest.mark.parametrize("how", ["paid", "panel", "widget"])
def test_what_is_paid_or_not_of_the_marketplace_stays(shop: LockmeSandbox, how: str) -> None:
    number = shop.book(*SLOT, source="web" if how == "paid" else how)
    if how == "paid":
        shop.pay(number)
    shop.clock.move(timedelta(days=1))
    shop.tick()
    assert number in shop.store.reservations


# -------------------------------------------------------------------------------------------- webhooks


def test_7_no_11_a_webhook_is_a_header_and_no_body_and_its_query_survives(
    shop: LockmeSandbox, ear: Ear
) -> None:
    shop.book(*SLOT)
    assert shop.deliver_due() == 1
    (heard,) = ear.heard
    assert (heard["method"], heard["path"], heard["body"]) == ("POST", "/hooks/abc/?s=1", b"")
    assert heard["headers"]["User-Agent"] == "LockMe/1.0"
    assert heard["headers"]["X-MessageId"] == str(min(shop.postbox.messages))


def test_a_webhook_may_be_a_get(shop: LockmeSandbox, ear: Ear) -> None:
    shop.switch["hook_method"] = "GET"
    shop.book(*SLOT)
    shop.deliver_due()
    assert ear.heard[0]["method"] == "GET"


def test_7_no_11_a_webhook_is_sent_again_ever_later_for_24_hours(shop: LockmeSandbox, ear: Ear) -> None:
    shop.send_test()
    start, sent = shop.clock.now(), []
    for minute in range(30 * 60):
        shop.clock.set(start + timedelta(minutes=minute))
        if shop.deliver_due():
            sent.append(minute)
    pauses = [later - earlier for earlier, later in pairwise(sent)]
    assert pauses == sorted(set(pauses))
    assert len(sent) > 5
    assert 12 * 60 < sent[-1] <= 24 * 60


def test_what_is_marked_read_is_not_sent_again(shop: LockmeSandbox, ear: Ear, client: Lockme) -> None:
    ref = shop.send_test()
    shop.deliver_due()
    client.acknowledge(str(ref))
    shop.clock.move(timedelta(hours=3))
    assert shop.deliver_due() == 0
    assert client.message(str(ref)).action == "test"


def test_a_receiver_that_is_down_is_asked_again(shop: LockmeSandbox) -> None:
    shop.switch["delivery"] = "by hand"
    shop.subscribe("http://127.0.0.1:1/hooks/abc/")
    shop.send_test()
    shop.deliver_due()
    shop.clock.move(timedelta(minutes=1))
    shop.deliver_due()
    assert [each.status for each in shop.deliveries] == [0, 0]


def test_a_webhook_hears_of_its_own_department_and_of_what_comes_after_it(
    shop: LockmeSandbox, ear: Ear
) -> None:
    shop.unsubscribe(ear.url)
    shop.send_test(1398)
    shop.subscribe(ear.url, "Harbour")
    shop.add_room(2133, "Smugglers", "Harbour")
    shop.send_test(1399)
    wanted = shop.send_test(2133)
    shop.deliver_due()
    assert ear.ids == [wanted]


def test_7_no_12_webhooks_may_be_late_doubled_and_out_of_order(shop: LockmeSandbox, ear: Ear) -> None:
    shop.switch.update(delay=90, duplicates=1, reorder=True)
    one, two = shop.send_test(), shop.send_test()
    assert shop.deliver_due() == 0
    shop.clock.move(timedelta(seconds=90))
    shop.deliver_due()
    assert ear.ids == [two, two, one, one]


def test_a_webhook_may_come_before_the_change_returns(shop: LockmeSandbox, ear: Ear) -> None:
    shop.switch["delivery"] = "now"
    ref = shop.send_test()
    assert ear.ids == [ref]


def test_a_webhook_comes_by_itself_and_again_until_it_is_read(
    shop: LockmeSandbox, ear: Ear, client: Lockme
) -> None:
    shop.switch["delivery"] = "thread"
    ref = shop.send_test()
    _wait(lambda: len(ear.ids) == 1)
    shop.clock.move(timedelta(minutes=1))
    _wait(lambda: ear.ids == [ref, ref])
    client.acknowledge(str(ref))
    _wait(lambda: shop._thread is None)


def test_an_emptied_cart_is_told_by_itself(shop: LockmeSandbox, ear: Ear) -> None:
    shop.switch["delivery"] = "thread"
    shop.book(*SLOT)
    _wait(lambda: len(ear.ids) == 1)
    shop.clock.move(timedelta(minutes=20))
    _wait(lambda: len(set(ear.ids)) == 2)
    assert actions(shop)[-1] == "delete"


def _wait(done: Any) -> None:
    for _ in range(1500):
        if done():
            return
        time.sleep(0.02)
    pytest.fail("it did not happen within half a minute")
