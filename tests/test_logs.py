from __future__ import annotations

import logging

import pytest
from django.conf import settings

from backoffice.logs import Discreet
from integrations.http import Http

ROW = "DETAIL:  Failing row contains (77, Ida Kern, first line\nsecond (line), null)."


def written(message, *arguments, error=None):
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, arguments, None)
    if error is not None:
        record.exc_info = (type(error), error, None)
    return Discreet("{message}", style="{").format(record)


@pytest.mark.parametrize("path", ["/hooks/a-Token_1/", "/hooks/a-Token_1", "/hooks/a-Token_1/x"])
def test_a_webhooks_token_is_no_part_of_a_line(path):
    assert "a-Token_1" not in written("%s: %s", "Not Found", path)
    assert "/hooks/•••" in written("%s: %s", "Not Found", path)


def test_a_row_that_the_database_quotes_is_no_part_of_a_line():
    text = written("broken", error=ValueError(f"null value\n{ROW}"))
    assert "null value" in text
    for word in ("Ida", "first", "second"):
        assert word not in text


def test_nor_is_it_where_a_task_tells_its_error_in_one_line():
    text = written("Task %s raised unexpected: %r", "follow", ValueError(f"null value\n{ROW}"))
    assert "null value" in text
    assert "Ida" not in text
    assert "second" not in text


def test_a_key_that_is_there_already_is_told_by_its_columns():
    text = written("DETAIL:  Key (email)=(ida@example.test) already exists.")
    assert text == "DETAIL:  Key (email)=••• already exists."


def test_other_lines_stay_as_they_are():
    line = "lockme: GET /rooms got no answer (ConnectionError)"
    assert written(line) == line


def test_the_site_logs_through_it():
    assert settings.LOGGING["formatters"]["line"]["class"] == "backoffice.logs.Discreet"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("ida.kern@example.test is blocked", "••• is blocked"),
        ("phone=+49 30 5557731 is wrong", "phone=••• is wrong"),
        ("email=ida%40example.test", "email=•••"),
        ("start 2026-03-09T14:00:00+01:00 is over", "start 2026-03-09T14:00:00+01:00 is over"),
        ("no\n  such   room", "no such room"),
    ],
)
def test_a_vendors_words_are_shown_without_contact_data(said, shown):
    assert Http("https://vendor.example").line(said) == shown
