"""Cards at Lockt, counted where they arrive: at the stand-in's journal."""

from __future__ import annotations

from collections.abc import Iterator

from backoffice import accounts
from backoffice.flow.issue import issue_due
from backoffice.models import IssuedCode
from backoffice.states import CodeState
from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.wire import Clock
from tests.bench.wanted import Line
from tests.factories import NOW, CardDoorFactory, CodeFactory, LocktFactory

BATCH = 100
READS = 4  # of a batch: before it, after it, and its keys; they are not to grow with the cards in it


def lines(cards: int) -> Iterator[Line]:
    """What issuing so many cards costs in writes and reads."""
    server = Server(Vendors(Clock(NOW))).start()
    try:
        yield from _lines(server, cards)
    finally:
        server.stop()


def _lines(server: Server, cards: int) -> Iterator[Line]:
    lockt = server.vendors.lockt
    lockt.add_door(501, "Hall")
    lockt.add_level(11, "Hall", [501])
    best = LocktFactory(base_url=f"{server.url}/lockt/api/v1", secrets=dict(lockt.secrets))
    door = CardDoorFactory(account=best, ref="501")
    plain = {"level_ref": "11", "start_local": "", "duration_id": None}
    for number in range(cards):
        CodeFactory(grant__door=door, holder_key=f"LK-{number}", **plain)
    issue_due(best, accounts.access_provider(best), NOW)
    active = IssuedCode.objects.filter(account=best, state=CodeState.ACTIVE, known="confirmed").count()
    batches = -(-cards // BATCH)
    writes, reads = len(lockt.calls("POST")), len(lockt.calls("GET"))
    yield Line(f"{cards:,} Lockt cards: confirmed", str(active), str(cards), active == cards, firm=True)
    yield Line("  batch writes", str(writes), str(batches), writes == batches, firm=True)
    yield Line("  reads", str(reads), f"at most {READS} a write", reads <= READS * batches, firm=True)
