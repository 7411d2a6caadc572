"""Texts without contact data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.contact import without_contact


@pytest.mark.parametrize(
    "text",
    [
        "ida@example.test",
        "Ida <ida.kern+x@mail.example.test>",
        "+48 600 100 200",
        "0171/2345678",
        "0048600100200",
        "600100200",
        "600 100 200",
        "555-77-31",
    ],
)
def test_what_looks_like_an_address_or_a_number_is_taken_out(text):
    assert not any(sign.isdigit() or sign == "@" for sign in without_contact(f"call {text}!"))


@pytest.mark.parametrize(
    "text",
    [
        "Ida Kern",
        "Price: 120.00 EUR",
        "Visit: 2026-03-09 18:00-19:00",
        "Wedding 12.05.2026 18:00",
        "People: 12",
        "Booking: halls/4711",
    ],
)
def test_what_is_neither_stays(text):
    assert without_contact(text) == text


@given(st.sampled_from([" ", "-", "/", ".", ""]))
def test_this_guests_own_number_is_found_however_it_is_written(sign):
    number = sign.join(["600", "100", "200"])
    assert "100" not in without_contact(f"Ida {number} Kern", phone="+48600100200")


def test_this_guests_own_address_is_found_in_any_case():
    assert without_contact("IDA@localhost", email="ida@localhost") == "…"
