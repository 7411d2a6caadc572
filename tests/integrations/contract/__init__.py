"""What every client of a role must do, written once; a vendor's test says how to set its stand-in up.

The cases run over real HTTP against the stand-in, in a client's own words alone: no vendor is named here.
"""

from __future__ import annotations

from tests.integrations.contract.access import AccessProviderContract
from tests.integrations.contract.bookings import BookingSourceContract, Shop

__all__ = ["AccessProviderContract", "BookingSourceContract", "Shop"]
