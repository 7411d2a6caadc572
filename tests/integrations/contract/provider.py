"""What a vendor's test tells the cases of an access provider, and what those share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from integrations.errors import VendorError
from integrations.sandbox.server import Server
from integrations.sandbox.wire import Sandbox
from integrations.types import AccessProvider, CodeOrder, CodeRecord, Outcome
from tests.integrations.contract.trouble import Quiet


class ProviderCases(Quiet):
    """What the cases of an access provider need to know of it.

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

    def with_rows(self, body: Any, rows: Sequence[Any]) -> Any:
        """The body of an answer that lists, with further rows in front."""
        raise NotImplementedError

    def happen(self, standin: Any) -> None:
        """Let people come and go, where the vendor reports it."""

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
        assert self.opens(standin, order, record.secret, middle(order))


def middle(order: CodeOrder) -> datetime:
    """An instant at which the order's way in is to open."""
    return order.starts_at + (order.ends_at - order.starts_at) / 2
