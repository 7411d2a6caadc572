"""Who may do what, at every address and for every act there is: nobody without just that permission."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from backoffice import clock, models
from backoffice.api.urls import router
from tests.admin.rows import fill
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
WRITING = ("post", "put", "patch", "delete")
VALUE = {"slug": "locks", "pk": "1"}
ASKS = re.compile(r"needs the permission backoffice\.(\w+)")


def _routes():
    """Every writing address of the API: its method, its path and the permission that it names."""
    for pattern in router.urls:
        view = pattern.callback
        for method in getattr(view, "actions", {}).keys() & set(WRITING):
            named = view.initkwargs.get("permission_classes") or view.cls.permission_classes
            words = [ASKS.search(getattr(one, "message", "")) for one in named]
            path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: VALUE[found[1]], str(pattern.pattern))
            yield method, "/api/v1/" + path.strip("^$"), next((word[1] for word in words if word), "")


ROUTES = sorted(_routes())
ACTS = sorted(
    {
        (model._meta.model_name, act.verb, act.permission.partition(".")[2])
        for model, keeper in admin.site._registry.items()
        for act in getattr(keeper, "acts", ())
    }
)
PAGES = (  # below /admin/, those that write at vendors: name, model of the row in their address
    ("desk_book", "Resource"),
    ("desk_change", "Booking"),
    ("desk_customer_edit", "Customer"),
    ("desk_customer_address", "Customer"),
    ("desk_customer_add", "VendorAccount"),
    ("new_reservation", ""),
    ("move_reservation", "Booking"),
    ("room_week", "Resource"),
    ("connect_account", "VendorAccount"),
    ("pair_calendars", "VendorAccount"),
)
MANAGERS = {
    "add_bolton",
    "add_calendarpairing",
    "add_door",
    "add_feed",
    "add_zoneproof",
    "change_calendarpairing",
    "change_feed",
    "change_fob",
    "change_room",
    "change_vendoraccount",
    "commission_door",
    "delete_calendarpairing",
    "reveal_feed",
    "write_calendar",
}


def somebody(group="", without=""):
    """A member of a group; or with every permission of ours but one."""
    user = UserFactory(is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    else:
        ours = Permission.objects.filter(content_type__app_label="backoffice")
        user.user_permissions.set(ours.exclude(codename=without))
    return user


def calling(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def ask(model, verb):
    return reverse(f"admin:backoffice_{model}_act", args=[verb]) + "?ids=1"


def test_there_are_addresses_and_acts_to_try():
    assert len(ROUTES) > 60
    assert len(ACTS) > 40


@pytest.mark.parametrize(("method", "path", "_"), ROUTES)
def test_nobody_writes_through_the_api_without_a_name(method, path, _):
    assert getattr(APIClient(), method)(path, {}).status_code in {401, 403}


@pytest.mark.parametrize(("method", "path", "permission"), ROUTES)
def test_a_viewer_writes_nothing_through_the_api(method, path, permission):
    if permission.startswith("view_"):
        pytest.skip("a question, not a write")
    assert getattr(calling(somebody("viewer")), method)(path, {}).status_code == 403


@pytest.mark.parametrize(("method", "path", "permission"), [one for one in ROUTES if one[2]])
def test_every_other_permission_is_not_the_one_that_the_api_asks_for(method, path, permission):
    assert Permission.objects.filter(codename=permission).exists(), "nobody could ever have it"
    answer = getattr(calling(somebody(without=permission)), method)(path, {})
    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "path", "_"), ROUTES)
def test_a_browser_needs_its_token_against_forged_requests_at_the_api(method, path, _):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = getattr(client, method)(path, {})
    assert answer.status_code == 403
    assert "CSRF" in answer.content.decode()


@pytest.mark.parametrize(("model", "verb", "permission"), ACTS)
def test_every_other_permission_is_not_the_one_that_an_act_asks_for(model, verb, permission):
    assert Permission.objects.filter(codename=permission).exists(), "nobody could ever have it"
    client = Client()
    client.force_login(somebody(without=permission))
    assert client.post(ask(model, verb), {"reason": "r"}).status_code == 403


@pytest.mark.parametrize(("model", "verb", "permission"), ACTS)
def test_a_browser_needs_its_token_against_forged_requests_for_an_act(model, verb, permission):
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = client.post(ask(model, verb), {"reason": "r", "permission": permission})
    assert answer.status_code == 403


@pytest.mark.parametrize(("name", "model"), PAGES)
def test_a_viewer_has_nothing_written_by_a_page_of_its_own(name, model):
    fill(1, clock.now())
    row = getattr(models, model).objects.first() if model else None
    given = [row.slug if name == "desk_customer_add" else row.pk] if row else []
    before = models.VendorWrite.objects.count(), models.StaffAct.objects.count()
    client = Client()
    client.force_login(somebody("viewer"))
    assert client.post(reverse(name, args=given)).status_code == 403
    assert name == "room_week" or client.get(reverse(name, args=given)).status_code == 403
    assert (models.VendorWrite.objects.count(), models.StaffAct.objects.count()) == before


def test_the_front_desk_has_what_its_evening_needs_and_the_rest_is_the_managers():
    def had(group):
        return {one.codename for one in Permission.objects.filter(group__name=group)}

    asked = {one for *_, one in (*ACTS, *ROUTES) if one and not one.startswith("view_")}
    assert asked - had("front desk") == MANAGERS & asked
    assert asked - had("manager") == set()
