"""The one app."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """Latchkey's back office."""

    name = "backoffice"
    verbose_name = "Latchkey"
