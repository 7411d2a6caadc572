"""The line to Lock.me: version and bearer on every call, one renewal when the bearer is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from integrations.errors import RECONNECT, Garbled, Misconfigured, Missing, Refused, VendorError
from integrations.http import Answer, Http
from integrations.types import Settings
from integrations.vendors.lockme import oauth
from integrations.vendors.lockme.token import Token, Tokens

VERSION = re.compile(r"v\d+\.\d+")
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
MASK = "•••"
LEAST = 3  # a shorter text is not told from the vendor's own words


class SaidError(Garbled):
    """An object that says `error` with a good status: some failure, and no telling which (1.8)."""


class Line:
    """Calls in the name of one account."""

    def __init__(self, settings: Settings) -> None:
        """Misconfigured when a secret is missing, or address or version cannot be used."""
        secrets = oauth.credentials(settings)
        version = settings.options.get("version", "v2.4")
        if not isinstance(version, str) or not VERSION.fullmatch(version):
            raise Misconfigured("the option version must be like v2.4")
        self._base = f"{settings.base_url.rstrip('/')}/{version}"
        self._secret = secrets["client_secret"]
        self._tokens = Tokens(settings)
        self._http = Http(self._base)
        self._bearer = ""
        self._masked = {self._secret}  # and every token that there was, for a vendor may repeat it later

    def get(self, path: str, *, expect: tuple[int, ...] = ()) -> Answer:
        """Read something; raises as `send`."""
        return self.send("GET", path, expect=expect)

    def send(self, method: str, path: str, **how: Any) -> Answer:
        """One call, made again with another token after a 401, which says that it was not carried out.

        Raises as `Http.send` and `Tokens.renewed`, and Garbled for an error that came with a good status.
        """
        return self._believed(self._sent(method, path, how))

    def write(self, method: str, path: str, private: Iterable[str] = (), **how: Any) -> Answer:
        """One write, sent once; `private` is what guests are called, and is masked in what is raised.

        Raises Refused with Lock.me's own words, Missing for its own 404 (in JSON) alone, and Garbled or
        Unavailable when nobody knows whether it was done; else as `send`.
        """
        try:
            answer = self._sent(method, path, {**how, "expect": (FORBIDDEN, NOT_FOUND)})
            self._accepted(answer)
        except VendorError as error:
            text = _without(error.text, private)
            raise type(error)(text, status=error.status, retry_after=error.retry_after) from None
        return answer

    def _sent(self, method: str, path: str, how: dict[str, Any]) -> Answer:
        token = self._tokens.current()
        try:
            return self._client(token).send(method, path, **how)
        except Misconfigured as error:
            if error.status != UNAUTHORIZED:
                raise
            return self._again(token.access, method, path, how)

    def _again(self, dead: str, method: str, path: str, how: dict[str, Any]) -> Answer:
        token = self._tokens.renewed(dead)
        try:
            return self._client(token).send(method, path, **how)
        except Misconfigured as error:
            if error.status != UNAUTHORIZED:
                raise
            raise Misconfigured(f"{error.text}; {RECONNECT}", status=UNAUTHORIZED) from None

    def _client(self, token: Token) -> Http:
        if self._bearer != token.access:
            self._masked |= {token.access, token.refresh}
            self._http = Http(
                self._base,
                headers={"Accept": "application/json", "Authorization": f"Bearer {token.access}"},
                secrets=self._masked,
            )
            self._bearer = token.access
        return self._http

    def _believed(self, answer: Answer) -> Answer:
        """The answer, unless it is an object that says `error` with a status below 400 (1.8)."""
        if _says_error(answer):
            raise SaidError(f"{answer.where} answered with an error: {self._http.words(answer.text)}")
        return answer

    def _accepted(self, answer: Answer) -> None:
        said = f"{answer.where} answered {answer.status}: {self._http.words(answer.text)}".rstrip(": ")
        if answer.status == NOT_FOUND:
            answer.object()  # a 404 that is not JSON is a web server's, and says nothing of Lock.me
            raise Missing(said, status=answer.status)
        if answer.status == FORBIDDEN or _says_error(answer):
            raise Refused(said, status=answer.status)


def _says_error(answer: Answer) -> bool:
    return answer.status < 400 and answer.text.lstrip().startswith("{") and "error" in answer.object()


def _without(text: str, private: Iterable[str]) -> str:
    """The text without these words, longest first."""
    for word in sorted(private, key=len, reverse=True):
        text = text.replace(word, MASK) if len(word) >= LEAST else text
    return text
