"""The lock of an account comes back, whatever becomes of its holder."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from backoffice import accounts


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_another_connection_holds_is_not_got_until_that_connection_ends():
    connection.ensure_connection()
    info = connection.connection.info
    other = psycopg.connect(
        host=info.host, port=info.port, user=info.user, dbname=info.dbname, autocommit=True
    )
    number = accounts.lock_number("issue 1")
    other.execute("SELECT pg_advisory_lock(%s)", [number])
    with accounts.exclusive("issue 1", wait=0) as mine:
        assert not mine
    other.close()
    with accounts.exclusive("issue 1", wait=5) as mine:
        assert mine
    connections.close_all()


def test_the_server_notices_within_minutes_that_a_host_is_gone():
    asked = settings.DATABASES["default"]["OPTIONS"]["options"]
    for setting in ("tcp_keepalives_idle=30", "tcp_keepalives_interval=10", "tcp_keepalives_count=3"):
        assert f"-c {setting}" in asked
