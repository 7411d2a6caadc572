"""Write every encrypted value again with the first key of FIELD_ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from backoffice.fields import EncryptedJSON, EncryptedText, fingerprint
from backoffice.models import Customer

BATCH = 500


class Command(BaseCommand):
    """`manage.py rotate_keys`: put a new key first, run this, then remove the old key."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rotate table by table; safe to run again after an interruption."""
        for model in apps.get_app_config("backoffice").get_models():
            names = [f.name for f in model._meta.fields if isinstance(f, EncryptedText | EncryptedJSON)]  # noqa: SLF001
            if names:
                self.stdout.write(f"{model._meta.verbose_name}: {rotate(model, names)} rows")  # noqa: SLF001


def rotate(model: type[models.Model], names: list[str]) -> int:
    """Write the named fields of every row again; how many rows."""
    keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))  # noqa: SLF001
    for start in range(0, len(keys), BATCH):
        with transaction.atomic():
            rows = model._default_manager.select_for_update().filter(pk__in=keys[start : start + BATCH])  # noqa: SLF001
            _write(model, list(rows), names)
    return len(keys)


def _write(model: type[models.Model], rows: list[Any], names: list[str]) -> None:
    if model is Customer:  # its e-mail's fingerprint hangs on the key too
        for row in rows:
            row.email_fingerprint = fingerprint(row.email) if row.email else ""
        names = [*names, "email_fingerprint"]
    model._default_manager.bulk_update(rows, names)  # noqa: SLF001
