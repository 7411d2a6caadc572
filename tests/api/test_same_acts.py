"""What staff can do in the browser their programs can do too, by the same permission and with a reason."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from backoffice.admin.pages import urlpatterns as pages
from backoffice.api.urls import router
from tests.factories import UserFactory

API = "/api/v1/"

# acts of the admin that bear another name in the API
ELSEWHERE = {
    ("booking", "cancel-there"): "reservations/cancel",
    ("booking", "edit-there"): "reservations/edit",
    ("conflict", "deny-side"): "conflicts/deny",
    ("door", "let-in"): "doors/grant",
    ("vendoraccount", "activate-all"): "pairings/activate-all",
    ("vendoraccount", "create-fobs"): "fobs/create-at-vendor",
    ("vendoraccount", "synchronise"): "pairings/synchronise",
    ("vendorwrite", "was-done"): "writes/settle",
    ("vendorwrite", "was-not-done"): "writes/settle",
}
# acts that programs are not given, and why
FOR_PEOPLE_ALONE: dict[tuple[str, str], str] = {}

# pages that are not an act of a row: what does the same in the API, or why nothing does
BY_HAND = "a person consents in the browser of the vendor"
READS = "it only shows"
PAGES: dict[str, tuple[str, ...] | str] = {
    "account_connected": BY_HAND,
    "budgets": READS,
    "connect_account": BY_HAND,
    "desk_book": ("accounts/look-at-booking", "accounts/add-booking", "accounts/save-booking"),
    "desk_change": ("bookings/change-at-source",),
    "desk_customer_add": ("accounts/add-customer",),
    "desk_customer_address": ("customers/add-address",),
    "desk_customer_edit": ("customers/edit-at-source",),
    "desk_free": ("accounts/free-times",),
    "desk_hub": READS,
    "desk_panel": READS,
    "desk_told": READS,
    "move_reservation": ("reservations/move",),
    "new_reservation": ("reservations/create",),
    "pair_calendars": ("pairings/create",),
    "room_week": tuple(f"room-calendar/{verb}" for verb in ("weekday", "date", "clear", "margin")),
}
ONLY_ASKS = {"accounts/free-times"}  # a question too long for an address
# tables that staff fill in forms: what does the same in the API, or why nothing does
SITE_FILE = "a program keeps it in the site file, and load_site"
FORMS: dict[str, tuple[str, ...] | str] = {
    "door": SITE_FILE,
    "feed": ("feeds/create",),
    "group": "who may do what is given by people",
    "resource": SITE_FILE,
    "room": SITE_FILE,
    "user": "who may do what is given by people",
    "vendoraccount": SITE_FILE,
    "venue": SITE_FILE,
}

ACTS = {
    (model._meta.model_name, act.verb): act
    for model, keeper in admin.site._registry.items()
    for act in getattr(keeper, "acts", ())
}


def endpoints():
    """What programs can have done: address -> model, whether of one row, and the permissions asked for."""
    found = {}
    for prefix, view, _ in router.registry:
        model = view.queryset.model._meta.model_name
        for action in view.get_extra_actions():
            if "post" in action.mapping:
                asked = {each.asks_for for each in action.kwargs["permission_classes"]}
                found[f"{prefix}/{action.url_path}"] = (model, action.detail, asked)
        if hasattr(view, "create"):
            found[f"{prefix}/create"] = (model, False, set())
    return found


ENDPOINTS = endpoints()
BY_VERB = {(model, address.partition("/")[2]): address for address, (model, *_) in ENDPOINTS.items()}
SAME = {act: ELSEWHERE.get(act) or BY_VERB.get(act) for act in ACTS}
SHARED = sorted(act for act, address in SAME.items() if address in ENDPOINTS)


def named(pages_or_forms):
    return {each for known in pages_or_forms.values() if not isinstance(known, str) for each in known}


def test_every_act_of_staff_has_an_endpoint_or_a_reason_why_not():
    without = {act for act, address in SAME.items() if address not in ENDPOINTS}
    assert without == FOR_PEOPLE_ALONE.keys()
    assert all(FOR_PEOPLE_ALONE.values())


def test_every_act_of_a_program_can_be_done_in_the_browser():
    assert ENDPOINTS.keys() - set(SAME.values()) - named(PAGES) - named(FORMS) == set()


def test_what_is_named_here_is_there():
    assert ELSEWHERE.keys() <= ACTS.keys()
    assert (named(PAGES) | named(FORMS)) <= ENDPOINTS.keys()
    assert {page.name for page in pages} == PAGES.keys()


def test_every_table_with_a_form_has_an_endpoint_or_a_reason_why_not(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    kept = {
        model._meta.model_name
        for model, keeper in admin.site._registry.items()
        if keeper.has_add_permission(request) or keeper.has_change_permission(request)
    }
    assert kept == FORMS.keys()


@pytest.mark.parametrize("act", SHARED, ids="-".join)
def test_an_endpoint_asks_for_the_permission_that_the_act_asks_for(act):
    assert ENDPOINTS[SAME[act]][-1] == {ACTS[act].permission}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def body_of(schema, address):
    """The properties of what an endpoint takes."""
    prefix, _, verb = address.partition("/")
    paths = (f"{API}{prefix}/{{id}}/{verb}/", f"{API}{prefix}/{{slug}}/{verb}/", f"{API}{prefix}/{verb}/")
    [asked] = [schema["paths"][path]["post"]["requestBody"] for path in paths if path in schema["paths"]]
    name = asked["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return schema["components"]["schemas"][name]["properties"]


@pytest.mark.parametrize("act", SHARED, ids="-".join)
def test_an_endpoint_takes_a_reason(schema, act):
    assert "reason" in body_of(schema, SAME[act])


def client_of(*groups):
    user = UserFactory()
    user.groups.set(Group.objects.filter(name__in=groups))
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.mark.parametrize("address", sorted(ENDPOINTS.keys() - ONLY_ASKS))
def test_a_viewer_has_nothing_done_and_a_stranger_neither(db, address):
    prefix, _, verb = address.partition("/")
    of_one_row = ENDPOINTS[address][1]
    whole = API + (f"{prefix}/1/{verb}/" if of_one_row else f"{address}/".replace("/create/", "/"))
    assert client_of("viewer").post(whole, {"reason": "r"}, format="json").status_code == 403
    assert APIClient().post(whole, {"reason": "r"}, format="json").status_code == 401
