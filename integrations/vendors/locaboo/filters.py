"""The filters of availability, checked in words before Locaboo is asked (section 2 no. 5, section 7)."""

from __future__ import annotations

from datetime import time

from integrations.errors import Refused
from integrations.types import Condition, FreeQuery
from integrations.vendors.locaboo.fields import Unreadable, ident
from integrations.vendors.locaboo.wire import Fields

LISTS = ("ids", "conditions", "values")


def form(query: FreeQuery, *, both_names: bool) -> Fields:
    """The query's fields; Refused in words for filters that cannot be.

    The three lists of conditions are always of one length. `both_names`: they are sent under the names of
    the vendor's text and of its example, which differ (trap 12).
    """
    if query.last < query.first:
        raise Refused("the last day is before the first")
    if query.duration == time() or query.duration.second or query.duration.microsecond:
        raise Refused("the duration is in whole minutes, and not zero")
    if query.limit is not None and query.limit < 1:
        raise Refused("the limit is a number of slots from 1")
    refs = ",".join(_ref(ref, "a resource") for ref in query.resource_refs)
    return {
        **({"resource_id": refs} if refs else {}),
        "date_from": query.first.isoformat(),
        "date_to": query.last.isoformat(),
        **_times(query),
        "duration": f"{query.duration:%H:%M}",
        **_conditions(query.conditions, both_names=both_names),
        **({"limit": query.limit} if query.limit else {}),
    }


def _times(query: FreeQuery) -> dict[str, str]:
    if query.opens and query.closes and query.opens >= query.closes:
        raise Refused("the time ends before it starts")
    times = {"time_from": query.opens, "time_to": query.closes}
    return {name: f"{at:%H:%M}" for name, at in times.items() if at is not None}


def _conditions(conditions: tuple[Condition, ...], *, both_names: bool) -> dict[str, str]:
    if not conditions:
        return {}
    if any("," in each.value for each in conditions):
        raise Refused("a condition's value may not hold a comma, which Locaboo takes for the next value")
    lists = zip(
        *((_ref(c.field_ref, "a field"), c.comparison.value, c.value) for c in conditions), strict=True
    )
    named = {f"free_text_field_{name}": ",".join(each) for name, each in zip(LISTS, lists, strict=True)}
    documented = {f"{name}_str": each for name, each in named.items()}
    return {**documented, **named} if both_names else documented


def _ref(ref: str, what: str) -> str:
    try:
        return ident(ref, what)
    except Unreadable as error:
        raise Refused(str(error)) from None
