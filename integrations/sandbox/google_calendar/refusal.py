"""Errors in Google's words."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """What the API refuses: status, reason and domain as Google's error guide has them."""

    def __init__(
        self, status: int, reason: str, message: str, *, domain: str = "global", location: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.body = body(status, reason, message, domain=domain, location=location)


def body(
    status: int, reason: str, message: str, *, domain: str = "global", location: str = ""
) -> dict[str, Any]:
    """The error's body; `location` is "header:Authorization", "parameter:syncToken" or nothing."""
    row = {"domain": domain, "reason": reason, "message": message}
    if location:
        kind, _, name = location.partition(":")
        row |= {"locationType": kind, "location": name}
    return {"error": {"code": status, "message": message, "errors": [row]}}


def not_found() -> Refusal:
    """A calendar, event or channel that is not there, or not this user's to see."""
    return Refusal(404, "notFound", "Not Found")


def invalid(message: str, location: str = "") -> Refusal:
    """A request that does not hold together."""
    return Refusal(400, "invalid", message, location=location)


def required(what: str) -> Refusal:
    """A request that leaves something out."""
    return Refusal(400, "required", f"Missing {what}.")
