"""What staff's pages and the API's lists ask of the database, in a small house and in a large one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.mixins import ListModelMixin

from backoffice.api.urls import router
from backoffice.models import Booking, Resource, Room
from tests.bench.house import Size, built
from tests.bench.wanted import Line

FEW = Size(past=0, coming=10, rooms=4, codes=5, calendars=2, events=10, writing=1, fobs=10, clashes=1)
MANY = Size(
    past=0, coming=1_000, rooms=4, codes=500, calendars=2, events=1_000, writing=1, fobs=1_000, clashes=50
)


def lines() -> Iterator[Line]:
    """Each page with few and with many rows; only those are told by name that ask more for more."""
    few, many = asked_in(FEW), asked_in(MANY)
    grown = {name for name in few if many[name] > few[name]}
    for name in sorted(grown):
        yield Line(f"queries of {name}", f"{few[name]} and {many[name]}", "the same", met=False, firm=True)
    most = max(many, key=lambda name: many[name])
    told = f"{len(few) - len(grown)} of {len(few)}"
    yield Line("pages that ask no more for 1,000 rows than for 10", told, "all", not grown, firm=True)
    yield Line("  the most queries of one", f"{many[most]} ({most})")


def asked_in(size: Size) -> dict[str, int]:
    """The queries of each page in a house of a size."""
    with built(size):
        return asked(_client())


def asked(client: Client) -> dict[str, int]:
    """The queries of each page, asked the second time: content types and the like are remembered by then."""
    return {name: _asked(client, address) for name, address in addresses().items()}


def addresses() -> Mapping[str, str]:
    """Today, every table's list and page, what is more of a room, and every list of the API."""
    found = {"Today": "/admin/"}
    for model in admin.site._registry:
        label = model._meta.verbose_name
        found[f"list of {label}"] = reverse(_view(model, "changelist"))
        if row := _fullest(model):
            found[f"page of {label}"] = reverse(_view(model, "change"), args=[row.pk])
    if sold := Resource.objects.filter(account__vendor="lockme", room__isnull=False).first():
        found["week of a thing sold"] = reverse("room_week", args=[sold.pk])
    return found | dict(_of_the_api())


def _of_the_api() -> Iterator[tuple[str, str]]:
    """Its lists of rows; what else it can do is asked of vendors."""
    for _, views, name in router.registry:
        if issubclass(views, ListModelMixin):
            yield f"API: {name}", reverse(f"{name}-list")


def _fullest(model: Any) -> Any:
    """The row whose page has most on it; else any."""
    rows = model._default_manager.order_by("pk")
    if model is Room:
        return rows.filter(calendars__isnull=False).first()
    if model is Booking:
        return rows.filter(occurrences__grants__isnull=False).first()
    return rows.first()


def _view(model: Any, what: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}"


def _asked(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    return len(queries)


def _client() -> Client:
    """A browser of the superuser."""
    user, _ = get_user_model().objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client
