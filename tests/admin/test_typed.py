"""The times that tests type are taken by the forms, whatever night it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from backoffice.admin.forms import moment_field
from tests.admin.typed import ZONE, typeable, typed

NIGHTS = [datetime(2027, 3, 28, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]
QUARTERS = [timedelta(minutes=15 * n) for n in range(-8, 16)]


@pytest.mark.parametrize("night", NIGHTS, ids=["forward", "back"])
def test_what_is_typed_in_the_nights_in_which_the_clocks_change_is_what_was_meant(night):
    with timezone.override(ZONE):
        for at in (night + quarter for quarter in QUARTERS):
            assert moment_field("Until").clean(typed(at)) == typeable(at)
