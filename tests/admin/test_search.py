"""A guest is found by a whole e-mail address, also while keys are being rotated."""

from __future__ import annotations

from cryptography.fernet import Fernet

from tests import factories as make

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_guest_is_found_by_address_while_keys_are_being_rotated(signed_in, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    make.CustomerFactory(name="Ida Kern", email="ida@example.test")
    make.CustomerFactory(name="Emil Vogel", email="emil@example.test")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    page = (
        signed_in("front desk").get("/admin/backoffice/customer/", {"q": "IDA@example.test"}).content.decode()
    )
    assert "Ida Kern" in page
    assert "Emil Vogel" not in page
