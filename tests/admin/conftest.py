"""Staff of each group, signed in."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from backoffice import clock
from tests.factories import UserFactory


@pytest.fixture
def now():
    """The machine's time: pages ask the clock."""
    return clock.now().replace(microsecond=0)


@pytest.fixture
def signed_in(db):
    """A browser in which somebody of a group is signed in: `signed_in("viewer")`; "" is the superuser."""

    def client_of(group):
        user = UserFactory(is_staff=True, is_superuser=not group)
        if group:
            user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return client_of
