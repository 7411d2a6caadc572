"""Connecting an account: a manager consents at the vendor, and what that gives is stored."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase

from backoffice import accounts
from backoffice.models import VendorAccount
from backoffice.word import NotPossible, Word, on_record
from integrations.errors import VendorError
from integrations.registry import Consent
from integrations.types import Settings

PENDING = "consent"  # its name in the session
LIFE = timedelta(minutes=15)
ADDRESS = "redirect_uri"
AGAIN = "Begin again on the account's page."
STRANGER = (
    "This answer belongs to no connection that you have begun here in the last 15 minutes, "
    f"or it was used before. Nothing was changed. {AGAIN}"
)


class NotConnected(NotPossible):
    """The vendor's answer connects nothing; `account` is the one that it is about."""

    def __init__(self, account: VendorAccount, words: str) -> None:
        super().__init__(words)
        self.account = account


def begin(account: VendorAccount, session: SessionBase, callback: str, word: Word) -> str:
    """The vendor's page on which a manager lets the account in; it leads back to `callback`.

    State and verifier are kept in the session. NotPossible where the vendor knows no such way, or a secret
    that staff enter is missing.
    """
    consent = _consent(account)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    try:
        address = consent.authorize(_settings(account, callback), state, verifier)
    except VendorError as error:
        raise NotPossible(f"{account} cannot be connected: {error.text}.") from None
    session[PENDING] = {
        "account": account.pk,
        "author": word.author.pk,
        "state": state,
        "verifier": verifier,
        "reason": word.reason.strip(),
        "at": word.now.isoformat(),
    }
    return address


def finish(
    session: SessionBase, answer: Mapping[str, str], callback: str, author: User, now: datetime
) -> VendorAccount:
    """Store what the vendor's answer is worth; the account is used again. One answer is taken once.

    NotPossible, and nothing is changed, for an answer nobody waits for; NotConnected for a refusal, or a code
    that the vendor does not take.
    """
    pending = _pending(session, answer.get("state", ""), author, now)
    account = VendorAccount.objects.filter(pk=pending["account"]).first()
    if account is None:
        raise NotPossible(STRANGER)
    if "error" in answer:
        raise NotConnected(account, _refusal(account, answer["error"]))
    consent = _consent(account)
    try:
        settings = _settings(account, callback)
        given = consent.exchange(settings, answer.get("code", ""), pending["verifier"])
    except VendorError as error:
        raise NotConnected(account, f"{account} was not connected: {error.text}.") from None
    _keep(account, given, Word(author, pending["reason"], now))
    return account


def paste(account: VendorAccount, text: str, callback: str, word: Word) -> VendorAccount:
    """Store a token that the vendor's own panel gave; NotPossible in words for what is none."""
    consent = _consent(account)
    if consent.paste is None:
        raise NotPossible(f"{account.profile.label} gives no token to paste.")
    try:
        given = consent.paste(text)
    except VendorError as error:
        raise NotPossible(f"This cannot be used: {error.text}.") from None
    if ADDRESS in consent.gives and not account.secrets.get(ADDRESS):
        given = {**given, ADDRESS: callback}
    _keep(account, given, word)
    return account


def _keep(account: VendorAccount, given: Mapping[str, Any], word: Word) -> None:
    accounts.keep_secrets(account, given)
    accounts.resume(account)
    on_record(word, "connect", account)


def _consent(account: VendorAccount) -> Consent:
    consent = account.profile.consent
    if consent is None:
        raise NotPossible(f"{account.profile.label} is connected by its secrets alone.")
    return consent


def _settings(account: VendorAccount, callback: str) -> Settings:
    """The account's settings, with the address that the browser comes back to."""
    found = accounts.settings(account, connecting=True)
    return replace(found, secrets={**found.secrets, ADDRESS: callback})


def _pending(session: SessionBase, state: str, author: User, now: datetime) -> dict[str, Any]:
    """What was begun in this session; it is forgotten, whatever comes of it."""
    pending = session.pop(PENDING, None)
    if not isinstance(pending, dict) or pending["author"] != author.pk:
        raise NotPossible(STRANGER)
    fresh = datetime.fromisoformat(pending["at"]) <= now < datetime.fromisoformat(pending["at"]) + LIFE
    if not secrets.compare_digest(pending["state"].encode(), state.encode()) or not fresh:
        raise NotPossible(STRANGER)
    return dict(pending)


def _refusal(account: VendorAccount, error: str) -> str:
    """The vendor's answer in words; its own text is shown only where it is a code."""
    label = account.profile.label
    if error == "access_denied":
        return f"{account} was not connected: nobody consented at {label}. {AGAIN}"
    code = error if error.isascii() and error.replace("_", "").isalpha() and len(error) <= 40 else "an error"
    return f"{account} was not connected: {label} answered {code}. {AGAIN}"
