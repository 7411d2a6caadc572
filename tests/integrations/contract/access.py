"""The cases of an access provider. What opens is asked of the stand-in's locks, not of what anybody says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable, VendorError
from integrations.sandbox.server import Server
from integrations.sandbox.wire import Sandbox
from integrations.types import AccessProvider, CodeOrder, CodeRecord, Outcome
from tests.integrations.contract.trouble import (
    BODIES,
    NONSENSE,
    Quiet,
    plain,
    reword,
    with_strangers,
    without,
)

MINUTE = timedelta(minutes=1)


class AccessProviderContract(Quiet):
    """Every access provider.

    `asked` are the calls by which a way in is made and read back ("METHOD /path" contains them), `writes` is
    the one that makes it. `listings` are the fields of a Directory with their calls, `models` the lock models
    it is asked for. `believable` are bodies that are right answers here, `optional` are keys that an answer
    may lack, `positions` are the switches of the stand-in under which everything must work as well.
    """

    writes: str
    asked: Sequence[str]
    listings: Mapping[str, str]
    models: Sequence[str] = ()
    believable: frozenset[tuple[str, str]] = frozenset()
    optional: frozenset[str]
    positions: Mapping[str, Sequence[Any]]

    def furnish(self, sandbox: Server) -> Sandbox:
        """Put doors into the stand-in, and what `order` needs."""
        raise NotImplementedError

    def connect(self, base_url: str) -> AccessProvider:
        """A client of the account whose vendors are served below this address."""
        raise NotImplementedError

    def order(self, number: int = 1) -> CodeOrder:
        """A good order; other numbers are other guests'."""
        raise NotImplementedError

    def spans(self) -> Sequence[CodeOrder]:
        """Good orders in winter, in summer and around a change of clocks."""
        raise NotImplementedError

    def senseless(self) -> Sequence[CodeOrder]:
        """Orders of which the client alone can tell that they cannot be right."""
        raise NotImplementedError

    def refused(self) -> CodeOrder:
        """An order that only the vendor can refuse."""
        raise NotImplementedError

    def ways_in(self, standin: Any, order: CodeOrder) -> int:
        """How many ways in there are at the vendor for this order."""
        raise NotImplementedError

    def opens(self, standin: Any, order: CodeOrder, secret: str, instant: datetime) -> bool:
        """Whether the door of the order opens with the secret."""
        raise NotImplementedError

    def opens_another(self, standin: Any, secret: str, instant: datetime) -> bool:
        """Whether a door opens that no order is about."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Each call, each listing, each position of a switch."""
        if "call" in metafunc.fixturenames:
            metafunc.parametrize("call", self.asked)
        if "listing" in metafunc.fixturenames:
            metafunc.parametrize("listing", list(self.listings))
        if "position" in metafunc.fixturenames:
            positions = [(name, value) for name, values in self.positions.items() for value in values]
            metafunc.parametrize("position", positions, ids=str)

    @pytest.fixture
    def standin(self, sandbox: Server) -> Sandbox:
        return self.furnish(sandbox)

    @pytest.fixture
    def provider(self, sandbox: Server, standin: Sandbox) -> AccessProvider:
        return self.connect(sandbox.url)

    def issued(self, provider: AccessProvider, *orders: CodeOrder) -> list[Outcome]:
        """The ends of orders, as many in one call as the provider takes."""
        most = provider.limits.batch
        outcomes = [
            outcome for n in range(0, len(orders), most) for outcome in provider.issue(orders[n : n + most])
        ]
        self.private += tuple(one.record.secret for one in outcomes if one.record and one.record.secret)
        return outcomes

    def attempt(self, provider: AccessProvider, order: CodeOrder) -> CodeRecord | VendorError:
        """One order's end: what was made of it, or the error, whether told or raised."""
        try:
            (outcome,) = self.issued(provider, order)
        except VendorError as error:
            outcome = Outcome(order.key, error=error)
        if outcome.error:
            self.is_quiet([outcome.error.text, str(outcome.error), repr(outcome.error)])
        end = outcome.record or outcome.error
        assert end is not None
        return end

    def record(self, provider: AccessProvider, order: CodeOrder) -> CodeRecord:
        """What was made of an order that must turn out well."""
        end = self.attempt(provider, order)
        assert isinstance(end, CodeRecord)
        return end

    def is_one_way_in(self, standin: Sandbox, order: CodeOrder, record: CodeRecord) -> None:
        """Fail unless the record is of the one way in that there is, and it opens."""
        assert self.ways_in(standin, order) == 1
        assert self.opens(standin, order, record.secret, _middle(order))

    # ----------------------------------------------------------------------------------- ways in

    def test_it_is_an_access_provider(self, provider):
        assert isinstance(provider, AccessProvider)
        assert provider.limits.batch >= 1

    def test_issuing_twice_gives_one_way_in(self, provider, standin, sandbox):
        first = self.record(provider, self.order())
        again = self.record(provider, self.order())
        elsewhere = self.record(self.connect(sandbox.url), self.order())
        assert first == again == elsewhere
        self.is_one_way_in(standin, self.order(), first)

    def test_looking_tells_what_was_issued_where_it_can_be_read(self, provider, standin):
        assert provider.look([self.order()]) == [None]
        record = self.record(provider, self.order())
        assert provider.look([self.order()]) == [record if provider.limits.readable else None]

    @pytest.mark.parametrize("edge", ["starts_at", "ends_at"])
    def test_a_way_in_opens_its_door_in_its_window_and_at_no_other_minute(self, provider, standin, edge):
        for order in self.spans():
            secret = self.record(provider, order).secret
            around = [getattr(order, edge) + n * MINUTE for n in range(-130, 131, 2)]
            around += [getattr(order, edge) + n * MINUTE for n in (-1, 0, 1)]
            opening = [instant for instant in around if self.opens(standin, order, secret, instant)]
            assert opening == [instant for instant in around if order.starts_at <= instant < order.ends_at]
            assert not self.opens_another(standin, secret, _middle(order))

    def test_a_batch_with_bad_orders_delivers_the_good_ones(self, provider, standin):
        orders = [self.order(1), self.senseless()[0], self.order(2), self.refused(), self.order(3)]
        outcomes = self.issued(provider, *orders)
        assert [outcome.key for outcome in outcomes] == [order.key for order in orders]
        assert [isinstance(outcome.error, Refused) for outcome in outcomes] == [
            False,
            True,
            False,
            True,
            False,
        ]
        for order, outcome in zip(orders[::2], outcomes[::2], strict=True):
            self.is_one_way_in(standin, order, outcome.record)

    def test_a_senseless_order_is_refused_without_asking_the_vendor(self, provider, standin):
        for order in self.senseless():
            with self.raises(Refused):
                provider.check(order)
            assert isinstance(self.attempt(provider, order), Refused)
        assert standin.journal == []

    def test_a_good_order_is_checked_without_asking_the_vendor(self, provider, standin):
        provider.check(self.order())
        assert standin.journal == []

    def test_no_orders_make_no_call(self, provider, standin):
        assert [list(each([])) for each in (provider.issue, provider.look, provider.withdraw)] == [[], [], []]
        assert standin.journal == []

    def test_withdrawing_does_what_the_limits_promise(self, provider, standin):
        record = self.record(provider, self.order())
        for _ in range(2):
            (outcome,) = provider.withdraw([self.order()])
            assert outcome.key == self.order().key
            opens = self.opens(standin, self.order(), record.secret, _middle(self.order()))
            if provider.limits.revocable:
                assert outcome.record.confirmed
                assert not opens
            else:
                assert isinstance(outcome.error, Refused)
                assert opens

    def test_withdrawing_one_leaves_another_guests(self, provider, standin):
        for number in (1, 2):
            self.record(provider, self.order(number))
        provider.withdraw([self.order(1)])
        self.is_one_way_in(standin, self.order(2), self.record(provider, self.order(2)))

    # ------------------------------------------------------------------------------- what goes wrong

    @pytest.mark.parametrize("body", BODIES)
    def test_an_answer_that_is_not_the_vendors_never_gives_a_secret(self, provider, standin, call, body):
        standin.fail("body", call, times=99, body=BODIES[body])
        self.is_error_or_confirmed(standin, self.attempt(provider, self.order()))

    @pytest.mark.parametrize("times", [1, 99])
    def test_half_an_answer_never_gives_a_secret(self, provider, standin, call, times):
        standin.fail("truncate", call, times=times)
        self.is_error_or_confirmed(standin, self.attempt(provider, self.order()))

    def is_error_or_confirmed(self, standin: Sandbox, end: CodeRecord | VendorError) -> None:
        """Fail for a record that was not read back, in spite of the answer, as what it claims to be."""
        if isinstance(end, CodeRecord):
            assert end.confirmed
            self.is_one_way_in(standin, self.order(), end)

    @pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
    @pytest.mark.parametrize("times", [1, 99])
    def test_a_dropped_line_ends_with_one_way_in(self, provider, standin, call, kind, times):
        standin.fail(kind, call, times=times)
        end = self.attempt(provider, self.order())
        assert isinstance(end, CodeRecord | Unavailable)
        standin.faults.clear()
        (found,) = provider.look([self.order()])
        assert found is None or self.opens(standin, self.order(), found.secret, _middle(self.order()))
        self.is_one_way_in(standin, self.order(), self.record(provider, self.order()))

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_server_that_fails_is_unavailable(self, provider, standin, call, status):
        standin.fail("status", call, times=99, status=status)
        assert isinstance(self.attempt(provider, self.order()), Unavailable)

    @pytest.mark.parametrize("status", [400, 409, 418, 429, 302, 201])
    def test_a_status_of_another_server_makes_nothing(self, provider, standin, status):
        standin.fail("status", self.writes, times=99, status=status)
        assert isinstance(self.attempt(provider, self.order()), VendorError)
        assert self.ways_in(standin, self.order()) == 0

    def test_a_key_that_is_not_taken_stops_the_account_at_once(self, provider, standin, call):
        standin.fail("status", call, times=99, status=401, body='{"message": "denied"}')
        with self.raises(Misconfigured):
            provider.issue([self.order()])
        assert len(standin.calls(call)) == 1

    def test_a_key_that_is_revoked_in_the_middle_leaves_what_was_issued(self, provider, standin):
        record = self.record(provider, self.order(1))
        standin.fail("status", times=99, status=401)
        with self.raises(Misconfigured):
            provider.issue([self.order(2)])
        self.is_one_way_in(standin, self.order(1), record)

    def test_a_secret_that_the_vendor_repeats_is_masked(self, provider, standin):
        for status in (400, 401, 403, 500):
            standin.fail("status", self.writes, times=9, status=status, body=self.echo())
            assert isinstance(self.attempt(provider, self.order()), VendorError)
            standin.faults.clear()

    # ----------------------------------------------------------------------------------- what is listed

    def listed(self, provider: AccessProvider, listing: str) -> Any:
        """A listing of the directory; nothing may be rejected."""
        found = getattr(provider.directory(self.models), listing)
        if isinstance(found, tuple):
            return found
        assert found.rejected == ()
        return plain(found.records)

    def test_what_is_there_is_listed_and_twice_the_same(self, provider, standin, listing):
        self.record(provider, self.order())
        assert self.listed(provider, listing) == self.listed(provider, listing) != []

    @pytest.mark.parametrize("body", BODIES)
    def test_a_list_that_cannot_be_read_is_never_an_empty_one(self, provider, standin, listing, body):
        if (listing, body) in self.believable:
            pytest.skip("a right answer of this vendor")
        standin.fail("body", self.listings[listing], times=99, body=BODIES[body])
        with self.raises(Garbled, Refused, Unavailable):
            provider.directory(self.models)

    @pytest.mark.parametrize("kind", ["truncate", "drop_before", "drop_after", "status"])
    def test_a_list_that_breaks_off_is_never_an_empty_one(self, provider, standin, listing, kind):
        standin.fail(kind, self.listings[listing], times=99)
        with self.raises(Garbled, Unavailable):
            provider.directory(self.models)

    def test_unknown_keys_change_nothing(self, provider, standin, listing):
        self.record(provider, self.order())
        before = self.listed(provider, listing)
        for call in {*self.asked, *self.listings.values()}:
            reword(standin, call, with_strangers)
        assert self.listed(provider, listing) == before
        self.is_one_way_in(standin, self.order(2), self.record(provider, self.order(2)))

    def test_absent_keys_cost_neither_a_door_nor_a_way_in(self, provider, standin, listing):
        self.record(provider, self.order())
        before = [getattr(each, "ref", each) for each in self.listed(provider, listing)]
        for call in {*self.asked, *self.listings.values()}:
            reword(standin, call, lambda body: without(body, self.optional))
        assert [getattr(each, "ref", each) for each in self.listed(provider, listing)] == before
        self.is_one_way_in(standin, self.order(2), self.record(provider, self.order(2)))

    def test_a_bad_row_is_rejected_and_the_rest_is_listed(self, provider, standin, listing):
        if listing == "grids":
            pytest.skip("a grid is read whole or not at all")
        self.record(provider, self.order())
        before = self.listed(provider, listing)
        bad = [row for row in NONSENSE if not (isinstance(row, dict) and "error" in row)]
        reword(standin, self.listings[listing], lambda body: self.with_rows(body, bad))
        found = getattr(provider.directory(self.models), listing)
        assert len(found.rejected) == len(bad)
        assert plain(found.records) == before

    def with_rows(self, body: Any, rows: Sequence[Any]) -> Any:
        """The body of an answer that lists, with further rows in front."""
        raise NotImplementedError

    def test_everything_works_under_each_position_of_a_switch(self, provider, standin, position):
        name, value = position
        assert standin.switch[name] != value
        standin.switch[name] = value
        orders = [self.order(1), self.order(2)]
        for order, outcome in zip(orders, self.issued(provider, *orders), strict=True):
            assert outcome.error is None
            self.is_one_way_in(standin, order, outcome.record)
        assert all(self.listed(provider, listing) for listing in self.listings)

    # -------------------------------------------------------------------------------------- events

    def happen(self, standin: Any) -> None:
        """Let people come and go, where the vendor reports it."""

    def test_events_are_not_told_or_told_alike_each_time(self, provider, standin):
        self.happen(standin)
        page = provider.events("")
        if page is None:
            return
        assert page.events
        assert (page.gap, page.rejected) == ("", ())
        assert provider.events("") == page
        known = {event.ref: event for event in page.events}
        for cursor in known:
            assert {event.ref: event for event in provider.events(cursor).events}.items() <= known.items()


def _middle(order: CodeOrder) -> datetime:
    return order.starts_at + (order.ends_at - order.starts_at) / 2
