"""What a guest reads: words in his language, times in the venue's zone, doors in the order he passes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.dateformat import format as format_date

from backoffice.flow.deliver.spans import Span
from backoffice.flow.deliver.tellings import Telling
from backoffice.models import AccessGrant, IssuedCode, NoticeKind, Venue
from backoffice.selectors import phone_deadline
from backoffice.wording import mark, zone_of
from integrations.types import Method

FOLDER = settings.BASE_DIR / "templates" / "messages"
FALLBACK = "en"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, written but not yet sent; the subject holds no code."""

    subject: str
    text: str
    html: str
    language: str


@lru_cache
def words(language: str) -> Words:
    """The phrases of a language that there is a file for."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@lru_cache
def languages() -> frozenset[str]:
    """The languages that guests can be written to in."""
    return frozenset(file.stem for file in FOLDER.glob("*.toml"))


def known_language(wished: str) -> str:
    """The language of a code such as de, de-AT or DE_de; English where there is no file for it."""
    language = wished.strip().lower().replace("_", "-").partition("-")[0]
    return language if language in languages() else FALLBACK


def letter(telling: Telling) -> Letter:
    """The mail that tells it, as text and as HTML that a phone shows well."""
    language = known_language(telling.span.language)
    with translation.override(language):  # for the names of days and months
        context = _context(telling, words(language)) | {"language": language}
        text = render_to_string("messages/mail.txt", context)
        html = render_to_string("messages/mail.html", context)
    return Letter(context["subject"], text.strip() + "\n", html, language)


def _context(telling: Telling, say: Words) -> dict[str, Any]:
    span = telling.span
    what = f"{span.place}, {_when(span.starts_at, span.ends_at, span.venue, say)}"
    doors = [] if telling.kind == NoticeKind.WITHDRAWN else list(_doors(telling, say))
    return {
        "subject": " ".join(say[f"subject_{telling.kind}"].format(what=what).split())[:250],
        "hello": say["hello"].format(name=span.name) if span.name else say["hello_nobody"],
        "intro": say[f"intro_{telling.kind}"],
        "changes": list(_changes(telling, what, say)),
        "facts": list(_facts(span, say)),
        "doors": doors,
        "doors_title": say["doors" if len(doors) > 1 else "doors_one"],
        "notes": list(_notes(telling, say)),
        "venue": _venue(span.venue),
        "phone": _phone(span.venue),
    }


def _facts(span: Span, say: Words) -> list[tuple[str, str]]:
    return [
        (say["room" if span.room else "door"], span.place),
        (say["venue"], _venue(span.venue)),
        (say["when"], _when(span.starts_at, span.ends_at, span.venue, say)),
    ]


def _notes(telling: Telling, say: Words) -> list[str]:
    venue = _venue(telling.span.venue)
    zone = say["zone"].format(venue=venue, zone=zone_of(telling.span.venue).key)
    if telling.kind == NoticeKind.WITHDRAWN:
        return [zone]
    phone = _phone(telling.span.venue)
    call = say["trouble_call"].format(phone=phone) if phone else say["trouble"].format(venue=venue)
    return [zone, say["private"], call]


def _changes(telling: Telling, what: str, say: Words) -> list[str]:
    """What is different from what the guest was told before."""
    if telling.kind == NoticeKind.WITHDRAWN:
        return [say["others_stay"]] if telling.others else []
    if telling.kind != NoticeKind.CHANGED or telling.previous is None:
        return []
    before, after = set(telling.previous.codes.all()), set(telling.codes)
    fresh = _names(after - before)
    gone = _names(before - after) - _names(after)
    lines = [] if what in telling.previous.subject else [say["changed_when"].format(what=what)]
    if fresh:
        lines.append(say["changed_new"].format(doors=", ".join(sorted(fresh))))
    lines += _moved(telling, say)
    if gone:
        lines.append(say["changed_gone"].format(doors=", ".join(sorted(gone))))
    return [*lines, say["old_invalid" if before - after else "old_valid"]]


def _moved(telling: Telling, say: Words) -> list[str]:
    """The doors that now open at another time, those with the same one together."""
    doors: dict[str, list[str]] = {}
    for grant in telling.moved:
        period = _period(grant.starts_at, grant.ends_at, telling.span, say)
        doors.setdefault(period, []).append(str(grant.door))
    return [
        say["changed_window"].format(doors=", ".join(names), period=period) for period, names in doors.items()
    ]


def _names(codes: set[IssuedCode]) -> set[str]:
    return {str(code.door) for code in codes}


# ------------------------------------------------------------------------------------------------- doors


def _doors(telling: Telling, say: Words) -> list[dict[str, Any]]:
    shown: set[str] = set()
    doors = []
    for grant in telling.span.granted:
        codes = [code for code in telling.codes if code.grant_id == grant.pk]
        doors.append(
            {
                "name": str(grant.door),
                "opens": say["opens"].format(
                    period=_period(grant.starts_at, grant.ends_at, telling.span, say)
                ),
                **_way(grant, codes, shown, telling.span, say),
            }
        )
        shown |= {code.secret for code in codes}
    return doors


def _way(
    grant: AccessGrant, codes: list[IssuedCode], shown: set[str], span: Span, say: Words
) -> dict[str, Any]:
    """How one door is opened: what to type, and what to do with it."""
    app = grant.door.account.option("app") or say["app"]
    if grant.method == Method.NETCODE:
        star = bool(grant.door.lock.get("star"))
        hint = say["pin_star_hint" if star else "pin_hint"]
        return {"ways": _pins(grant, codes, span, say), "hint": hint}
    if grant.method == Method.CARD and codes[0].secret in shown:
        return {"ways": [], "hint": say["card_again_hint"]}
    if grant.method == Method.CARD:
        keys = [{"label": say["card"], "secret": codes[0].secret}]
        return {"ways": keys, "hint": say["card_hint"].format(app=app)}
    if grant.method == Method.PHONE:
        return {"ways": [], "hint": _invitation(app, grant, codes[0], say)}
    again = grant != _fob_doors(span)[0]
    return {
        "ways": [],
        "hint": say["fob_again_hint" if again else "fob_hint"].format(venue=_venue(span.venue)),
    }


def _fob_doors(span: Span) -> list[AccessGrant]:
    return [grant for grant in span.granted if grant.method == Method.FOB]


def _invitation(app: str, grant: AccessGrant, code: IssuedCode, say: Words) -> str:
    """What to do with a phone key: at once where it is accepted already, else by when to accept it."""
    if code.accepted_at:
        return say["phone_hint"].format(app=app)
    deadline = (code.starts_at - phone_deadline(grant.door.account)).astimezone(zone_of(grant.door.venue))
    by = say["by"].format(date=format_date(deadline, say["date"]), time=_time(deadline))
    return say["phone_invited_hint"].format(app=app, email=code.address, by=by)


def _pins(grant: AccessGrant, codes: list[IssuedCode], span: Span, say: Words) -> list[dict[str, str]]:
    """The PINs as they are typed; with their own times where there are several."""
    star = "*" if grant.door.lock.get("star") else ""
    pins = []
    for code in sorted(codes, key=lambda code: code.starts_at):
        first, last = max(code.starts_at, grant.starts_at), min(code.ends_at, grant.ends_at)
        period = _period(first, last, span, say) if len(codes) > 1 else ""
        pins.append({"label": say["pin"], "secret": star + code.secret, "period": period})
    return pins


# ------------------------------------------------------------------------------------------------- times


def _when(first: datetime, last: datetime, venue: Venue | None, say: Words) -> str:
    """Day and hours: Monday, 9 March 2026, 18:00 to 19:00."""
    zone = zone_of(venue)
    start, end = first.astimezone(zone), last.astimezone(zone)
    if start.date() != end.date():
        return _over_days(start, end, say)
    return say["on"].format(date=format_date(start, say["date"]), hours=_hours(start, end, say))


def _period(first: datetime, last: datetime, span: Span, say: Words) -> str:
    """Hours alone where they are on the day of the booking, else with their day."""
    zone = zone_of(span.venue)
    start, end = first.astimezone(zone), last.astimezone(zone)
    if start.date() == end.date() == span.starts_at.astimezone(zone).date():
        return _hours(start, end, say)
    return _when(first, last, span.venue, say)


def _hours(start: datetime, end: datetime, say: Words) -> str:
    return say["hours"].format(first=_time(start), last=_time(end))


def _over_days(start: datetime, end: datetime, say: Words) -> str:
    return say["hours_over_days"].format(
        first=_time(start),
        first_date=format_date(start, say["date"]),
        last=_time(end),
        last_date=format_date(end, say["date"]),
    )


def _time(local: datetime) -> str:
    return f"{local:%H:%M}{mark(local)}"


def _venue(venue: Venue | None) -> str:
    return str(venue) if venue else ""


def _phone(venue: Venue | None) -> str:
    return venue.phone if venue else ""
