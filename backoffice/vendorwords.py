"""What a client says of a vendor's trouble, put for the desk: who, what, and nothing of the request.

The exact text stays where it was written down, for whoever is to talk to the vendor about it.
"""

from __future__ import annotations

import re

REQUEST = re.compile(r"(?:GET|PUT|POST|PATCH|DELETE) \S+ (?P<rest>.+)$", re.S)
ANSWER = re.compile(r"answered (?P<status>\d{3})(?:, [^:]+)?(?:: (?P<words>.+))?$", re.S)
DOUBT = re.compile(
    r";? ?(?:whether (?:it|this) was done|it could not be seen there|look [^;]*before).*$", re.S
)
UNSURE = " It is not known whether it was done there."
BY_STATUS = {
    401: "{vendor} does not let this account in",
    403: "{vendor} does not allow this account to do that",
    404: "{vendor} does not find it",
    429: "{vendor} was asked too often and wants a pause",
}


def plainly(text: str, vendor: str) -> str:
    """An error of the vendor with this name in one or two sentences; words of our own stay as they are."""
    request = REQUEST.match(text)
    if request is None:
        return text
    rest = DOUBT.sub("", request["rest"]).strip()
    unsure = UNSURE if rest != request["rest"].strip() else ""
    return f"{_said(rest, vendor)}.{unsure}"


def _said(rest: str, vendor: str) -> str:
    if rest.startswith("got no answer"):
        return f"{vendor} does not answer"
    answer = ANSWER.match(rest)
    if answer is None:
        return f"{vendor} answers what cannot be understood"
    status, words = int(answer["status"]), (answer["words"] or "").strip().rstrip(".")
    if status >= 500:
        return f"{vendor} has a fault of its own at the moment"
    plain = BY_STATUS.get(status, "{vendor} refused").format(vendor=vendor)
    return f"{plain} (“{words}”)" if words else plain
