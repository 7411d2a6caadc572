"""The sandbox Lock.me on the wire: OAuth2, and the 18 routes of its API in any version v2.N."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox.lockme import forms, shapes
from integrations.sandbox.lockme.grants import SCOPES, GrantError
from integrations.sandbox.lockme.panel import Panel
from integrations.sandbox.lockme.store import Refusal, Reservation, paid
from integrations.sandbox.wire import answer

ROOM = "/v2.<int:minor>/room/<int:room>"
BOOKING = (f"{ROOM}/reservation/<int:number>", f"{ROOM}/reservation/ext/<extid>")
OPEN = ("authorize", "access_token")
TEST_SINCE = 4  # v2.4
CONSENT = Markup(
    '<!doctype html><html lang="en"><title>Lock.me</title><link rel="icon" href="data:,"><h1>Lock.me</h1>'
    "<p>Let sandbox-lockme manage your rooms ({scope})?</p>"
    '<form method="post"><button name="answer" value="allow">Allow</button>'
    '<button name="answer" value="deny">Deny</button></form></html>'
)


class LockmeSandbox(Panel):
    """One partner's Lock.me."""

    def routes(self) -> Iterable[Rule]:
        """Authorize and token without a version, the API with one."""
        yield Rule("/authorize", methods=["GET", "POST"], endpoint="authorize")
        yield Rule("/access_token", methods=["POST"], endpoint="access_token")
        yield Rule("/v2.<int:minor>/test", methods=["GET"], endpoint="test")
        yield Rule("/v2.<int:minor>/me", methods=["GET"], endpoint="me")
        yield Rule("/v2.<int:minor>/rooms", methods=["GET"], endpoint="rooms")
        yield Rule("/v2.<int:minor>/message/<int:number>", methods=["GET", "POST"], endpoint="message")
        yield Rule(ROOM, methods=["GET", "POST"], endpoint="room")
        yield Rule(f"{ROOM}/reservations/<day>", methods=["GET"], endpoint="reservations")
        yield Rule(f"{ROOM}/reservation", methods=["PUT"], endpoint="add")
        for path in BOOKING:
            yield Rule(path, methods=["GET"], endpoint="reservation")
            yield Rule(path, methods=["POST"], endpoint="change")
            yield Rule(path, methods=["DELETE"], endpoint="remove")
            yield Rule(f"{path}/move", methods=["POST"], endpoint="relocate")
        yield Rule(f"{ROOM}/date/<day>", methods=["GET", "POST", "DELETE"], endpoint="date")
        yield Rule(f"{ROOM}/day/<int(min=0, max=6):weekday>", methods=["GET", "POST"], endpoint="weekday")

    def gate(self, request: Request, endpoint: str) -> Response | None:
        """The bearer, on everything but OAuth itself."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        with self._lock:
            known = kind.lower() == "bearer" and self.grants.valid(token.strip(), self.clock.now())
        if endpoint in OPEN or known:
            return None
        return self._error(Refusal(401, "The access token is missing, invalid or expired"))

    def not_found(self, _request: Request) -> Response:
        """An address that is not there."""
        return answer({"code": 404, "message": "Not Found"}, 404)

    # ------------------------------------------------------------------------------------------- OAuth2

    def authorize(self, request: Request) -> Response:
        """The page that asks for consent, and what it leads to."""
        error, text, status = self.grants.refusal(request.args)
        if error:
            return answer({"error": error, "error_description": text, "message": text}, status)
        scopes = request.args.get("scope", "").replace(",", " ").split()
        if not SCOPES.issuperset(scopes):
            return self._back(request, error="invalid_scope")
        if request.method == "GET":
            return Response(CONSENT.format(scope=" ".join(scopes)), content_type="text/html; charset=utf-8")
        if request.form.get("answer") != "allow":
            return self._back(request, error="access_denied")
        with self._lock:
            return self._back(request, code=self.grants.code(self.clock.now()))

    def access_token(self, request: Request) -> Response:
        """Code or refresh token in, tokens out."""
        with self._lock:
            try:
                token = self.grants.token(
                    request.form, self.clock.now(), self.life, rotate=self.switch["rotate"]
                )
            except GrantError as error:
                return answer(error.body, error.status)
        return answer(token)

    def _back(self, request: Request, **said: str) -> Response:
        """To the registered address, whatever the request's own."""
        said["state"] = request.args.get("state", "")
        return redirect(f"{self.secrets['redirect_uri']}?{urlencode(said)}", 302)

    # ------------------------------------------------------------------------------------------- reading

    def test(self, _request: Request, minor: int) -> Response:
        """GET /test"""
        return answer("OK")

    def me(self, _request: Request, minor: int) -> Response:
        """GET /me"""
        return answer({"userid": 4711, "nick": "sandbox"})

    def rooms(self, _request: Request, minor: int) -> Response:
        """GET /rooms"""
        return self._reply(lambda: [room.shown() for room in self.store.rooms.values() if room.ours])

    def reservations(self, _request: Request, minor: int, room: int, day: str) -> Response:
        """GET /room/{r}/reservations/{date}"""

        def found() -> list[Any]:
            self.store.room(room)
            return [self._shape(each, minor) for each in self.store.day(room, forms.day(day))]

        return self._reply(found)

    def reservation(self, _request: Request, minor: int, room: int, **key: Any) -> Response:
        """GET /room/{r}/reservation/{id}"""
        return self._reply(lambda: self._shape(self._find(room, **key), minor))

    # ------------------------------------------------------------------------------------------- writing

    def add(self, request: Request, minor: int, room: int) -> Response:
        """PUT /room/{r}/reservation: the bare id."""

        def done() -> int:
            required = ("roomid", "date", "hour")
            fields = forms.reservation(forms.body(request.get_data()), required=required)
            if fields["roomid"] != room:
                raise Refusal(400, "roomid is not the room of the address")
            made = self.store.add(fields, self._local_text(self.clock.now()))
            self._echo("add", made)
            return int(made["reservationid"])

        return self._reply(done)

    def change(self, request: Request, minor: int, room: int, **key: Any) -> Response:
        """POST /room/{r}/reservation/{id}: what is sent changes, the rest stays."""

        def done() -> Any:
            old = self._find(room, **key)
            fields = forms.reservation(forms.body(request.get_data()))
            if not self.switch["move_by_edit"]:
                fields = {name: value for name, value in fields.items() if name not in forms.SLOT}
            return self._shape(self._changed(old, fields), minor)

        return self._reply(done)

    def relocate(self, request: Request, minor: int, room: int, **key: Any) -> Response:
        """POST /room/{r}/reservation/{id}/move"""

        def done() -> Any:
            old = self._find(room, **key)
            fields = forms.reservation(forms.body(request.get_data()), required=forms.SLOT)
            slot = {name: fields[name] for name in forms.SLOT}
            return self._shape(self._changed(old, slot), minor)

        return self._reply(done)

    def remove(self, _request: Request, minor: int, room: int, **key: Any) -> Response:
        """DELETE /room/{r}/reservation/{id}: bare true, never for what is paid via Lock.me."""

        def done() -> bool:
            old = self._find(room, **key)
            if paid(old):
                raise Refusal(self.switch["paid_delete_status"], "Paid reservations cannot be deleted")
            self.store.remove(old)
            self._echo("delete", old)
            return True

        return self._reply(done)

    def message(self, request: Request, minor: int, number: int) -> Response:
        """GET /message/{m}, also when it has been read; POST marks it read: bare true."""

        def done() -> Any:
            message = self.postbox.messages.get(number)
            hidden = self.switch["version_gates"] and minor < TEST_SINCE
            if message is None or (hidden and message.action == "test"):
                raise Refusal(404, "Message not found")
            if request.method == "GET":
                return shapes.message(message, self.switch, minor)
            message.read_at = message.read_at or self.clock.now()
            return True

        return self._reply(done)

    # ------------------------------------------------------------------------------------ rooms and slots

    def room(self, request: Request, minor: int, room: int) -> Response:
        """GET and POST /room/{r}: only calendarMargin can be changed."""

        def done() -> Any:
            known = self.store.room(room)
            if request.method == "POST":
                sent = forms.mapping(forms.body(request.get_data()))
                if sent.keys() - {"calendarMargin"}:
                    raise Refusal(400, "Only calendarMargin can be changed")
                if "calendarMargin" in sent:
                    known.margin = forms.number(sent["calendarMargin"], "calendarMargin")
            return known.shown()

        return self._reply(done)

    def date(self, request: Request, minor: int, room: int, day: str) -> Response:
        """GET, POST and DELETE /room/{r}/date/{date}: the exception of a date, and what is in force."""

        def done() -> Any:
            known = self.store.room(room)
            at = forms.day(day)
            if request.method == "POST":
                known.dates[at] = forms.slots(forms.body(request.get_data()))
            elif request.method == "DELETE":
                known.dates.pop(at, None)
            return known.slots(at)

        return self._reply(done)

    def weekday(self, request: Request, minor: int, room: int, weekday: int) -> Response:
        """GET and POST /room/{r}/day/{0..6}, Monday first."""

        def done() -> Any:
            known = self.store.room(room)
            if request.method == "POST":
                known.week[weekday] = forms.slots(forms.body(request.get_data()))
            return known.week.get(weekday, [])

        return self._reply(done)

    # ------------------------------------------------------------------------------------------- inside

    def _find(self, room: int, number: int | None = None, extid: str | None = None) -> Reservation:
        return self.store.find(room, number, extid)

    def _shape(self, reservation: Reservation, minor: int) -> dict[str, Any]:
        return shapes.reservation(reservation, self.switch, minor)

    def _changed(self, old: Reservation, fields: dict[str, Any]) -> Reservation:
        """The reservation with these fields; nothing is told when they are what it had."""
        new = self.store.change(old, fields)
        if new == old:
            return old
        moved = any(new[name] != old[name] for name in forms.SLOT)
        before = {"from_date": old["date"], "from_hour": old["hour"]} if moved else {}
        if new["status"]:
            self.store.holds.pop(new["reservationid"], None)
        self._echo("edit", new, **before)
        return new

    def _echo(self, action: str, reservation: Reservation, **more: Any) -> None:
        if self.switch["echo"]:
            self._tell(action, reservation, **more)

    def _reply(self, work: Callable[[], Any]) -> Response:
        """The answer of a piece of work that is done alone."""
        try:
            with self._change():
                return answer(work())
        except Refusal as refusal:
            return self._error(refusal)

    def _error(self, refusal: Refusal) -> Response:
        if self.switch["errors_as_200"]:
            return answer({"error": refusal.message})
        unknown = {409: self.switch["taken_status"], 400: self.switch["invalid_status"]}
        status = unknown.get(refusal.status, refusal.status)
        return answer({"code": status, "message": refusal.message}, status)
