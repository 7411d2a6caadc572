"""The stand-in's wire: two prefixes, one key, two monthly quotas, and what is behind them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from integrations.sandbox.codelocks import k3, netcodes, page, phones, utility
from integrations.sandbox.codelocks.locks import Lock
from integrations.sandbox.codelocks.refusal import (
    Refusal,
    bad_access_key,
    forbidden,
    given,
    invalid,
    moment,
    no_lock,
    whole,
)
from integrations.sandbox.wire import Action, Clock, Sandbox, answer


class CodelocksSandbox(Sandbox):
    """Codelocks Connect version 1, and the locks that it computes for."""

    name = "codelocks"
    secrets = {"api_key": "sandboxA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8", "access_key": "2sandbox7k3"}
    options: Mapping[str, Any] = {
        "netcode_version": "n/1",  # the prefix of addresses of codes
        "utility_version": "u/1",  # the prefix of all other addresses
        "netcode_quota": 100,  # calls of a month
        "utility_quota": 1000,  # calls of a month
        "start_rule": "strict",  # strict | truncate: a start that is not on the grid
        "unknown_duration": "400",  # 400 | 200 with an error in the body: a duration that there is not
        "bad_access_key": "401",  # 401 | 400: a wrong access key
        "no_duration_id": "example",  # example | 404 | 403: /duration without an id gives that of the example
        "duration_key": "DurationID",  # DurationID | DurationId: the key of a duration's id
        "lock_key": "LockId",  # LockId | LockID: the key of a lock's id beside a code
        "rule_form": "array",  # array | object: the parts of a duration's rule
        "account_form": "array",  # array | object: the K3 account
        "no_clients": "object",  # object | array | null: a lock without phone clients
        "client_count": "all",  # all | page: what `count` counts
        "client_words": ("INVITED", "ACTIVE", "SUSPENDED"),  # the vendor's own words for these three
        "most_per_page": 0,  # rows on a page, however many are asked for; 0 = any
        "shape": "v1",  # v1 | 2016: of a NetCode's answer
        "expires_shift_hours": 0,  # by how much the vendor's own end of a code is off
        "g3_durations": True,  # the durations of a KL1060G3 are known
        "audit_delay_minutes": 0,  # until an entry of a lock is known
        "https_only": False,  # plain http is refused
    }

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        super().__init__(clock, **options)
        self.keys = dict(self.secrets)
        self.locks: dict[str, Lock] = {}
        self.account = k3.Account()
        self.ledger: dict[tuple[str, str], int] = {}
        self.told: set[tuple[str, ...]] = set()

    # ------------------------------------------------------------------------------------ the locks

    def add_kitlock(
        self, timecode: str, identifier: str, model: str = "KL1060", clock: str = "UTC", **setting: Any
    ) -> str:
        """A KitLock on a door; its ref, timecode/identifier. `setting` is what else Lock has."""
        return self._add(Lock(f"{timecode}/{identifier}", model, timecode, identifier, clock, **setting))

    def add_k3(self, lock_id: str, name: str = "", timezone: str = "Europe/Berlin", **setting: Any) -> str:
        """A K3 lock paired with the account; its ref is its id."""
        return self._add(Lock(lock_id, netcodes.K3, lock_id, "", timezone, name, **setting))

    def opens(self, lock: str, code: str, instant: datetime) -> bool:
        """Whether a lock (by its ref) opens for these keys at an aware instant, by its own clock (C-S6)."""
        return self.locks[lock].opens(code, instant)

    def open_door(self, lock: str, code: str) -> bool:
        """Type a code in now; a K3 lock notes what came of it."""
        now = self.clock.now()
        with self._lock:
            opened = self.locks[lock].use(code, now)
            if self.locks[lock].is_k3:
                kind = "ACCESS" if opened else "DENIED"
                self.account.note(self.locks[lock], now, kind, "NetCode", self._delay())
        return opened

    def open_by_phone(self, lock: str, email: str) -> bool:
        """Open a K3 lock with the app now."""
        with self._lock:
            return phones.use(self.account, self.locks[lock], email, self.clock.now(), self._delay())

    def block(self, lock: str, code: str) -> None:
        """Block a code at the keypad (#master 16 code)."""
        self.locks[lock].blocked.add(code)

    def change_batteries(self, lock: str) -> None:
        """The lock forgets the time: no code opens it."""
        self.locks[lock].lost_clock = True

    def set_clock(self, lock: str) -> None:
        """The lock knows the time again."""
        self.locks[lock].lost_clock = False

    def register_app_user(self, email: str) -> None:
        """A person has an account in the app."""
        self.account.users.add(email.lower())

    def accept(self, lock: str, email: str) -> None:
        """The person accepts the invitation to a lock."""
        self.account.clients[lock, email.lower()].accept()

    def rotate_access_key(self, new: str) -> None:
        """The K3 account gets another access key; codes already told go on opening."""
        self.keys["access_key"] = new

    def rotate_api_key(self, new: str) -> None:
        """The API gets another key."""
        self.keys["api_key"] = new

    def paid(self, counter: str, month: str = "") -> int:
        """How many calls of netcode or utility were counted in a UTC month (YYYY-MM; "" = this one)."""
        return self.ledger.get((counter, month or f"{self.clock.now():%Y-%m}"), 0)

    def actions(self) -> Iterable[Action]:
        """What a person can do."""
        return page.actions(self)

    def state(self) -> Mapping[str, list[dict[str, Any]]]:
        """What there is."""
        return page.state(self)

    def _add(self, lock: Lock) -> str:
        with self._lock:
            self.locks[lock.ref] = lock
        return lock.ref

    def _delay(self) -> timedelta:
        return timedelta(minutes=self.switch["audit_delay_minutes"])

    # ------------------------------------------------------------------------------------- the wire

    def routes(self) -> Iterable[Rule]:
        """Version 1, whole: netcode under one prefix, all else under the other."""
        n, u = (f"/{self.switch[name].strip('/')}" for name in ("netcode_version", "utility_version"))
        lock = f"{u}/k3connect/<lock_id>"
        yield Rule(f"{n}/netcode/<lock_id>", methods=["GET"], endpoint="netcode")
        yield Rule(f"{u}/init", methods=["GET"], endpoint="init")
        yield Rule(f"{u}/durations", methods=["GET"], endpoint="durations")
        yield Rule(f"{u}/duration", methods=["GET"], endpoint="duration")
        yield Rule(f"{u}/duration/<duration_id>", methods=["GET"], endpoint="duration")
        yield Rule(f"{u}/k3connect", methods=["GET"], endpoint="k3_locks")
        yield Rule(f"{u}/k3connect/account", methods=["GET"], endpoint="k3_account")
        yield Rule(f"{u}/k3connect/help/spcconfig", methods=["GET"], endpoint="spcconfig")
        yield Rule(lock, methods=["GET"], endpoint="k3_lock")
        yield Rule(f"{lock}/clients", methods=["GET"], endpoint="clients")
        yield Rule(f"{lock}/client", methods=["POST", "PUT", "PATCH", "DELETE"], endpoint="client")
        yield Rule(f"{lock}/audit", methods=["GET"], endpoint="audit")

    def not_found(self, _request: Request) -> Response:
        """The gateway knows no such address."""
        return forbidden("Missing Authentication Token")

    def _answer(self, request: Request) -> Response:
        """Count before anything can go wrong: failures are paid for too (C-S2)."""
        plain = self.switch["https_only"] and request.scheme != "https"
        if plain or request.headers.get("x-api-key") != self.keys["api_key"]:
            return forbidden()
        if not self._count(request.path):
            return answer({"message": "Limit Exceeded"}, 429)
        return super()._answer(request)

    def _count(self, path: str) -> bool:
        prefix = {"n": "netcode", "u": "utility"}.get(path.lstrip("/").partition("/")[0], "")
        if not prefix:
            return True
        with self._lock:
            if self.paid(prefix) >= self.switch[f"{prefix}_quota"]:
                return False
            self.ledger[prefix, f"{self.clock.now():%Y-%m}"] = self.paid(prefix) + 1
        return True

    def _dispatch(self, request: Request) -> Response:
        try:
            with self._lock:
                return super()._dispatch(request)
        except Refusal as refusal:
            return refusal.response

    # ---------------------------------------------------------------------------- codes, durations

    def netcode(self, request: Request, lock_id: str) -> Response:
        """A code; a KitLock's seed is never checked, so a typo gives a code too (C-S7)."""
        asked = {"id": lock_id, **given(request.args, "start", "duration", "lockmodel", "identifier")}
        model = asked["lockmodel"] = utility.model(asked["lockmodel"])
        self._check_id(asked)
        start = moment(asked["start"])
        row = netcodes.length(model, whole(asked["duration"], "duration"))
        if row is None:
            return self._unknown_duration()
        start = self._aligned(row, start)
        identifier = "" if model == netcodes.K3 else asked["identifier"]
        pin = netcodes.code(model, lock_id, identifier, start, row.id)
        self.told.add((model, lock_id, identifier, f"{start}", str(row.id)))
        expires = start + row.span + timedelta(hours=self.switch["expires_shift_hours"])
        body = netcodes.told(asked, start, row, self.switch["shape"], expires)
        body[self.switch["lock_key"]] = body.pop("LockId")
        return answer({**body, "ActualNetcode": pin})

    def durations(self, request: Request) -> Response:
        """The durations or the modes, of one model or of all."""
        refused = () if self.switch["g3_durations"] else ("KL1060G3",)
        return answer(utility.durations(request.args, self.switch["duration_key"], refused))

    def duration(self, request: Request, duration_id: str = "") -> Response:
        """The rule of one duration; its id is marked optional."""
        ref = duration_id or utility.no_duration(self.switch["no_duration_id"])
        return answer(utility.duration(request.args, ref, self.switch["rule_form"]))

    def init(self, request: Request) -> Response:
        """The sequence to type in at once."""
        return answer(utility.init(request.args, self.clock.now()))

    def _check_id(self, asked: Mapping[str, str]) -> None:
        k3_asked = asked["lockmodel"] == netcodes.K3
        if len(asked["id"]) != (32 if k3_asked else 12) or not (k3_asked or asked["id"].isdigit()):
            raise invalid("ID (Expected: 12 or 32 characters)")
        if k3_asked:
            self._check_access_key(asked["identifier"])
            if self._find(asked["id"]) is None:
                raise invalid("ID")

    def _aligned(self, row: netcodes.Length, start: datetime) -> datetime:
        aligned = row.aligned(start)
        if aligned != start and self.switch["start_rule"] == "strict":
            raise invalid("start")
        return aligned

    def _unknown_duration(self) -> Response:
        if self.switch["unknown_duration"] == "400":
            raise invalid("duration")
        said = {"ActualNetcode": "ERROR", "Resultstatus": "Error: unknown duration", "Startdate": None}
        return answer(said)

    # ------------------------------------------------------------------------------------------ K3

    def k3_locks(self, request: Request) -> Response:
        """The account's locks."""
        self._check_access_key(given(request.args, "accesskey")["accesskey"])
        now = self.clock.now()
        return answer([self.account.row(lock, now) for lock in self.locks.values() if lock.is_k3])

    def k3_lock(self, request: Request, lock_id: str) -> Response:
        """One lock; here 404 means that there is none."""
        lock = self._mine(request.args, lock_id, absent=no_lock())
        return answer(self.account.row(lock, self.clock.now()))

    def k3_account(self, request: Request) -> Response:
        """The account, documented as a list of one and seen as an object."""
        self._check_access_key(given(request.args, "accesskey")["accesskey"])
        account = {"email": "venue@example.test", "spccmstatus": "ACTIVE", "plan": None}
        return answer([account] if self.switch["account_form"] == "array" else account)

    def spcconfig(self, _request: Request) -> Response:
        """A sample of active periods, as a text."""
        return answer({"activeperiods": json.dumps({"0": k3.EXAMPLE}), "schema": None})

    def clients(self, request: Request, lock_id: str) -> Response:
        """The smart-phone clients of a lock."""
        lock = self._mine(request.args, lock_id)
        return answer(phones.listed(self.account, lock, request.args, self.switch))

    def client(self, request: Request, lock_id: str) -> Response:
        """Invite, change, suspend or restore, remove; form fields only (C-S9)."""
        acts = {"POST": phones.invite, "PUT": phones.change, "PATCH": phones.suspend, "DELETE": phones.remove}
        lock = self._mine(request.form, lock_id)
        return answer(acts[request.method](self.account, lock, request.form))

    def audit(self, request: Request, lock_id: str) -> Response:
        """What a lock has noted, as far as the vendor knows it by now."""
        lock = self._mine(request.args, lock_id)
        return answer(phones.audit(self.account, lock, request.args, self.switch, now=self.clock.now()))

    def _check_access_key(self, given_key: str) -> None:
        if given_key != self.keys["access_key"]:
            raise bad_access_key(self.switch["bad_access_key"])

    def _find(self, lock_id: str) -> Lock | None:
        return next(
            (lock for ref, lock in self.locks.items() if lock.is_k3 and ref.lower() == lock_id.lower()), None
        )

    def _mine(self, values: Mapping[str, str], lock_id: str, absent: Refusal | None = None) -> Lock:
        self._check_access_key(given(values, "accesskey")["accesskey"])
        if lock := self._find(lock_id):
            return lock
        raise absent or invalid("ID")
