"""The line to Lock.me: version and bearer on every call, one renewal when the bearer is refused."""

from __future__ import annotations

import re
from typing import Any

from integrations.errors import Garbled, Misconfigured
from integrations.http import Answer, Http
from integrations.types import Settings
from integrations.vendors.lockme.token import Token, Tokens

VERSION = re.compile(r"v\d+\.\d+")
CREDENTIALS = ("client_id", "client_secret", "redirect_uri")
UNAUTHORIZED = 401


class Line:
    """Calls in the name of one account."""

    def __init__(self, settings: Settings) -> None:
        """Misconfigured when a secret is missing, or address or version cannot be used."""
        if missing := [name for name in CREDENTIALS if not settings.secrets.get(name)]:
            raise Misconfigured(f"the secret {', '.join(missing)} is missing")
        version = settings.options.get("version", "v2.4")
        if not isinstance(version, str) or not VERSION.fullmatch(version):
            raise Misconfigured("the option version must be like v2.4")
        self._base = f"{settings.base_url.rstrip('/')}/{version}"
        self._secret = str(settings.secrets["client_secret"])
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
        token = self._tokens.current()
        try:
            answer = self._client(token).send(method, path, **how)
        except Misconfigured as error:
            if error.status != UNAUTHORIZED:
                raise
            answer = self._again(token.access, method, path, how)
        return self._believed(answer)

    def _again(self, dead: str, method: str, path: str, how: dict[str, Any]) -> Answer:
        token = self._tokens.renewed(dead)
        try:
            return self._client(token).send(method, path, **how)
        except Misconfigured as error:
            if error.status != UNAUTHORIZED:
                raise
            raise Misconfigured(f"{error.text}; reconnect the account", status=UNAUTHORIZED) from None

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
        if answer.status < 400 and answer.text.lstrip().startswith("{") and "error" in answer.object():
            raise Garbled(f"{answer.where} answered with an error: {self._http.words(answer.text)}")
        return answer
