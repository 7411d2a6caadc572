"""The sandbox Locaboo on the wire: the key, the routes, the envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from integrations.sandbox.locaboo import forms, reads, samples, shapes, writes
from integrations.sandbox.locaboo.dashboard import Dashboard
from integrations.sandbox.locaboo.store import MANAGER, BadRequest, Store

READS = ("resource_list", "booking_list", "availability", "profile", "customer_list", "inventory_list",
         "service_list", "invoice_list", "booking_save", "event_list")  # fmt: skip
DETAILS = ("resource", "booking", "event_details")
WRITES = ("booking_add", "customer_add", "customer_edit", "customer_address_add")
LOGIN_PAGE = "<html><body><h1>Locaboo</h1><form>Login</form></body></html>"


class LocabooSandbox(Dashboard):
    """One manager's account on the wire."""

    def routes(self) -> Iterable[Rule]:
        """The endpoints of API v2."""
        yield from (Rule(f"/api/v2/{name}", methods=["GET"], endpoint=name) for name in READS)
        yield from (Rule(f"/api/v2/{name}/<ident>", methods=["GET"], endpoint=name) for name in DETAILS)
        yield from (Rule(f"/api/v2/{name}", methods=["POST"], endpoint=name) for name in WRITES)

    def gate(self, request: Request, _endpoint: str) -> Response | None:
        """The key, in the query or in the form (B-S1)."""
        with self._lock:
            self._turn += 1
            if self._calls_left == 0:
                self.keys.clear()
            self._calls_left -= 1
            sent = request.values.get("api_secret_key")
            return None if sent in self.keys else self._stranger()

    def not_found(self, _request: Request) -> Response:
        """An address that is not there."""
        return _json({"success": False, "message": "Not found."}, 404)

    def _stranger(self) -> Response:
        how = self.switch["auth_failure"]
        if how == "html":
            return Response(LOGIN_PAGE, 200, content_type="text/html")
        status = 200 if how == "success_false" else int(how)
        return _json({"success": False, "message": "invalid key"}, status)

    def _reply(self, work: Callable[..., tuple[Any, int]], *args: Any) -> Response:
        return self._send(lambda: dict(zip(("data", "total"), work(self.store, *args), strict=True)))

    def _send(self, work: Callable[[], dict[str, Any]]) -> Response:
        with self._lock:
            try:
                return _json({**work(), "success": True})
            except BadRequest as error:
                return _json({"success": False, "message": error.message}, error.status)

    def resource_list(self, _request: Request) -> Response:
        """GET /resource_list"""
        answer = self._reply(reads.resource_list, self.switch)
        if self.switch["free_text_fields"] == "top":
            fields = shapes.dumps(shapes.FREE_TEXT_FIELDS)
            sloppy = fields.replace("}", ",}").replace("}]", "},]")
            fields = sloppy if self.switch["as_documented"] else fields
            text = answer.get_data(as_text=True).removesuffix("}")
            answer.set_data(f'{text},"free_text_fields":{fields}}}')
        return answer

    def booking_list(self, request: Request) -> Response:
        """GET /booking_list"""
        return self._reply(reads.booking_list, self.switch, request.args, self._turn)

    def availability(self, request: Request) -> Response:
        """GET /availability"""
        return self._reply(reads.availability, request.args)

    def customer_list(self, _request: Request) -> Response:
        """GET /customer_list"""
        return self._reply(reads.customer_list, self.switch)

    def resource(self, _request: Request, ident: str) -> Response:
        """GET /resource/<id>"""
        return self._reply(lambda store: reads.resource(store, _path_id(ident)))

    def booking(self, _request: Request, ident: str) -> Response:
        """GET /booking/<id>"""
        return self._reply(lambda store: reads.booking(store, self.switch, _path_id(ident)))

    def profile(self, _request: Request) -> Response:
        """GET /profile"""
        return self._reply(lambda _store: (samples.PROFILE, len(samples.PROFILE)))

    def inventory_list(self, _request: Request) -> Response:
        """GET /inventory_list"""
        return self._reply(lambda _store: ([samples.inventory(self._titles())], 1))

    def service_list(self, _request: Request) -> Response:
        """GET /service_list"""
        return self._reply(lambda _store: ([samples.priced(686, "Reinigung", self._titles())], 1))

    def invoice_list(self, _request: Request) -> Response:
        """GET /invoice_list"""
        return self._reply(reads.invoice_list)

    def event_list(self, request: Request) -> Response:
        """GET /event_list"""
        return self._reply(reads.event_list, request.args)

    def event_details(self, _request: Request, ident: str) -> Response:
        """GET /event_details/<id>"""
        answer = self._reply(lambda store: reads.event_details(store, _path_id(ident)))
        if self.switch["as_documented"]:
            answer.set_data(answer.get_data(as_text=True).replace(',"bookings":[]', '"bookings":[]"'))
        return answer

    def booking_save(self, request: Request) -> Response:
        """GET /booking_save, which writes"""
        return self._reply(lambda store: (writes.booking_save(store, self.switch, request.args), 0))

    def booking_add(self, request: Request) -> Response:
        """POST /booking_add"""
        return self._reply(
            lambda store: (writes.booking_add(store, self.switch, forms.nested(request.form)), 1)
        )

    def customer_add(self, request: Request) -> Response:
        """POST /customer_add"""
        return self._customer(writes.customer_add, request)

    def customer_edit(self, request: Request) -> Response:
        """POST /customer_edit"""
        return self._customer(writes.customer_edit, request)

    def customer_address_add(self, request: Request) -> Response:
        """POST /customer_address_add"""
        return self._customer(writes.customer_address_add, request)

    def _customer(self, work: Callable[[Store, forms.Form], writes.Rows], request: Request) -> Response:
        """Writes of customers answer without a total."""
        return self._send(lambda: {"data": work(self.store, forms.nested(request.form))})

    def _titles(self) -> dict[str, str]:
        return {str(each.id): each.title for each in self.store.resources.values() if each.manager == MANAGER}


def _json(body: Any, status: int = 200) -> Response:
    return Response(shapes.dumps(body), status, content_type="application/json")


def _path_id(ident: str) -> int:
    if not ident.isdecimal():
        raise BadRequest("Not found.", 404)
    return int(ident)
