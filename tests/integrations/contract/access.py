"""The cases of ways in. What opens is asked of the stand-in's locks, not of what anybody says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.errors import Misconfigured, Refused, Unavailable, VendorError
from integrations.sandbox.wire import Sandbox
from integrations.types import AccessProvider, CodeRecord
from tests.integrations.contract.listings import ListingCases
from tests.integrations.contract.provider import middle
from tests.integrations.contract.trouble import BODIES

MINUTE = timedelta(minutes=1)


class AccessProviderContract(ListingCases):
    """Every access provider."""

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
            assert not self.opens_another(standin, secret, middle(order))

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
            opens = self.opens(standin, self.order(), record.secret, middle(self.order()))
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
        assert found is None or self.opens(standin, self.order(), found.secret, middle(self.order()))
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
