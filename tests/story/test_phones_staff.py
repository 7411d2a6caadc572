"""Phone keys in staff's hands: what they are shown of a key, and keys that they have made."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from backoffice.flow import overrule
from backoffice.models import AccessGrant, Door
from tests.factories import UserFactory
from tests.story.conftest import FRONT, IDA, MORNING, berlin
from tests.story.phones import accepted, by_phone, invited, phone


def test_the_page_of_a_key_says_how_far_it_has_come(keys, client):
    number = accepted(keys)
    (code,) = phone(keys, number)
    client.force_login(get_user_model().objects.create_superuser("chief"))
    page = client.get(f"/admin/backoffice/issuedcode/{code.pk}/change/").content.decode()
    assert "accepted by the guest" in page
    assert "Mon 14:15–15:45" in page
    assert IDA not in page


def test_a_program_is_told_how_far_a_key_has_come(keys, client):
    number = invited(keys)
    (code,) = phone(keys, number)
    client.force_login(get_user_model().objects.create_superuser("chief"))
    told = client.get(f"/api/v1/codes/{code.pk}/").json()
    assert told["invitation"] == "invited, not accepted yet"
    assert told["periods"] == [["14:15", "15:45", [0]]]
    assert (told["accepted_at"], told["secret"]) == (None, "")


def test_somebody_let_in_by_staff_is_invited_by_his_own_address(keys):
    keys.codelocks.register_app_user("mona@example.test")
    door, word = Door.objects.get(ref=FRONT), overrule.Word(UserFactory(), "the piano", MORNING)
    person = overrule.Person("Mona", "Mona@Example.test")
    overrule.grant_person(door, person, berlin("18:00"), berlin("19:00"), word)
    overrule.grant_person(door, overrule.Person("Nobody"), berlin("18:00"), berlin("19:00"), word)
    keys.sync()
    keys.codelocks.accept(FRONT, "mona@example.test")
    assert by_phone(keys, berlin("18:30"), "mona@example.test")
    assert set(AccessGrant.objects.values_list("method", flat=True)) == {"phone", "netcode"}


def test_staff_can_have_a_door_opened_by_phone_for_one_booking(keys):
    Door.objects.filter(ref=FRONT).update(method="netcode")
    number = invited(keys)
    (grant,) = [grant for grant in keys.grants(number) if grant.door.ref == FRONT]
    word = overrule.Word(UserFactory(), "she asked for it", MORNING)
    overrule.use_method(grant, "phone", berlin("20:00"), word)
    keys.sync()
    keys.codelocks.accept(FRONT, IDA)
    assert by_phone(keys, berlin("14:30"))
