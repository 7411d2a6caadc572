"""Which occurrence is which: properties of the pairing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backoffice.flow.mirror.digests import Span
from backoffice.flow.mirror.matching import Held, match

START = datetime(2026, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(ref, hour):
    return Span(str(ref), 1, START + hour * HOUR, START + (hour + 1) * HOUR, "", "")


def held(pk, ref, hour, gone=False):
    return Held(pk, *span(ref, hour), None, START if gone else None)


refs = st.integers(0, 6)
hours = st.integers(0, 6)
spans = st.lists(st.builds(span, refs, hours), unique_by=lambda each: each.ref)
live_rows = st.lists(st.tuples(refs, hours), unique_by=lambda each: each[0])
gone_rows = st.lists(st.tuples(refs, hours))


@st.composite
def rows(draw):
    live = [held(pk, *each) for pk, each in enumerate(draw(live_rows))]
    return live + [held(100 + pk, *each, gone=True) for pk, each in enumerate(draw(gone_rows))]


@given(spans, rows())
def test_no_row_is_two_spans_and_every_live_row_is_a_span_or_left_over(now, known):
    found, left = match(now, known)
    taken = [row.pk for row in found.values()]
    assert len(taken) == len(set(taken))
    assert {row.pk for row in known if row.gone_at is None} <= set(taken) | {row.pk for row in left}
    assert not {row.pk for row in left} & set(taken)


@given(spans, rows())
def test_an_id_that_is_alive_wins_over_everything(now, known):
    found, _ = match(now, known)
    live = {row.ref: row for row in known if row.gone_at is None}
    assert all(found[each] == live[each.ref] for each in now if each.ref in live)


@given(spans, rows())
def test_after_the_rows_are_written_no_two_live_ones_have_the_same_id(now, known):
    _, left = match(now, known)
    refs_after = [each.ref for each in now] + [row.ref for row in left]
    assert len(refs_after) == len(set(refs_after))


@given(live_rows)
def test_a_renumbering_of_all_keeps_every_row(known):
    known = list({hour: (ref, hour) for ref, hour in known}.values())
    before = [held(pk, *each) for pk, each in enumerate(known)]
    now = [span(f"new{ref}", hour) for ref, hour in known]
    found, left = match(now, before)
    assert not left
    assert all(row.starts_at == each.starts_at for each, row in found.items())
