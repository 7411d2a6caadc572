"""Values that must stay inside, and the places where they could get out."""

from __future__ import annotations

import copy
import io
import logging
import logging.config
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from backoffice.models import (
    CalendarReading,
    Credential,
    Feed,
    IssuedCode,
    KnownAnswer,
    PushChannel,
    VendorAccount,
)

GUEST = {
    "name": "Zzmarkname",
    "surname": "Zzmarksurname",
    "email": "zzmark.mail@example.test",
    "phone": "+49 30 5557731",
    "comment": "Zzmarkcomment",
}
NAMES = {GUEST["name"], GUEST["surname"]}
CONTACT = {GUEST["email"], GUEST["phone"]}
FRACTION = re.compile(r"(?<=:\d\d)\.\d{6}\b")
OPEN = ("scope", "token_type")  # of a token: no secrets
SECRET = (
    "client_secret",
    "token",
    "refresh_token",
    "access_token",
    "api_secret_key",
    "apiuser",
    "apikey",
    "api_key",
    "access_key",
)


def strings(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from strings(each) if name not in OPEN else ()
    elif isinstance(value, str):
        yield value


def known_to(account: VendorAccount) -> set[str]:
    """What we know and its vendor knows: keys and tokens, not names, addresses and our own digests."""
    kept = {name: value for name, value in account.secrets.items() if name in SECRET}
    return {value for value in strings(kept) if value != "Bearer"}


def secrets() -> set[str]:
    """All secrets, tokens, PINs and keys that there are now."""
    found = {code.secret for code in IssuedCode.objects.all()}
    found |= {row.secret for model in (Credential, KnownAnswer) for row in model.objects.all()}
    found |= {row.token for model in (CalendarReading, Feed, PushChannel) for row in model.objects.all()}
    for account in VendorAccount.objects.all():
        found |= {account.hook_token, *known_to(account)}
    return {value for value in found if value}


def found_in(text: str, marks: Iterable[str]) -> list[str]:
    """The marks that stand in a text as words of their own, however they are written in an address.

    A clock's microseconds are six digits, as a PIN is, and some day the same ones: they are left out.
    """
    written = FRACTION.sub("", text.replace("%40", "@").replace("%2B", "+").replace("%20", " "))
    return sorted(m for m in marks if re.search(rf"(?<![A-Za-z0-9]){re.escape(m)}(?![A-Za-z0-9])", written))


@contextmanager
def all_logs() -> Iterator[io.StringIO]:
    """What the project's own logging writes with LOG_LEVEL=DEBUG."""
    written = io.StringIO()
    config = copy.deepcopy(settings.LOGGING)
    config["handlers"]["console"]["stream"] = written
    config["root"]["level"] = "DEBUG"
    for name in ("backoffice", "integrations"):
        config["loggers"][name]["level"] = "DEBUG"
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in config["loggers"]}
    logging.config.dictConfig(config)
    try:
        yield written
    finally:
        root.handlers[:], level = before
        root.setLevel(level)
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)


def stored() -> str:
    """All that is in the database, as it lies there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        parts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608 from the catalogue
            parts += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return "\n".join(parts)
