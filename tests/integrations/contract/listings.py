"""The cases of what an access provider lists and reports."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.errors import Garbled, Refused, Unavailable, VendorError
from integrations.types import AccessProvider
from tests.integrations.contract.provider import ProviderCases
from tests.integrations.contract.trouble import (
    BODIES,
    NONSENSE,
    fail,
    plain,
    reword,
    rewrite,
    with_strangers,
    without,
)


class ListingCases(ProviderCases):
    """Directory and events."""

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

    @pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
    @pytest.mark.parametrize("part", [1, 2])
    def test_a_failure_that_holds_rows_quotes_none(self, provider, standin, listing, status, part):
        self.record(provider, self.order())
        rewrite(standin, self.listings[listing], lambda response: fail(response, status, part))
        if listing == "grids" and status == 400:
            pytest.skip("a model of which the vendor tells nothing has no grid")
        with self.raises(VendorError):
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

    def test_everything_works_under_each_position_of_a_switch(self, provider, standin, position):
        name, value = position
        assert standin.switch[name] != value
        standin.switch[name] = value
        orders = [self.order(1), self.order(2)]
        for order, outcome in zip(orders, self.issued(provider, *orders), strict=True):
            assert outcome.error is None
            self.is_one_way_in(standin, order, outcome.record)
        assert all(self.listed(provider, listing) for listing in self.listings)

    def test_each_switch_is_turned(self, standin):
        self.all_are_turned(standin)

    # -------------------------------------------------------------------------------------- events

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
