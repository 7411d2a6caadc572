"""The sandbox Google Calendar on the wire: OAuth2, and the routes of API v3 that a calendar sync uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox.google_calendar import forms, refusal
from integrations.sandbox.google_calendar.api import Api
from integrations.sandbox.google_calendar.grants import PREFIX, SCOPES, GrantError
from integrations.sandbox.google_calendar.refusal import Refusal
from integrations.sandbox.wire import answer

V3 = "/calendar/v3"
EVENTS = f"{V3}/calendars/<calendar>/events"
EVENT = f"{EVENTS}/<event>"
OPEN = ("authorize", "token", "withdraw")
READ = {"calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly"}
WRITE = {"calendar", "calendar.events"}
LIST = {"calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"}
NEEDED = {  # one of these scopes opens the endpoint
    "calendar_list": LIST,
    "listed": LIST,
    "calendar": {"calendar", "calendar.readonly", "calendar.calendars.readonly"},
    "free_busy": {"calendar", "calendar.readonly", "calendar.freebusy"},
    **dict.fromkeys(("list_events", "get_event", "instances", "watch"), READ),
    **dict.fromkeys(("insert", "import_event", "patch", "update", "delete", "move"), WRITE),
    "stop": READ | LIST,
}
STANDARD = {"alt", "fields", "key", "prettyPrint", "quotaUser", "userIp"}
MINUTE = timedelta(minutes=1)
CONSENT = Markup(
    '<!doctype html><html lang="en"><title>Sign in with Google</title><link rel="icon" href="data:,">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><h1>Sign in with Google</h1>'
    '<p>sandbox wants to access your Google Account</p><form method="post">{boxes}'
    '<input type="hidden" name="asked" value="1"><button name="answer" value="allow">Allow</button>'
    '<button name="answer" value="deny">Cancel</button></form></html>'
)
BOX = Markup('<p><label><input type="checkbox" name="scope" value="{0}" checked> {1}</label></p>')


class GoogleCalendarSandbox(Api):
    """One Google user's calendars."""

    def routes(self) -> Iterable[Rule]:
        """OAuth2 beside the API."""
        yield Rule("/o/oauth2/v2/auth", methods=["GET", "POST"], endpoint="authorize")
        yield Rule("/token", methods=["POST"], endpoint="token")
        yield Rule("/revoke", methods=["POST"], endpoint="withdraw")
        yield Rule(f"{V3}/users/me/calendarList", methods=["GET"], endpoint="calendar_list")
        yield Rule(f"{V3}/users/me/calendarList/<calendar>", methods=["GET"], endpoint="listed")
        yield Rule(f"{V3}/calendars/<calendar>", methods=["GET"], endpoint="calendar")
        yield Rule(f"{V3}/freeBusy", methods=["POST"], endpoint="free_busy")
        yield Rule(f"{V3}/channels/stop", methods=["POST"], endpoint="stop")
        yield Rule(EVENTS, methods=["GET"], endpoint="list_events")
        yield Rule(EVENTS, methods=["POST"], endpoint="insert")
        yield Rule(f"{EVENTS}/import", methods=["POST"], endpoint="import_event")
        yield Rule(f"{EVENTS}/watch", methods=["POST"], endpoint="watch")
        yield Rule(EVENT, methods=["GET"], endpoint="get_event")
        yield Rule(EVENT, methods=["PATCH"], endpoint="patch")
        yield Rule(EVENT, methods=["PUT"], endpoint="update")
        yield Rule(EVENT, methods=["DELETE"], endpoint="delete")
        yield Rule(f"{EVENT}/instances", methods=["GET"], endpoint="instances")
        yield Rule(f"{EVENT}/move", methods=["POST"], endpoint="move")

    def gate(self, request: Request, endpoint: str) -> Response | None:
        """The bearer, its scopes, and the quota, on everything but OAuth itself."""
        if endpoint in OPEN:
            return None
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        with self._lock:
            scopes = self.grants.scopes(token.strip(), self.clock.now()) if kind == "Bearer" else None
        try:
            self._let_in(scopes, endpoint)
        except Refusal as error:
            return _refused(error)
        return None

    def not_found(self, _request: Request) -> Response:
        """An address that is not there: a page, and none of the API's words."""
        return Response(
            "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", 404, content_type="text/html"
        )

    # ------------------------------------------------------------------------------------------- OAuth2

    def authorize(self, request: Request) -> Response:
        """The page that asks for consent, and what it leads to."""
        form = request.args.to_dict()
        if words := self.grants.refusal(form, self.switch["redirect_uri"]):
            return Response(f"<h1>Access blocked</h1><p>{words}</p>", 400, content_type="text/html")
        asked = form["scope"].split()
        if request.method == "GET":
            names = [(scope, SCOPES[scope.removeprefix(PREFIX)]) for scope in asked]
            boxes = Markup("").join(BOX.format(*each) for each in names)
            return Response(CONSENT.format(boxes=boxes), content_type="text/html; charset=utf-8")
        if request.form.get("answer") != "allow":
            return _back(form, error="access_denied")
        allowed = request.form.getlist("scope") if "asked" in request.form else asked
        with self._lock:
            code = self.grants.code(form, [scope for scope in asked if scope in allowed], self.clock.now())
        return _back(form, code=code, scope=" ".join(allowed))

    def token(self, request: Request) -> Response:
        """Code or refresh token in, tokens out."""
        basic = request.headers.get("Authorization", "")
        with self._lock:
            self._age()
            try:
                return answer(self.grants.token(request.form, basic, self.clock.now(), self.life))
            except GrantError as error:
                return answer(error.body, error.status)

    def withdraw(self, request: Request) -> Response:
        """End a grant by one of its tokens."""
        with self._lock:
            known = self.grants.revoke(request.values.get("token", ""))
        return answer({} if known else {"error": "invalid_token"}, 200 if known else 400)

    # ------------------------------------------------------------------------------------------- inside

    def _age(self) -> None:
        """A consent screen in testing gives refresh tokens that end after a week (4.6)."""
        days, now = self.switch["refresh_days"], self.clock.now()
        for token, (_, since) in list(self.grants.refresh.items()):
            if days and now >= since + timedelta(days=days):
                self.grants.revoke(token)

    def _let_in(self, scopes: frozenset[str] | None, endpoint: str) -> None:
        if scopes is None:
            raise Refusal(401, "authError", "Invalid Credentials", location="header:Authorization")
        if not {PREFIX + name for name in NEEDED[endpoint]} & scopes:
            raise Refusal(403, "insufficientPermissions", "Insufficient Permission")
        most, since = self.switch["per_minute"], self.clock.now() - MINUTE
        if most and sum(call.at > since and V3 in call.path for call in self.journal) >= most:
            raise Refusal(
                self.switch["quota_status"], "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits"
            )

    def _reply(self, request: Request, allowed: set[str], work: Callable[[], Any]) -> Response:
        """The answer of a piece of work that is done alone; nothing is an empty 204."""
        try:
            if unknown := request.args.keys() - allowed - STANDARD:
                raise refusal.invalid(f"Unknown parameter {', '.join(sorted(unknown))}")
            if request.args.get("sendUpdates", "none") not in forms.SEND_UPDATES:
                raise refusal.invalid("Invalid value for: sendUpdates", "parameter:sendUpdates")
            with self._change():
                done = work()
        except Refusal as error:
            return _refused(error)
        return Response("", 204) if done is None else answer(done)


def _refused(error: Refusal) -> Response:
    response = answer(error.body, error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = (
            'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        )
    return response


def _back(form: dict[str, str], **said: str) -> Response:
    state = {"state": form["state"]} if "state" in form else {}
    return redirect(f"{form['redirect_uri']}?{urlencode({**state, **said})}", 302)
