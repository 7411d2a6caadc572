"""The one app."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """Latchkey's back office."""

    name = "backoffice"
    verbose_name = "Latchkey"

    def ready(self) -> None:
        """Register the checks."""
        from backoffice import checks  # noqa: F401, PLC0415 its import is the registration
