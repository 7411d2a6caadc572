"""Whole listings as rows: what changed is written, what is missing twice is gone, an empty one doubted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from backoffice.flow.mirror import bulk, digests
from backoffice.flow.mirror.runs import Run, lock
from integrations.types import Rejected

Fields = Mapping[str, Any]
SHARE, FEW = 10, 2  # more than a tenth and more than two: a loss that nobody believes


@dataclass(slots=True)
class Stored:
    """The keys of the rows by ref, and which of them were made, changed or are gone."""

    ids: dict[str, int]
    created: list[str]
    updated: list[str]
    gone: list[str] = field(default_factory=list)


def too_many(lost: int, known: int) -> bool:
    """Is this loss so great that a person must confirm it?"""
    return lost > FEW and lost * SHARE > known


def clip(text: str, length: int) -> str:
    """The text as a column of this length holds it."""
    return text.replace("\0", "")[:length]


def clean(value: Any) -> Any:
    """A value as a jsonb column holds it, which knows no NUL."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, Mapping):
        return {str(name): clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean(each) for each in value]
    return value


def store(run: Run, model: type[models.Model], rows: Mapping[str, Fields]) -> Stored:
    """Write the rows, by ref, that are new or have changed; all of them have the same fields.

    What comes back after it was missing or gone is there again. The caller holds the account's lock.
    """
    known = _known(run, model, list(rows))
    fresh, changed = {}, {}
    for ref, fields in rows.items():
        digest = digests.of_fields(fields)
        if ref not in known:
            fresh[ref] = (digest, fields)
        elif known[ref][1] != digest:
            changed[ref] = (digest, fields)
    ids = {ref: pk for ref, (pk, _) in known.items()}
    ids |= _insert(run, model, fresh)
    _update(model, changed, ids)
    return Stored(ids, list(fresh), list(changed))


def _known(run: Run, model: type[models.Model], refs: list[str]) -> dict[str, tuple[int, str]]:
    """Key and digest by ref; a row that is missing or gone has none, so that it is written again."""
    manager: Any = model._default_manager  # noqa: SLF001 the public way to it
    found = manager.filter(account=run.account, ref__in=refs)
    known = {ref: (pk, digest) for ref, pk, digest in found.values_list("ref", "pk", "digest")}
    if _can_go(model):
        absent = found.exclude(missing_since=None, gone_at=None)
        known |= {ref: (pk, digests.LOOK) for ref, pk in absent.values_list("ref", "pk")}
    return known


def _insert(run: Run, model: type[models.Model], fresh: Mapping[str, tuple[str, Fields]]) -> dict[str, int]:
    if not fresh:
        return {}
    ids = dict(zip(fresh, bulk.new_ids(model, len(fresh)), strict=True))
    columns = list(next(iter(fresh.values()))[1])
    bulk.insert(
        model,
        ["id", "account", "ref", "digest", *columns],
        (
            (ids[ref], run.account.pk, ref, digest, *fields.values())
            for ref, (digest, fields) in fresh.items()
        ),
    )
    return ids


def _update(
    model: type[models.Model], changed: Mapping[str, tuple[str, Fields]], ids: Mapping[str, int]
) -> None:
    if not changed:
        return
    columns = list(next(iter(changed.values()))[1])
    back = ["missing_since", "gone_at"] if _can_go(model) else []
    rows = [
        (digest, *fields.values(), *(None for _ in back), ids[ref])
        for ref, (digest, fields) in changed.items()
    ]
    bulk.update(model, ["digest", *columns, *back], rows)


def _can_go(model: type[models.Model]) -> bool:
    return hasattr(model, "gone_at")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of listed things: its rows, its name in words, and whether a list without any is believed."""

    model: type[models.Model]
    word: str
    may_be_empty: bool = False


def refresh(run: Run, kind: Kind, rows: Mapping[str, Fields], bad: Collection[Rejected] = ()) -> Stored:
    """Take over one complete listing: what is new, changed, missing for the first or the second time."""
    run.reject(bad)
    run.listed.add(kind.word)
    with transaction.atomic():
        lock(run.account)
        stored = store(run, kind.model, rows)
        if _can_go(kind.model):
            stored.gone = _absent(run, kind, rows.keys(), {row.ref for row in bad})
    return stored


def _absent(run: Run, kind: Kind, present: Collection[str], bad: Collection[str]) -> list[str]:
    """Mark what is not in the listing as missing, or as gone at the second time; the refs that are gone.

    Only what a listing once showed can be missing from one: what staff entered has no digest. A row that
    cannot be read and is none we know could be any of them, so nothing is missing then.
    """
    manager: Any = kind.model._default_manager  # noqa: SLF001 the public way to it
    live = manager.filter(account=run.account, gone_at=None).exclude(digest=digests.LOOK)
    known = dict(live.values_list("ref", "missing_since"))
    lost = known.keys() - set(present) - set(bad)
    if not lost or not known.keys() >= set(bad):
        return []
    if not run.accept_loss and _unbelievable(kind, len(lost), len(known)):
        run.doubt(
            f"The vendor's list of {kind.word}s lacks {len(lost)} of the {len(known)} we know;"
            " that is not believed, and none of them was removed."
        )
        return []
    twice = [ref for ref in lost if known[ref] and known[ref] < run.now]
    manager.filter(account=run.account, ref__in=twice).update(gone_at=run.now)
    once = [ref for ref in lost if not known[ref]]
    manager.filter(account=run.account, ref__in=once).update(missing_since=run.now)
    return twice


def _unbelievable(kind: Kind, lost: int, known: int) -> bool:
    return too_many(lost, known) or (lost == known and not kind.may_be_empty)
