"""Locaboo's client: a booking source that is polled, for it has neither webhooks nor a change feed."""

from __future__ import annotations

from typing import Any

from integrations.errors import Misconfigured, NotReleased
from integrations.http import Http
from integrations.types import Listing, Message, Payment, Settings
from integrations.vendors.locaboo import money
from integrations.vendors.locaboo.blocks import Blocks
from integrations.vendors.locaboo.catalogue import Catalogue
from integrations.vendors.locaboo.wire import Wire

NAMES = ("documented", "both")


class Locaboo(Blocks):
    """One manager's account.

    Options: window_days (31), page_size (500), status_map ({text: status}), payment_map ({label: paid | open
    | void}), filter_names (documented | both: how availability's filters are named).
    """

    def __init__(self, wire: Wire, settings: Settings) -> None:
        """Misconfigured when the zone or an option is not what it must be."""
        super().__init__(wire, settings)
        names = settings.options.get("filter_names", NAMES[0])
        if names not in NAMES:
            raise Misconfigured(f"the option filter_names must be one of {', '.join(NAMES)}")
        self.catalogue = Catalogue(wire, both_names=names == "both")
        self._payments = _payments(settings.options.get("payment_map") or {})

    def invoices(self) -> Listing:
        """All invoices as `InvoiceRecord`s, times in UTC (invoice_list; B-C22). Raises as `Wire.get`.

        Whether one is paid is only what the account's option payment_map says its label means.
        """
        return money.invoices(self._wire.get("invoice_list").rows(), self._zone, self._payments)

    def message(self, ref: str) -> Message:
        """NotReleased: Locaboo sends no webhooks."""
        raise NotReleased("Locaboo sends no webhooks")

    def acknowledge(self, ref: str) -> None:
        """NotReleased: Locaboo sends no webhooks."""
        raise NotReleased("Locaboo sends no webhooks")


def connect(settings: Settings) -> Locaboo:
    """The client of one account; Misconfigured when its address, key, zone or options are not usable."""
    key = settings.secrets.get("api_secret_key")
    if not isinstance(key, str) or not key:
        raise Misconfigured("the secret api_secret_key is missing")
    http = Http(settings.base_url, headers={"Accept": "application/json"}, secrets=[key])
    return Locaboo(Wire(http, key), settings)


def _payments(option: Any) -> dict[str, Payment]:
    try:
        return {str(label).strip().lower(): Payment(option[label]) for label in option}
    except (TypeError, ValueError):
        raise Misconfigured("the option payment_map must map labels to " + ", ".join(Payment)) from None
