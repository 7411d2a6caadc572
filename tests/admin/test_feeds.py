"""Calendar feeds in staff's pages: made, shown once, renewed, withdrawn."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.flow import feeds
from backoffice.models import Feed, StaffAct
from backoffice.word import Word
from tests.factories import RoomFactory, UserFactory

pytestmark = pytest.mark.django_db
ADD = "admin:backoffice_feed_add"


@pytest.fixture
def feed(now):
    return feeds.offer(RoomFactory(), "empty", Word(UserFactory(), "the cleaners", now))


def ask(verb, feed):
    return reverse("admin:backoffice_feed_act", args=[verb]) + f"?ids={feed.pk}"


def test_a_manager_makes_a_feed_of_a_room_or_of_a_venue(signed_in):
    room, client = RoomFactory(), signed_in("manager")
    for place in (f"room {room.pk}", f"venue {room.venue_id}"):
        given = {"place": place, "scope": "no_contact", "note": "the cleaners"}
        assert client.post(reverse(ADD), given).status_code == 302
    assert list(Feed.objects.order_by("pk").values_list("room", "venue", "scope")) == [
        (room.pk, room.venue_id, "no_contact"),
        (None, room.venue_id, "no_contact"),
    ]
    assert StaffAct.objects.filter(verb="offer", author=client.user, reason="the cleaners").count() == 2


def test_who_gets_it_must_be_said(signed_in):
    answer = signed_in("manager").post(reverse(ADD), {"place": f"room {RoomFactory().pk}", "scope": "full"})
    assert answer.status_code == 200
    assert not Feed.objects.exists()


def test_the_address_is_shown_whole_and_only_when_it_is_asked_for(signed_in, feed):
    client = signed_in("manager")
    page = reverse("admin:backoffice_feed_change", args=[feed.pk])
    lists = client.get(reverse("admin:backoffice_feed_changelist")).content + client.get(page).content
    assert feed.token.encode() not in lists
    answer = client.post(ask("reveal", feed), {"reason": "for the tablet"})
    (address,) = re.findall(r"http://testserver/feeds/[^<\s]+", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    assert Client().get(address).status_code == 200


def test_behind_a_public_name_the_address_has_that_name(signed_in, feed, settings):
    settings.PUBLIC_URL = "https://keys.example.test/"
    answer = signed_in("manager").post(ask("reveal", feed), {"reason": "for the tablet"})
    assert f"https://keys.example.test/feeds/{feed.token}.ics" in answer.content.decode()


def test_a_feed_is_renewed_and_withdrawn_from_its_page(signed_in, feed):
    client = signed_in("manager")
    client.post(ask("renew", feed), {"reason": "the tablet is lost"})
    assert Feed.objects.get().token != feed.token
    client.post(ask("withdraw", feed), {"reason": "they left"})
    assert Feed.objects.get().withdrawn_at


@pytest.mark.parametrize("verb", ["reveal", "renew", "withdraw"])
@pytest.mark.parametrize("group", ["viewer", "front desk"])
def test_who_is_no_manager_sees_no_address_and_changes_none(signed_in, feed, verb, group):
    assert signed_in(group).post(ask(verb, feed), {"reason": "x"}).status_code == 403
    assert Feed.objects.get().token == feed.token


def test_nobody_edits_a_feed_in_its_form_or_deletes_it(signed_in, feed):
    client = signed_in("")
    page = reverse("admin:backoffice_feed_change", args=[feed.pk])
    assert client.post(page, {"scope": "full", "note": "x"}).status_code == 403
    assert (
        client.post(reverse("admin:backoffice_feed_delete", args=[feed.pk]), {"post": "yes"}).status_code
        == 403
    )
