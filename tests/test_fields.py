"""Secrets are encrypted at rest, an old key still reads, a new key writes."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from backoffice.fields import fingerprint
from backoffice.models import Customer, VendorAccount, hook_digest

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def account(db, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    return VendorAccount.objects.create(
        slug="best",
        vendor="lockt",
        base_url="https://x.test",
        timezone="UTC",
        secrets={"apikey": "geheim-4711"},
        hook_token="tok-4711",
        hook_digest=hook_digest("tok-4711"),
    )


def stored(column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM backoffice_vendoraccount")  # noqa: S608 a test's own column
        return cursor.fetchone()[0]


def test_what_is_stored_holds_no_secret(account):
    assert "4711" not in stored("secrets") + stored("hook_token")


def test_an_old_key_still_reads_and_the_new_key_writes(account, settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    again = VendorAccount.objects.get()
    assert again.secrets == {"apikey": "geheim-4711"}
    again.save()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert VendorAccount.objects.get().secrets == {"apikey": "geheim-4711"}


def test_rotating_writes_everything_with_the_new_key(account, settings):
    Customer.objects.create(
        account=account, ref="1", email="ida@example.test", email_fingerprint=fingerprint("ida@example.test")
    )
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys", verbosity=0)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert (
        Customer.objects.get(email_fingerprint=fingerprint("IDA@example.test ")).email == "ida@example.test"
    )
    assert VendorAccount.objects.get().hook_token == "tok-4711"


def test_a_value_that_no_key_opens_is_an_error_and_not_plain_text(account, settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(ImproperlyConfigured, match="none of the keys"):
        VendorAccount.objects.get()


def test_a_key_that_is_none_is_named(account, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["short"]
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        VendorAccount.objects.get()
