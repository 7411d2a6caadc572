"""A phone key of the sandbox's front door that its guest has accepted, for the browser and for programs."""

from __future__ import annotations

from datetime import timedelta

from backoffice import accounts
from backoffice.states import CodeState
from integrations.types import weekly_periods
from tests.factories import CodeFactory, CodelocksFactory, K3DoorFactory

LOCK = "0a0b0c0d0e0f00112233445566778899"
IDA = "ida@example.test"
HOUR = timedelta(hours=1)


class Keyed:
    """One key that opens from an hour ago to an hour ahead, by UTC, which the lock's clock shows."""

    def __init__(self, sandbox, now):
        self.vendor, self.now = sandbox.vendors.codelocks, now
        self.vendor.add_k3(LOCK, "Front door", "UTC")
        self.vendor.register_app_user(IDA)
        account = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(self.vendor.secrets))
        door = K3DoorFactory(account=account, ref=LOCK, method="phone", name="Front door")
        self._key(door)

    def _key(self, door):
        span = {"starts_at": self.now - HOUR, "ends_at": self.now + HOUR}
        wall = [at.replace(tzinfo=None) for at in span.values()]
        hours = [[f"{p.starts:%H:%M}", f"{p.ends:%H:%M}", list(p.days)] for p in weekly_periods(*wall)]
        at = {"issued_at": self.now, "accepted_at": self.now, "state": CodeState.ACTIVE}
        grant = {f"grant__{name}": value for name, value in {**span, "door": door, "method": "phone"}.items()}
        asked = {"start_local": "", "duration_id": None, "address": IDA, "periods": hours}
        self.code = CodeFactory(method="phone", **grant, **span, **at, **asked)
        self._at_the_vendor(weekly_periods(*wall))

    def _at_the_vendor(self, periods):
        accounts.access_provider(self.code.account).invite(LOCK, IDA, periods)
        self.vendor.accept(LOCK, IDA)

    @property
    def opens(self):
        """Whether the app opens the lock now."""
        client = self.vendor.account.clients[LOCK, IDA]
        return client.opens(self.vendor.locks[LOCK].wall(self.now))
