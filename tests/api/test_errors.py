"""What nobody foresaw is answered in the API's one shape and tells nothing of itself."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from backoffice.api.places import VenueSerializer
from tests.factories import UserFactory, VenueFactory

SECRET = "ida@example.test has PIN 004211"


@pytest.fixture
def client(db):
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def answer(client, monkeypatch):
    """What a mistake in the middle of an answer leads to."""

    def broken(self, row):
        raise KeyError(SECRET)

    monkeypatch.setattr(VenueSerializer, "to_representation", broken)
    VenueFactory()
    return client.get("/api/v1/venues/")


def test_a_mistake_of_ours_has_the_shape_of_all_errors_and_no_details(answer):
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert set(answer.json()["error"]) == {"code", "message", "fields"}
    assert answer.json()["error"]["code"] == "server_error"
    assert SECRET not in answer.content.decode()


def test_where_it_happened_is_logged_and_not_its_words(caplog, request):
    request.getfixturevalue("answer")
    assert "KeyError in VenueViewSet" in caplog.text
    assert "in broken" in caplog.text
    assert SECRET not in caplog.text


def test_the_schema_tells_the_shape_of_errors_for_every_operation(client):
    schema = client.get("/api/v1/schema/", {"format": "json"}).json()
    told = {
        operation["responses"]["default"]["content"]["application/json"]["schema"]["$ref"]
        for path in schema["paths"].values()
        for operation in path.values()
    }
    assert told == {"#/components/schemas/Error"}
    assert set(schema["components"]["schemas"]["Error"]["properties"]["error"]["required"]) == {
        "code",
        "message",
        "fields",
    }
