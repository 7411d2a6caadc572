"""The API: the same permissions as the pages, no secrets, bounded queries, errors in one shape."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from backoffice.clock import now
from backoffice.models import Finding, Override, StaffAct
from tests.factories import (
    HOUR,
    START,
    AccountFactory,
    BookingFactory,
    CodeFactory,
    EventFactory,
    GrantFactory,
    OccurrenceFactory,
    OverrideFactory,
    ResourceFactory,
    RoomFactory,
    RunFactory,
    UserFactory,
)

PLACES = ["accounts", "venues", "rooms", "resources", "doors"]
LISTS = [
    *PLACES,
    "pairings",
    "blocks",
    "bookings",
    "grants",
    "codes",
    "overrides",
    "events",
    "findings",
    "sync-runs",
    "webhook-messages",
    "notices",
    "writes",
]


def client_of(group):
    user = UserFactory()
    user.groups.set(Group.objects.filter(name=group))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
    client.user = user
    return client


@pytest.fixture
def viewer(db):
    return client_of("viewer")


@pytest.fixture
def desk(db):
    return client_of("front desk")


@pytest.fixture
def manager(db):
    return client_of("manager")


def tomorrow():
    return (now() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize("name", LISTS)
def test_strangers_see_nothing(db, name):
    assert APIClient().get(f"/api/v1/{name}/").status_code == 401


@pytest.mark.parametrize("name", LISTS)
def test_a_user_without_permissions_sees_nothing(db, name):
    assert client_of("nobody").get(f"/api/v1/{name}/").status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_a_viewer_reads_every_list(viewer, name):
    answer = viewer.get(f"/api/v1/{name}/")
    assert answer.status_code == 200, answer.data
    assert set(answer.data) == {"count", "next", "previous", "results"}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_asks_more_the_longer_it_is(viewer, name):
    def rows(n):
        for _ in range(n):
            code = CodeFactory()
            EventFactory(code=code, door=code.door)
            OverrideFactory(grant=code.grant)
            RunFactory()

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert viewer.get(f"/api/v1/{name}/").status_code == 200
        return len(caught)

    rows(2)
    few = queries()
    rows(8)
    assert queries() == few


def test_an_account_shows_no_secret(viewer):
    AccountFactory(secrets={"client_secret": "geheim-4711"}, hook_token="geheim-4712")
    text = viewer.get("/api/v1/accounts/").content.decode()
    assert "geheim" not in text


def test_contact_is_for_those_with_the_permission(viewer, desk):
    OccurrenceFactory(booking__customer__email="ida@example.test")
    assert viewer.get("/api/v1/bookings/").data["results"][0]["customer"]["email"] is None
    assert desk.get("/api/v1/bookings/").data["results"][0]["customer"]["email"] == "ida@example.test"


def test_a_code_is_masked_and_revealing_it_is_on_record(viewer, desk):
    code = CodeFactory(secret="004211", state="active")
    assert desk.get(f"/api/v1/codes/{code.pk}/").data["secret"] == "••••"
    assert viewer.post(f"/api/v1/codes/{code.pk}/reveal/", {"reason": "x"}).status_code == 403
    assert desk.post(f"/api/v1/codes/{code.pk}/reveal/", {}).status_code == 400
    answer = desk.post(f"/api/v1/codes/{code.pk}/reveal/", {"reason": "the guest is at the desk"})
    assert answer.data == {"secret": "004211"}
    assert answer["Cache-Control"] == "no-store"
    act = StaffAct.objects.get()
    assert (act.author, act.verb, act.code) == (desk.user, "reveal", code)


@pytest.mark.parametrize("act", ["hold", "deny"])
def test_staffs_word_about_a_booking_a_grant_and_a_door(desk, act):
    grant = GrantFactory()
    targets = (("bookings", grant.occurrence.booking_id), ("grants", grant.pk), ("doors", grant.door_id))
    for name, pk in targets:
        body = {"reason": "deposit not paid", "until": tomorrow()}
        answer = desk.post(f"/api/v1/{name}/{pk}/{act}/", body)
        assert answer.status_code == 201, answer.data
    assert Override.objects.filter(kind=act, author=desk.user).count() == 3


def test_a_viewer_may_not_overrule(viewer):
    grant = GrantFactory()
    body = {"reason": "x", "until": tomorrow()}
    assert viewer.post(f"/api/v1/grants/{grant.pk}/deny/", body).status_code == 403
    assert not Override.objects.exists()


def test_extend_reissue_and_release(desk):
    grant = GrantFactory(starts_at=now() + HOUR, ends_at=now() + 2 * HOUR)
    extended = desk.post(
        f"/api/v1/grants/{grant.pk}/extend/",
        {"reason": "late train", "until": tomorrow(), "minutes_after": 30},
    )
    assert extended.data["minutes_after"] == 30
    assert desk.post(f"/api/v1/grants/{grant.pk}/reissue/", {"reason": "seen by others"}).status_code == 201
    released = desk.post(f"/api/v1/overrides/{extended.data['id']}/release/", {"reason": "in time"})
    assert released.data["lifted_at"]
    again = desk.post(f"/api/v1/overrides/{extended.data['id']}/release/", {"reason": "in time"})
    assert (again.status_code, again.data["error"]["code"]) == (409, "not_possible")


def test_a_person_without_a_booking_is_let_in(desk):
    door = GrantFactory().door
    body = {"name": "Plumber", "reason": "leak", "starts_at": now().isoformat(), "ends_at": tomorrow()}
    answer = desk.post(f"/api/v1/doors/{door.pk}/grant/", body)
    assert answer.status_code == 201, answer.data
    assert Override.objects.get().person_name == "Plumber"


def test_errors_have_one_shape(desk):
    grant = GrantFactory()
    wrong = desk.post(f"/api/v1/grants/{grant.pk}/hold/", {"until": "soon"})
    past = desk.post(f"/api/v1/grants/{grant.pk}/hold/", {"reason": "x", "until": "2020-01-01T00:00:00Z"})
    absent = desk.get("/api/v1/grants/4711/")
    stranger = APIClient().get("/api/v1/grants/")
    assert [answer.status_code for answer in (wrong, past, absent, stranger)] == [400, 409, 404, 401]
    for answer in (wrong, past, absent, stranger):
        assert set(answer.data) == {"error"}
        assert set(answer.data["error"]) == {"code", "message", "fields"}
    assert set(wrong.data["error"]["fields"]) == {"until", "reason"}
    assert "future" in past.data["error"]["message"]


def test_filters_by_room_door_state_and_time(viewer):
    room = RoomFactory()
    grant = GrantFactory(occurrence=OccurrenceFactory(resource=ResourceFactory(room=room)))
    CodeFactory(grant=grant)
    CodeFactory(state="revoked")
    assert viewer.get("/api/v1/codes/", {"room": room.pk}).data["count"] == 1
    assert viewer.get("/api/v1/codes/", {"state": "revoked"}).data["count"] == 1
    assert viewer.get("/api/v1/codes/", {"door": grant.door_id}).data["count"] == 1
    assert viewer.get("/api/v1/grants/", {"ends_after": (START + 5 * HOUR).isoformat()}).data["count"] == 0
    assert viewer.get("/api/v1/bookings/", {"room": room.pk}).data["count"] == 1


def test_findings_tell_their_room_and_are_filtered_by_what_they_are_about(viewer):
    room, booking = RoomFactory(), BookingFactory()
    about = {"room": room, "booking": booking, "account": booking.account}
    for name, subject in about.items():
        Finding.objects.create(kind=name, key=name, text="look", opened_at=START, **{name: subject})
    asked = {"room": room.pk, "booking": booking.pk, "account": booking.account.slug}
    found = {name: viewer.get("/api/v1/findings/", {name: value}).json() for name, value in asked.items()}
    assert {name: [row["kind"] for row in page["results"]] for name, page in found.items()} == {
        name: [name] for name in about
    }
    assert found["room"]["results"][0]["room"] == room.pk


def test_refreshing_and_resuming_an_account_needs_its_permission(viewer, manager):
    account = AccountFactory(stopped_at=START, stopped_reason="the key was refused")
    address = f"/api/v1/accounts/{account.slug}"
    assert viewer.post(f"{address}/refresh/").status_code == 403
    assert manager.post(f"{address}/refresh/").status_code == 409  # stopped: nothing would be read
    assert manager.post(f"{address}/resume/", {"reason": "new key"}).data["stopped_at"] is None
    assert manager.post(f"{address}/refresh/").status_code == 202
    assert list(StaffAct.objects.order_by("at").values_list("verb", flat=True)) == ["resume", "refresh"]


def test_the_schema_is_complete_and_free_of_warnings(manager, capsys):
    answer = manager.get("/api/v1/schema/")
    assert answer.status_code == 200
    text = answer.content.decode()
    for path in ("/api/v1/bookings/{id}/deny/", "/api/v1/codes/{id}/reveal/", "/api/v1/sync-runs/"):
        assert path in text
    assert "Warning" not in capsys.readouterr().err


def test_pages_are_cut_as_asked(viewer):
    BookingFactory.create_batch(3)
    answer = viewer.get("/api/v1/bookings/", {"page_size": 2})
    assert (answer.data["count"], len(answer.data["results"])) == (3, 2)
    assert "page=2" in answer.data["next"]


def test_health_and_readiness(client, db):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_a_venue_tells_its_telephone(viewer):
    RoomFactory(venue__phone="+49 30 555 0100")
    assert viewer.get("/api/v1/venues/").json()["results"][0]["phone"] == "+49 30 555 0100"
