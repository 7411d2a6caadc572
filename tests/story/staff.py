"""Staff's word in the house, and the syncs after it in which only time goes on."""

from __future__ import annotations

import pytest

from backoffice.word import Word
from tests.factories import UserFactory


@pytest.fixture
def word(house):
    """Staff's word, given now."""

    def given(reason="the deposit is not paid"):
        return Word(UserFactory(), reason, house.server.vendors.clock.now())

    return given


def go_on(house):
    """Syncs that change nothing but the time."""
    for _ in range(3):
        house.later(minutes=10)
        house.sync()
