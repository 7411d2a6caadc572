"""Phone keys through the API: suspended and restored by who may, with what came of it in words."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from backoffice import clock
from tests.factories import UserFactory
from tests.flow.keyed import Keyed

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(sandbox):
    """A key that opens now."""
    return Keyed(sandbox, clock.now().replace(microsecond=0))


def api(group="front desk"):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client = APIClient()
    client.force_authenticate(user)
    return client


def act(key, verb, group="front desk", reason="her phone was stolen"):
    return api(group).post(f"/api/v1/codes/{key.code.pk}/{verb}/", {"reason": reason}, format="json")


def test_a_key_is_suspended_and_restored(key):
    assert act(key, "suspend").json()["message"].startswith("Suspended: it opens Front door no more")
    told = api("viewer").get(f"/api/v1/codes/{key.code.pk}/").json()
    assert (key.opens, told["invitation"]) == (False, "suspended by staff: opens nothing")
    assert told["suspended_at"]
    assert act(key, "restore").status_code == 200
    assert key.opens


def test_what_cannot_be_done_is_409_in_words(key):
    answer = act(key, "restore")
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        409,
        "This phone key is not suspended.",
    )


def test_a_viewer_suspends_nothing_and_nobody_does_without_a_reason(key):
    assert act(key, "suspend", group="viewer").status_code == 403
    assert act(key, "suspend", reason=" ").status_code == 400
    assert key.opens
