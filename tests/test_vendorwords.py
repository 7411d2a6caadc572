"""A vendor's trouble as the desk reads it: no request, no address, nothing to look up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backoffice.vendorwords import plainly

CALENDAR = "GET /users/me/calendarList/laboratory%40group.calendar.google.com"
FAULT = "Google has a fault of its own at the moment."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{CALENDAR} answered 500", FAULT),
        (f"{CALENDAR} answered 503: backendError", FAULT),
        (f"{CALENDAR} got no answer (ReadTimeout)", "Google does not answer."),
        (f"{CALENDAR} answered 404: Not Found", "Google does not find it (“Not Found”)."),
        (f"{CALENDAR} answered 429", "Google was asked too often and wants a pause."),
        (f"{CALENDAR} answered 400: The room is closed.", "Google refused (“The room is closed”)."),
        (f"{CALENDAR} answered 302, a redirect", "Google refused."),
        (
            f"{CALENDAR} answered 200 with something that is not JSON",
            "Google answers what cannot be understood.",
        ),
        (
            "PUT /room answered 500; whether it was done could not be seen: look before it is written again",
            f"{FAULT} It is not known whether it was done there.",
        ),
        (
            "PUT /room/1 got no answer (ReadTimeout); it could not be seen there",
            "Google does not answer. It is not known whether it was done there.",
        ),
        ("The game has begun; it is too late.", "The game has begun; it is too late."),
        ("", ""),
    ],
)
def test_what_a_client_says_is_put_plainly(text, said):
    assert plainly(text, "Google") == said


@given(
    some.sampled_from(["GET", "PUT", "DELETE"]),
    some.from_regex(r"/[a-z%0-9/]{3,30}", fullmatch=True),
    some.text(),
)
def test_the_request_is_never_told(method, path, rest):
    assert path not in plainly(f"{method} {path} {rest.replace(path, '')}x", "Google")
