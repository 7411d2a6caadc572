"""Errors that say what to do next; every client raises these and nothing else."""

from __future__ import annotations


class VendorError(Exception):
    """Something went wrong at a vendor; `text` is fit for a screen and holds no secret."""

    def __init__(self, text: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.retry_after = retry_after  # seconds, when the vendor named them


class Unavailable(VendorError):
    """Try again later: no answer, a server error, or too many calls.

    Whether a write was carried out is not known: look before you write again.
    """


class OverBudget(Unavailable):
    """Not asked at all: this month's budget of paid calls is spent or reserved."""


class Refused(VendorError):
    """Do not try again: the vendor understood this request and will not do it."""


class Missing(Refused):
    """The vendor says that the thing asked for does not exist."""


class Taken(Refused):
    """The id that was chosen for a new thing cannot be used, now or later: choose another."""


class ChangedMeanwhile(Refused):
    """Not written: it is no longer what it was when it was read. Read it again, then decide again."""


class StartOver(VendorError):
    """The mark up to which was read is too old: forget it and read all again. Nothing is known to be gone."""


RECONNECT = "reconnect the account"  # how a Misconfigured ends where a person has to consent again


class Misconfigured(VendorError):
    """Stop using the account until a person has changed its settings."""


class Garbled(VendorError):
    """Do not act on the answer: it is not what the vendor's documentation says."""


class NotReleased(VendorError):
    """The vendor has not released this call yet: a fact about the vendor, not a fault."""
