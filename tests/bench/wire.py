"""The hall as Locaboo's API tells it: pages of JSON, made one by one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from integrations.sandbox.server import Quiet
from integrations.types import BookingRecord, OccurrenceRecord
from tests.bench.hall import Hall


class Wire:
    """GET of /api/v2/resource_list, customer_list and booking_list, over WSGI."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        data, total = getattr(self, f"_{request.path.rpartition('/')[2]}")(request)
        body = json.dumps({"data": data, "total": total, "success": True})
        return Response(body, content_type="application/json")(environ, start_response)

    def _resource_list(self, _request: Request) -> tuple[list[Any], int]:
        rows = [
            {"id": int(one.ref), "title": one.title, "parts": []} for one in self._hall.resources().records
        ]
        return rows, len(rows)

    def _customer_list(self, request: Request) -> tuple[list[Any], int]:
        people = self._hall.customers().records[int(request.args.get("offset", 0)) :]
        rows = [
            {"id": int(one.ref), "email": one.email, "company_name": one.name, "phone": one.phone}
            for one in people
        ]
        return rows, len(self._hall.customers().records)

    def _booking_list(self, request: Request) -> tuple[list[Any], int]:
        first, last = (date.fromisoformat(request.args[name]) for name in ("date_from", "date_to"))
        told = list(self._hall.told(first, last))
        offset = int(request.args["offset"])
        return [_row(each) for each in told[offset : offset + int(request.args["limit"])]], len(told)


@contextmanager
def served(hall: Hall) -> Iterator[str]:
    """The hall's address while it is served."""
    server = make_server("127.0.0.1", 0, Wire(hall), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _row(record: BookingRecord) -> dict[str, Any]:
    place = record.occurrences[0].resource_ref
    instances = {each.ref: _instance(each) for each in record.occurrences}
    return {
        "id": int(record.ref),
        "title": record.title,
        "resources": [{"resource_id": int(place), "resource": f"Room {place}", "instances": instances}],
        "comments": record.comment,
        "customer_id": record.customer_ref,
        "customer": f"Club {record.customer_ref}",
        "persons": [0] * (record.people or 0),
        **record.raw,
    }


def _instance(each: OccurrenceRecord) -> dict[str, Any]:
    return {
        "id": int(each.ref),
        "resource_id": int(each.resource_ref),
        "resource": f"Room {each.resource_ref}",
        "from": each.starts_text,
        "to": each.ends_text,
        "custom_fields": [],
    }
