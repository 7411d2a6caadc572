"""Texts without e-mail addresses and phone numbers, for those who are to see all but these."""

from __future__ import annotations

import re

MAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+")
PHONE = re.compile(r"(?<![\w.])(?:\+|0)\d(?:[\s/().-]{0,2}\d){6,}")
DATE = r"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{4}"
BARE = re.compile(rf"(?<![\w.])(?!{DATE})\d(?:[\s/().-]{{0,2}}\d){{6,}}")  # as people type it at home
KEPT = "…"
LEAST = 6  # digits of a number that is looked for


def without_contact(text: str, email: str = "", phone: str = "") -> str:
    """The text without anything that looks like an address or a number, and without this guest's own."""
    if email and email.casefold() in text.casefold():
        text = re.sub(re.escape(email), KEPT, text, flags=re.IGNORECASE)
    digits = re.sub(r"\D", "", phone)[-9:]
    if len(digits) >= LEAST and digits in re.sub(r"\D", "", text):
        text = re.sub(r"\+?\d*[\s/().-]{0,2}" + r"[\s/().-]{0,2}".join(digits), KEPT, text)
    return BARE.sub(KEPT, PHONE.sub(KEPT, MAIL.sub(KEPT, text)))
