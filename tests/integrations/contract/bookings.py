"""The cases of a booking source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable, VendorError
from integrations.sandbox.server import Server
from integrations.sandbox.wire import Sandbox
from integrations.types import BookingRecord, BookingSource, Window
from tests.integrations.contract.trouble import (
    BODIES,
    NONSENSE,
    Quiet,
    fail,
    plain,
    reword,
    rewrite,
    with_strangers,
    without,
)

FAR = "https://vendor.test"  # never asked
DAY = timedelta(days=1)
DATES = st.dates(date(2025, 1, 1), date(2027, 12, 31))
LENGTHS = st.integers(-2, 100)
REFS = st.lists(st.integers(1, 9999).map(str), min_size=1, max_size=4, unique=True)


@dataclass(frozen=True, slots=True)
class Shop:
    """A stand-in with one booking of a known guest, and where that booking is."""

    standin: Sandbox
    resource_ref: str
    ref: str
    window: Window


class BookingSourceContract(Quiet):
    """Every booking source.

    `reads` are the reads that this vendor has, with what the address of each contains. `believable` are
    bodies that are right answers here. `optional` are keys that an answer may lack. `positions` are the
    switches of the stand-in under which the same bookings must be told.
    """

    reads: Mapping[str, str]
    believable: frozenset[tuple[str, str]] = frozenset()
    optional: frozenset[str]
    positions: Mapping[str, Sequence[Any]]
    unknown_ref: str

    def furnish(self, sandbox: Server) -> Shop:
        """Put rooms and the booking into the stand-in."""
        raise NotImplementedError

    def connect(self, base_url: str) -> BookingSource:
        """A client of the account whose vendors are served below this address."""
        raise NotImplementedError

    def rows(self, body: Any) -> list[Any]:
        """The rows in the body of an answer that lists."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Each read, each listing, and each position of a switch."""
        names = list(self.reads)
        if "read" in metafunc.fixturenames:
            metafunc.parametrize("read", names)
        if "listing" in metafunc.fixturenames:
            metafunc.parametrize("listing", [name for name in names if name != "booking"])
        if "position" in metafunc.fixturenames:
            positions = [(name, value) for name, values in self.positions.items() for value in values]
            metafunc.parametrize("position", positions, ids=str)

    @pytest.fixture
    def shop(self, sandbox: Server) -> Shop:
        return self.furnish(sandbox)

    @pytest.fixture
    def source(self, sandbox: Server, shop: Shop) -> BookingSource:
        return self.connect(sandbox.url)

    def ask(self, source: BookingSource, shop: Shop, read: str) -> Any:
        """One read of the source."""
        if read == "read":
            return source.read(shop.window)
        if read == "booking":
            return source.booking(shop.resource_ref, shop.ref)
        return getattr(source, read)()

    def told(self, source: BookingSource, shop: Shop, read: str) -> list[Any]:
        """The records that a read gives, without raw; nothing may be rejected."""
        answer = self.ask(source, shop, read)
        if read == "booking":
            return plain([answer])
        assert answer.rejected == ()
        return plain(answer.bookings if read == "read" else answer.records)

    # ------------------------------------------------------------------------------- what is told

    def test_it_is_a_booking_source(self, source):
        assert isinstance(source, BookingSource)

    def test_the_booking_is_told_with_its_room_and_span(self, source, shop):
        (listed,) = source.read(shop.window).bookings
        alone = source.booking(shop.resource_ref, shop.ref)
        assert isinstance(alone, BookingRecord)
        assert (alone.ref, alone.occurrences) == (listed.ref, listed.occurrences) != (shop.ref, ())
        assert {each.resource_ref for each in alone.occurrences} == {shop.resource_ref}

    def test_reading_twice_gives_equal_values(self, source, shop, read):
        assert self.ask(source, shop, read) == self.ask(source, shop, read)

    def test_a_room_of_the_booking_is_among_the_resources(self, source, shop):
        assert shop.resource_ref in {each.ref for each in source.resources().records}

    def test_only_an_answer_says_that_a_booking_does_not_exist(self, source, shop):
        assert source.booking(shop.resource_ref, self.unknown_ref) is None

    def test_calls_are_logged_by_their_path_alone(self, source, shop, read, caplog):
        self.ask(source, shop, read)
        assert "GET /" in caplog.text
        assert "?" not in caplog.text

    # ------------------------------------------------------------------------- what is no answer

    @pytest.mark.parametrize("body", BODIES)
    def test_an_answer_that_is_not_the_vendors_is_never_an_empty_one(self, source, shop, read, body):
        if (read, body) in self.believable:
            pytest.skip("a right answer of this vendor")
        shop.standin.fail("body", self.reads[read], times=99, body=BODIES[body])
        with self.raises(Garbled, Refused):
            self.ask(source, shop, read)

    def test_half_an_answer_is_no_answer(self, source, shop, read):
        shop.standin.fail("truncate", self.reads[read], times=99)
        with self.raises(Garbled):
            self.ask(source, shop, read)

    @pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
    def test_a_dropped_line_is_unavailable(self, source, shop, read, kind):
        shop.standin.fail(kind, self.reads[read], times=99)
        with self.raises(Unavailable):
            self.ask(source, shop, read)

    def test_a_line_that_is_too_slow_is_unavailable(self, source, shop, read, monkeypatch):
        monkeypatch.setattr("integrations.http.TIMEOUT", (2, 0.1))
        shop.standin.fail("slow", self.reads[read], times=99, seconds=0.3)
        with self.raises(Unavailable):
            self.ask(source, shop, read)

    def test_a_line_that_drops_once_is_asked_again(self, source, shop, read):
        shop.standin.fail("drop_before", self.reads[read])
        assert self.told(source, shop, read)

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_a_server_that_fails_is_unavailable(self, source, shop, read, status):
        shop.standin.fail("status", self.reads[read], times=99, status=status)
        with self.raises(Unavailable):
            self.ask(source, shop, read)

    def test_a_key_that_is_not_taken_stops_the_account_at_once(self, source, shop, read):
        said = '{"success": false, "message": "the key is not valid"}'
        shop.standin.fail("status", self.reads[read], times=99, status=401, body=said)
        with self.raises(Misconfigured):
            self.ask(source, shop, read)
        assert len(shop.standin.calls(self.reads[read])) <= 2
        assert len(shop.standin.journal) <= 3, "the call, one renewal of a token, the call again"

    @pytest.mark.parametrize("status", [201, 204, 302, 400, 404, 410, 418])
    def test_a_status_of_another_server_is_an_error(self, source, shop, read, status):
        shop.standin.fail("status", self.reads[read], times=99, status=status)
        with self.raises(Garbled, Refused):
            self.ask(source, shop, read)

    @pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
    @pytest.mark.parametrize("part", [1, 2])
    def test_a_failure_that_holds_a_guests_data_quotes_none(self, source, shop, read, status, part):
        rewrite(shop.standin, self.reads[read], lambda response: fail(response, status, part))
        with self.raises(VendorError):
            self.ask(source, shop, read)

    @pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
    def test_a_secret_that_the_vendor_repeats_is_masked(self, source, shop, read, status):
        shop.standin.fail("status", self.reads[read], times=99, status=status, body=self.echo())
        with self.raises(VendorError):
            self.ask(source, shop, read)

    # --------------------------------------------------------------------------- what is tolerated

    def test_unknown_keys_change_nothing(self, source, shop, read):
        before = self.told(source, shop, read)
        reword(shop.standin, self.reads[read], with_strangers)
        assert self.told(source, shop, read) == before

    def test_absent_keys_cost_neither_the_booking_nor_its_span(self, source, shop, read):
        before = self.told(source, shop, read)
        reword(shop.standin, self.reads[read], lambda body: without(body, self.optional))
        after = self.told(source, shop, read)
        assert [each.ref for each in after] == [each.ref for each in before]
        if read in {"read", "booking"}:
            assert [each.occurrences for each in after] == [each.occurrences for each in before]

    @pytest.mark.parametrize("bad", NONSENSE, ids=str)
    def test_a_bad_row_is_rejected_and_the_rest_is_read(self, source, shop, listing, bad):
        before = self.told(source, shop, listing)
        reword(shop.standin, self.reads[listing], lambda body: (self.rows(body).insert(0, bad), body)[1])
        answer = self.ask(source, shop, listing)
        assert len(answer.rejected) == 1
        assert plain(answer.bookings if listing == "read" else answer.records) == before

    def test_the_same_bookings_are_told_under_each_position_of_a_switch(self, source, shop, position):
        name, value = position
        before = [self.told(source, shop, read) for read in self.reads]
        assert shop.standin.switch[name] != value
        shop.standin.switch[name] = value
        assert [self.told(source, shop, read) for read in self.reads] == before

    def test_each_switch_is_turned(self, shop):
        self.all_are_turned(shop.standin)

    # ------------------------------------------------------------------------------------ windows

    def test_windows_cover_every_day_of_the_span_for_every_resource_and_no_other(self):
        source = self.connect(FAR)

        @given(DATES, LENGTHS, REFS)
        @settings(max_examples=50, deadline=None)
        def holds(first: date, length: int, refs: list[str]) -> None:
            windows = list(source.windows(refs, first, first + length * DAY))
            wanted = {(ref, first + n * DAY) for ref in refs for n in range(length + 1)}
            assert {pair for window in windows for pair in _covered(window, refs)} == wanted
            assert all(window.first <= window.last for window in windows)

        holds()


def _covered(window: Window, refs: Sequence[str]) -> set[tuple[str, date]]:
    days = range((window.last - window.first).days + 1)
    named = [window.resource_ref] if window.resource_ref else refs
    return {(ref, window.first + n * DAY) for ref in named for n in days}
