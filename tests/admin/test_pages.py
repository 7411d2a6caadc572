"""Every page of the admin: it opens, shows no secret, and asks the database a fixed number of questions."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.models import Booking, Override, Room
from tests.admin.rows import EMAIL, MARK, fill

pytestmark = pytest.mark.django_db
TABLES = sorted(admin.site._registry, key=lambda model: model._meta.label)


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def first(model):
    return model._default_manager.order_by("pk").first()


def asked(client, address):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(queries)


def counts(client):
    pages = {"Today": "/admin/"}
    for model in TABLES:
        pages[f"list of {model.__name__}"] = list_of(model)
        pages[f"page of {model.__name__}"] = page_of(first(model))
    for address in pages.values():
        client.get(address)  # content types and the like are remembered from here on
    return {name: asked(client, address) for name, address in pages.items()}


def test_no_page_asks_a_query_per_row(signed_in, now):
    client, found = signed_in(""), []
    for rows in (3, 30):
        with transaction.atomic():
            fill(rows, now)
            connection.cursor().execute("ANALYZE")  # or the planner may take the tables for empty
            found.append(counts(client))
            transaction.set_rollback(True)
    few, many = found
    assert {name: (few[name], many[name]) for name in few if few[name] != many[name]} == {}


def test_every_table_has_pages_and_none_shows_a_secret(signed_in, now):
    client = signed_in("")
    fill(2, now)
    for model in TABLES:
        pages = [list_of(model), page_of(first(model))]
        for address in pages if model is not Booking else pages[:1]:
            text = client.get(address).content.decode()
            shown = [line for line in text.splitlines() if MARK in line and "/hooks/" not in line]
            assert not shown, (address, shown)


def test_every_model_of_ours_is_registered_or_stands_on_another_page():
    inlines = {inline.model for inline in admin.site.get_model_admin(Room).get_inlines(None, Room())}
    ours = {model for model in apps.get_app_config("backoffice").get_models() if not model._meta.auto_created}
    assert ours - set(TABLES) - inlines == set()


@pytest.mark.parametrize("group", ["viewer", "front desk", "manager"])
def test_no_row_links_to_a_page_that_its_reader_may_not_open(signed_in, now, group):
    client = signed_in(group)
    fill(1, now)
    pages = [answer for model in TABLES if (answer := client.get(page_of(first(model)))).status_code == 200]
    links = {
        link for page in pages for link in re.findall(r'href="(/admin/[^"]+/change/)"', page.content.decode())
    }
    assert links
    assert {link for link in links if client.get(link).status_code == 403} == set()


def test_who_said_it_is_named_on_its_page_and_linked_for_those_who_may_open_it(signed_in, now):
    fill(1, now)
    word = first(Override)
    address = page_of(word.author)
    assert address in signed_in("").get(page_of(word)).content.decode()
    text = signed_in("manager").get(page_of(word)).content.decode()
    assert address not in text
    assert str(word.author) in text


@pytest.mark.parametrize("group", ["front desk", "manager"])
def test_contact_is_shown_on_the_bookings_page_to_those_who_may_see_it(signed_in, now, group):
    booking = fill(1, now)
    assert EMAIL in signed_in(group).get(page_of(booking)).content.decode()


def test_contact_is_not_shown_to_a_viewer(signed_in, now):
    booking = fill(1, now)
    assert MARK not in signed_in("viewer").get(page_of(booking)).content.decode()


def test_a_page_asks_the_browser_to_fetch_nothing_from_elsewhere(signed_in, now):
    fill(1, now)
    text = signed_in("").get("/admin/").content.decode()
    assert "https://" not in text.replace("https://github.com", "")
