"""The forms of the sandbox's page that are the same for every vendor: what goes wrong, and its switches."""

from __future__ import annotations

import json
import math
from typing import Any

from markupsafe import Markup

from integrations.sandbox import switches
from integrations.sandbox.wire import Fault, Sandbox

LONGEST = 600  # seconds of a slow answer
NOTHING = Markup()
USUAL = Fault("status")


def shown(vendor: str, sandbox: Sandbox) -> Markup:
    """Both forms, and what is still to go wrong."""
    return _faults(vendor, sandbox) + _waiting(vendor, sandbox) + _switches(vendor, sandbox)


def run(sandbox: Sandbox, name: str, form: dict[str, str]) -> str | None:
    """What came of one of these forms; None when it is another's. ValueError for what cannot be."""
    if name == "fault":
        fault = _fault(sandbox, form)
        sandbox.fail(fault.kind, fault.match, **_how(fault))
        return f"the next requests go wrong: {fault.kind}"
    if name == "mend":
        sandbox.faults.clear()
        return "nothing goes wrong any more"
    if name == "switches":
        turned = switches.turn(sandbox, (f"{switch}={value}" for switch, value in form.items()))
        return f"turned: {'; '.join(turned)}" if turned else "nothing was turned"
    return None


# ------------------------------------------------------------------------------------------------- faults


def _fault(sandbox: Sandbox, form: dict[str, str]) -> Fault:
    kind = form.get("kind", "")
    if kind not in sandbox.kinds:
        raise ValueError(f"{kind!r} is none of {', '.join(sandbox.kinds)}")
    body = form.get("body") or USUAL.body
    return Fault(
        kind,
        form.get("match", ""),
        times=_whole(form, "times", 1, 1, 10_000),
        status=_whole(form, "status", USUAL.status, 200, 599),
        body=body,
        content_type=form.get("content_type") or _type_of(body),
        seconds=_seconds(form.get("seconds") or "0"),
    )


def _how(fault: Fault) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in ("times", "status", "body", "content_type", "seconds")}


def _whole(form: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = (form.get(name) or str(default)).strip()
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ValueError(f"{name} is a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST:
        raise ValueError(f"seconds are a number from 0 to {LONGEST}, not {text!r}")
    return seconds


def _type_of(body: str) -> str:
    try:
        json.loads(body)
    except ValueError:
        return USUAL.content_type
    return "application/json"


def _faults(vendor: str, sandbox: Sandbox) -> Markup:
    return Markup(
        '<details><summary>Let requests go wrong</summary><form method="post" action="/play/{}/fault">'
        '<label>how <select name="kind">{}</select></label>'
        '<label>only if "METHOD /path" contains <input name="match"></label>'
        '<label>times <input name="times" value="1" size="3" inputmode="numeric"></label>'
        '<label>status (of status) <input name="status" value="{}" size="3" inputmode="numeric"></label>'
        '<label>seconds (of slow) <input name="seconds" value="0" size="4" inputmode="decimal"></label>'
        '<label>content type (empty: by the body) <input name="content_type"></label>'
        '<label class="tall">body (of {}; empty: a page in HTML)'
        ' <textarea name="body" rows="3"></textarea></label>'
        "<button>Do it</button></form></details>"
    ).format(vendor, _options(sandbox.kinds), USUAL.status, _with_body(sandbox))


def _with_body(sandbox: Sandbox) -> str:
    return " and ".join(kind for kind in ("status", "body", "terminated") if kind in sandbox.kinds)


def _waiting(vendor: str, sandbox: Sandbox) -> Markup:
    """What is still to go wrong, and a button that ends it."""
    faults = list(sandbox.faults)
    if not faults:
        return NOTHING
    told = "; ".join(f"{each.kind} {each.times} × {each.match or 'whatever is asked'}" for each in faults)
    return Markup(
        '<form method="post" action="/play/{}/mend"><p>Still to go wrong: {}'
        " <button>Let all go right</button></p></form>"
    ).format(vendor, told)


# ----------------------------------------------------------------------------------------------- switches


def _switches(vendor: str, sandbox: Sandbox) -> Markup:
    if not sandbox.options:
        return NOTHING
    told = switches.meanings(sandbox)
    rows = Markup().join(_row(sandbox, name, told[name]) for name in sandbox.options)
    return Markup(
        "<details><summary>Turn switches: what the vendor's page leaves open</summary>"
        '<form method="post" action="/play/{}/switches"><div class="wide switches"><table>'
        "<tr><th>switch</th><th>is</th><th>by default</th><th>what it is about</th></tr>{}"
        "</table></div><button>Do it</button></form></details>"
    ).format(vendor, rows)


def _row(sandbox: Sandbox, name: str, meaning: str) -> Markup:
    default, value = sandbox.options[name], sandbox.switch[name]
    return Markup(
        '<tr><td><label for="switch-{0}">{0}</label></td><td>{1}</td><td>{2}</td><td>{3}</td></tr>'
    ).format(name, _field(name, value, default), switches.words(default) or "–", meaning)


def _field(name: str, value: Any, default: Any) -> Markup:
    if isinstance(default, bool):
        options = _options(("true", "false"), switches.words(value))
        return Markup('<select id="switch-{0}" name="{0}">{1}</select>').format(name, options)
    return Markup('<input id="switch-{0}" name="{0}" value="{1}">').format(name, switches.words(value))


def _options(names: tuple[str, ...], chosen: str = "") -> Markup:
    return Markup().join(
        Markup("<option{}>{}</option>").format(Markup(" selected") if name == chosen else "", name)
        for name in names
    )
