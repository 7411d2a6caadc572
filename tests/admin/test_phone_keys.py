"""A phone key in the browser: suspended and restored where it is shown, and shown as what it is."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from backoffice.models import StaffAct
from tests.flow.keyed import IDA, LOCK, Keyed

CHIP = '<span class="lk-chip lk-orange" title="suspended by staff: opens nothing">suspended</span>'
pytestmark = pytest.mark.django_db


@pytest.fixture
def key(sandbox, now):
    """A key that opens now."""
    return Keyed(sandbox, now)


def act(client, key, verb):
    address = reverse("admin:backoffice_issuedcode_act", args=[verb]) + f"?ids={key.code.pk}"
    return client.post(address, {"reason": "her phone was stolen"}, follow=True).content.decode()


def page(client, key):
    return client.get(reverse("admin:backoffice_issuedcode_change", args=[key.code.pk])).content.decode()


def offered(client, key):
    verbs = re.findall(r"/issuedcode/act/([a-z]+)/", page(client, key))
    return [verb for verb in verbs if verb in ("suspend", "restore")]


def test_the_front_desk_suspends_and_restores_a_key_on_its_page(signed_in, key):
    client = signed_in("front desk")
    assert "Suspended: it opens Front door no more" in act(client, key, "suspend")
    assert not key.opens
    assert "It opens Front door again" in act(client, key, "restore")
    assert key.opens
    assert {one.reason for one in StaffAct.objects.all()} == {"her phone was stolen"}


def test_a_suspended_key_is_nowhere_shown_as_active(signed_in, key):
    client = signed_in("front desk")
    act(client, key, "suspend")
    booking = key.code.grant.occurrence.booking
    lists = [
        reverse("admin:backoffice_issuedcode_changelist"),
        reverse("admin:backoffice_accessgrant_changelist"),
    ]
    at = [reverse("admin:backoffice_booking_change", args=[booking.pk]), *lists]
    for shown in (page(client, key), *(client.get(one).content.decode() for one in at)):
        assert CHIP in shown
        assert ">active</span>" not in shown
        assert IDA not in shown


def test_only_what_can_be_done_is_offered(signed_in, key):
    client = signed_in("front desk")
    assert offered(client, key) == ["suspend"]
    act(client, key, "suspend")
    assert offered(client, key) == ["restore"]


def test_a_refusal_is_shown_in_the_vendors_words_without_the_address(signed_in, key):
    del key.vendor.account.clients[LOCK, IDA]
    shown = act(signed_in("front desk"), key, "suspend")
    assert "clientemail" in shown
    assert IDA not in shown
