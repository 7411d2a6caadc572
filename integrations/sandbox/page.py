"""The sandbox's page: what each vendor holds, and forms to play the vendor's side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from markupsafe import Markup, escape
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox import knobs, week
from integrations.sandbox.wire import Action, Clock, Sandbox

ROWS = 60  # of a table; the newest ones

FOLDER = Path(__file__).parent
FILES = {"play/play.js": "text/javascript", "play/play.css": "text/css"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)


class Stage(Protocol):
    """What the page shows: the vendors on one clock."""

    clock: Clock

    def all(self) -> Mapping[str, Sandbox]:
        """The stand-ins by name."""


class Page:
    """A WSGI application at / beside the vendors' own addresses."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """GET shows, POST plays."""
        request = Request(environ)
        response = self._play(request) if request.method == "POST" else self._show(request)
        return response(environ, start_response)

    def _show(self, request: Request) -> Response:
        name = request.path.strip("/")
        if name in FILES:
            return Response(
                (FOLDER / Path(name).name).read_bytes(), content_type=f"{FILES[name]}; charset=utf-8"
            )
        sandboxes = self._stage.all()
        if name and name.removeprefix("play/") not in sandboxes:
            return Response("no such vendor", 404)
        chosen = name.removeprefix("play/") or next(iter(sandboxes))
        answer = Response(
            self._frame(self._vendor(chosen, sandboxes[chosen], request)),
            content_type="text/html; charset=utf-8",
        )
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    def _vendor(self, chosen: str, sandbox: Sandbox, request: Request) -> Markup:
        said = request.args.get("said", "")
        parts = [
            Markup('<p class="said">{}</p>').format(said) if said else Markup(),
            Markup("<h2>Play {}</h2>").format(sandbox.name or chosen),
            self._week(chosen, sandbox, request.args.get("from", "")),
            *(_form(chosen, action) for action in sandbox.actions()),
            knobs.shown(chosen, sandbox),
            *(_table(title, rows) for title, rows in sandbox.state().items()),
        ]
        return Markup("").join(parts)

    def _week(self, chosen: str, sandbox: Sandbox, asked: str) -> Markup:
        if not isinstance(sandbox, week.Draggable):
            return Markup()
        return week.shown(chosen, sandbox, week.first_day(asked, self._stage.clock.now().date()))

    def _frame(self, body: Markup) -> str:
        links = Markup("").join(
            Markup('<a href="/play/{0}">{0}</a>').format(name) for name in self._stage.all()
        )
        return str(
            Markup(
                '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox vendors</title>'
                '<meta name="viewport" content="width=device-width,initial-scale=1">'
                '<link rel="icon" href="data:,"><link rel="stylesheet" href="/play/play.css">'
                '<script src="/play/play.js" defer></script></head><body>'
                "<header><b>Sandbox vendors</b>{} <span>{} UTC</span></header><main>{}</main></body></html>"
            ).format(links, f"{self._stage.clock.now():%Y-%m-%d %H:%M:%S}", body)
        )

    def _play(self, request: Request) -> Response:
        origin = request.headers.get("Origin")
        if origin and origin != request.host_url.rstrip("/"):
            return Response("this form belongs to another page", 403)
        parts = request.path.strip("/").split("/")
        if parts == ["clock"]:
            self._stage.clock.move(timedelta(minutes=float(request.form["minutes"])))
            return redirect("/", 303)
        sandbox = self._stage.all().get(parts[1]) if len(parts) == 3 else None
        if sandbox is None:
            return Response("no such vendor", 404)
        form = request.form.to_dict()
        back = {"from": form.pop("from")} if parts[2] == "drop" and "from" in form else {}
        told = urlencode({**back, "said": _run(sandbox, parts[2], form)})
        return redirect(f"/play/{parts[1]}?{told}", 303)


def _run(sandbox: Sandbox, name: str, form: dict[str, str]) -> str:
    """What the action says of itself, or why it could not be done."""
    try:
        if (said := knobs.run(sandbox, name, form)) is not None:
            return said
        if name == "drop" and isinstance(sandbox, week.Draggable):
            return sandbox.drop(week.Drop.read(form))
        action = next((action for action in sandbox.actions() if action.name == name), None)
        return action.run(**form) if action else f"there is no {name}"
    except (ValueError, KeyError, LookupError, TypeError, OverflowError) as error:
        return f"not possible: {error}"


def _form(vendor: str, action: Action) -> Markup:
    fields = Markup("").join(
        Markup('<label>{0} <input name="{0}"></label>').format(field) for field in action.fields
    )
    return Markup(
        '<details><summary>{}</summary><form method="post" action="/play/{}/{}">{}<button>Do it</button>'
        "</form></details>"
    ).format(action.label, vendor, action.name, fields)


def _table(title: str, rows: list[dict[str, Any]]) -> Markup:
    names = list(rows[0]) if rows else []
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in names)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(escape(row.get(name, ""))) for name in names)
        )
        for row in rows[-ROWS:][::-1]
    )
    return Markup(
        '<h2>{} <small>({})</small></h2><div class="wide"><table><tr>{}</tr>{}</table></div>'
    ).format(title, len(rows), head, body)
