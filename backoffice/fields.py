"""Model fields whose values are encrypted at rest (Fernet), with key rotation.

The first key of FIELD_ENCRYPTION_KEYS writes, all of them read. A value that no key opens is an error and
never taken for plain text: the packages looked at do that, or hang the keys on SECRET_KEY.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
    JSONText = models.TextField[Any, Any]
else:
    TextField = JSONText = models.TextField


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty: give at least one Fernet key")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS: every key must be 32 bytes in url-safe base64, as made by `make key`"
        ) from None


def cipher() -> MultiFernet:
    """The cipher of the keys that are in force now."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


def fingerprint(text: str) -> str:
    """A keyed digest of a text, for finding an encrypted value again; letters' case does not count."""
    return fingerprints(text)[0]


def fingerprints(text: str) -> list[str]:
    """The digests by every key: what to search for while keys are being rotated."""
    plain = text.strip().casefold().encode()
    return [
        hmac.new(_digest_key(key), plain, hashlib.sha256).hexdigest()
        for key in settings.FIELD_ENCRYPTION_KEYS
    ]


def _digest_key(key: str) -> bytes:
    return hashlib.sha256(b"fingerprint" + key.encode()).digest()


class EncryptedText(TextField):
    """Text, encrypted at rest; it can be written and read but not searched."""

    def get_db_prep_value(
        self,
        value: Any,
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: FBT001, FBT002 Django's
    ) -> Any:
        """The encrypted text; "" stays "", so that a constraint can tell that there is nothing."""
        text = super().get_db_prep_value(value, connection, prepared)
        return cipher().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, _e: Expression, _c: BaseDatabaseWrapper) -> Any:
        """The text; ImproperlyConfigured when none of the keys opens it."""
        return decrypted(value) if value else value


class EncryptedJSON(JSONText):
    """A JSON value, encrypted at rest."""

    def get_db_prep_value(
        self,
        value: Any,
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: FBT001, FBT002 Django's
    ) -> Any:
        """The encrypted JSON text."""
        if value is None:
            return None
        return cipher().encrypt(json.dumps(value, sort_keys=True, default=str).encode()).decode()

    def from_db_value(self, value: str | None, _e: Expression, _c: BaseDatabaseWrapper) -> Any:
        """The value; ImproperlyConfigured when none of the keys opens it."""
        return json.loads(decrypted(value)) if value else None


def decrypted(token: str) -> str:
    """The text in a token; ImproperlyConfigured when none of the keys opens it."""
    try:
        return cipher().decrypt(token.encode()).decode()
    except InvalidToken:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS: none of the keys opens a stored value; was an old key removed too early?"
        ) from None
