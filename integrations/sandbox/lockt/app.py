"""The endpoints: headers, envelopes, one write at a time, pending calls, and the page."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from integrations.sandbox.lockt import batches, page
from integrations.sandbox.lockt.reads import Reads
from integrations.sandbox.wire import KINDS, Action, Call, Clock, Fault, answer

TERMINATED = "Unable to enumerate dependant record. Batch has been terminated and exception flagged."
NO_TEMPLATE = "Unable to locate template. Batch has been terminated and exception flagged."
OVERLAP = "Simultaneous and overlapping POST operations are not permitted."
PRIVATE = ("pin", "credential_key", "email", "phone")
PENDING = {"uservalidate": "POST", "reissue": "POST", "fobcheck": "GET", "nextcardnum": "GET"}
READS = ("door", "doorstate", "accesslevel", "schedule", "credential", "credentialsummary", "fob")

Work = Callable[[list[dict[str, Any]], dict[str, bool]], Response]


class LocktSandbox(Reads):
    """Lockt SecureAccess Cloud, /api/v1. Its own kind of fault, `terminated`, does half of a batch.

    The literal of a terminated batch is the fault's body when that begins with "Unable".
    """

    name = "lockt"
    kinds = (*KINDS, "terminated")
    options: Mapping[str, Any] = {
        "content_type_status": 400,  # 400 | 415: without a content type
        "read_error": "object",  # object | list | texts: how `data` carries an error
        "not_found": "empty",  # empty | 404: ?id= and ?idnum= of nobody
        "levels_on_single": False,  # accesslevels on a read of one user
        "levels_in_list": True,  # accesslevels on a read of all users
        "user_as_list": True,  # a credential's user as a list of one
        "fobs_among_users": True,  # GET /user lists fobs too
        "released": (),  # pending endpoints that answer: uservalidate, reissue, fobcheck, nextcardnum
        "max_batch": 100,  # rows in one write
        "latency": 0.0,  # seconds that a write takes
        "overlap_scope": "site",  # site | endpoint: which writes may not overlap
        "summary": "list",  # list | object | by status: what /credentialsummary looks like
        "overlap_status": 429,  # 429 | 409 | 400: of a write during another
        "blank_on_update": True,  # an update blanks what it leaves out
        "key_on_user": False,  # users carry the key of their credential, and an update may blank it
        "partial": "counters",  # counters | list | data | 400: a batch with some bad rows
        "odd_counters": False,  # as wrong as in the vendor's samples
        "write_zone": "Europe/Berlin",  # what written times mean; never told
        "site_zone": "Europe/Berlin",  # what times of schedules mean
        "fold": 0,  # which of the two repeated hours a written time means
        "fob_dates": "keep",  # keep | clear: dates that a reassignment leaves out
        "events_cache": 5000,  # events that are kept
        "event_gaps": True,  # the numbers of events have gaps
        "event_bound": "exclusive",  # exclusive | inclusive: what ?id= of events means
        "event_time": "hw_time",  # hw_time | event_time: the key of an event's time
    }

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        """See `options` for the switches."""
        super().__init__(clock, **options)
        self._writing = 0
        self._busy: Counter[str] = Counter()  # writes under way by address

    def __setstate__(self, state: dict[str, Any]) -> None:
        """As every sandbox; nothing is being written after a load."""
        super().__setstate__(state)
        self._writing = 0
        self._busy = Counter()

    def routes(self) -> Iterable[Rule]:
        """Every endpoint of the vendor's table; pending ones answer when they are switched on."""
        reads = [Rule(f"/api/v1/{name}", methods=["GET"], endpoint=f"get_{name}") for name in READS]
        reads += [
            Rule("/api/v1/user", methods=["GET"], endpoint="get_user"),
            Rule("/api/v1/events", methods=["GET"], endpoint="get_events"),
        ]
        writes = [
            Rule("/api/v1/user", methods=["POST"], endpoint="post_user"),
            Rule("/api/v1/door", methods=["POST"], endpoint="post_door"),
            Rule("/api/v1/fob", methods=["POST"], endpoint="post_fob"),
            Rule("/api/v1/fob", methods=["PUT"], endpoint="put_fob"),
        ]
        pending = [
            Rule(
                f"/api/v1/{'credential' if name == 'reissue' else name}",
                methods=[PENDING[name]],
                endpoint=f"pending_{name}",
            )
            for name in self.switch["released"]
        ]
        return [*reads, *writes, *pending]

    def gate(self, request: Request, _endpoint: str) -> Response | None:
        """Both keys and the content type, on every call."""
        if any(request.headers.get(name) != value for name, value in self.secrets.items()):
            return self.error("Access to the indicated resource was denied.", 401)
        if request.mimetype != "application/json":
            return self.error("Content-Type must be application/json.", self.switch["content_type_status"])
        return None

    def not_found(self, _request: Request) -> Response:
        """404 with the vendor's envelope."""
        return self.error("The resource was not found.", 404)

    # ----------------------------------------------------------------------------------------- writes

    def post_user(self, request: Request) -> Response:
        """Create or update card holders."""
        return self._batch(request, "users", batches.take_user)

    def post_fob(self, request: Request) -> Response:
        """Create fobs."""
        return self._batch(request, "fobs", batches.take_fob)

    def put_fob(self, request: Request) -> Response:
        """Give fobs to users."""
        return self._batch(request, "fobs", batches.reassign_fob)

    def post_door(self, request: Request) -> Response:
        """Create doors."""
        return self._write(request, "doors", partial(batches.add_doors, self))

    def _batch(self, request: Request, node: str, take: batches.Take, *, commit: bool = True) -> Response:
        stop = request.environ.get("lockt.terminated", "")
        work = partial(batches.submit, self, take=take, stop=stop, commit=commit)
        return self._write(request, node, work)

    def _write(self, request: Request, node: str, work: Work) -> Response:
        with self._lock:
            self._writing += 1
            self._busy[request.path] += 1
            rivals = self._writing if self.switch["overlap_scope"] == "site" else self._busy[request.path]
            request.environ["lockt.overlapped"] = overlapped = rivals > 1
        try:
            if overlapped:
                return self._overlapped(self.switch["overlap_status"])
            time.sleep(self.switch["latency"])
            with self._lock:
                return self._carry_out(request, node, work)
        finally:
            with self._lock:
                self._writing -= 1
                self._busy[request.path] -= 1

    def _overlapped(self, status: int) -> Response:
        return batches.refusal(OVERLAP) if status == 400 else self.error(OVERLAP, status)

    def _carry_out(self, request: Request, node: str, work: Work) -> Response:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return batches.refusal(batches.NO_DATA)
        rows = body.get(node)
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            return batches.refusal(batches.NO_DATA)
        if len(rows) > self.switch["max_batch"]:
            return batches.refusal(batches.TOO_MANY.format(self.switch["max_batch"]))
        options = batches.read_options(body.get("options", {}))
        if isinstance(options, list):
            return batches.refusal(batches.INVALID, [{"error": options, "input_data": {}}])
        return work(rows, options)

    # ---------------------------------------------------------------------------------------- pending

    def pending_uservalidate(self, request: Request) -> Response:
        """A batch of which nothing is committed; the shape is not documented, so that of POST /user."""
        return self._batch(request, "users", batches.take_user, commit=False)

    def pending_reissue(self, _request: Request) -> Response:
        """The shape is not documented."""
        return answer({"data": {"submitted": 0, "inserted": 0, "updated": 0, "errors": 0}})

    def pending_fobcheck(self, _request: Request) -> Response:
        """The shape is not documented."""
        return answer({"data": []})

    def pending_nextcardnum(self, _request: Request) -> Response:
        """The shape is not documented."""
        taken = [int(one.card_num) for one in self.people.values() if one.card_num.isdigit()]
        return answer({"data": [{"card_num": str(max(taken, default=0) + 1)}]})

    # ------------------------------------------------------------------------- faults and the journal

    def _fault(self, request: Request) -> Fault | None:
        fault = super()._fault(request)
        if fault and fault.kind == "terminated":
            request.environ["lockt.terminated"] = (
                fault.body if fault.body.startswith("Unable") else TERMINATED
            )
        return fault

    def _record(self, request: Request, response: Response, overlapped: bool) -> None:  # noqa: FBT001 the base's
        with self._lock:
            super()._record(request, response, overlapped)
            last = self.journal.pop()
            written = bool(request.environ.get("lockt.overlapped"))
            self.journal.append(_redacted(last, overlapped=written))

    def writes(self, match: str = "POST /api/v1/user") -> list[dict[str, Any]]:
        """The audit of writes: options, number of rows, status, and whether they overlapped another."""
        audit = []
        for call in self.calls(match):
            body = json.loads(call.body or "{}")
            rows = sum(len(value) for value in body.values() if isinstance(value, list))
            audit.append(
                {
                    "rows": rows,
                    "options": body.get("options", {}),
                    "status": call.status,
                    "overlapped": call.overlapped,
                }
            )
        return audit

    # -------------------------------------------------------------------------------- the page

    def actions(self) -> Iterable[Action]:
        """What a person can do at the site."""
        return page.Played(self).actions()

    def state(self) -> Mapping[str, list[dict[str, Any]]]:
        """Everything the site keeps."""
        with self._lock:
            return page.state(self)


def _redacted(call: Call, *, overlapped: bool) -> Call:
    """The call with personal and secret values of its body masked."""
    try:
        body = json.loads(call.body) if call.body else None
    except ValueError:
        body = None
    text = json.dumps(_masked(body)) if body is not None else call.body
    return Call(call.at, call.method, call.path, call.query, text, call.status, overlapped)


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if isinstance(value, dict):
        return {name: "•••" if name in PRIVATE and inner else _masked(inner) for name, inner in value.items()}
    return value
