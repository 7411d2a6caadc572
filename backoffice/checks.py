"""What must not be so in production; run by `manage.py check --deploy --database default`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register

from backoffice.models import VendorAccount

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@register(Tags.database, deploy=True)
def no_sandbox_in_production(**asked: Any) -> list[CheckMessage]:
    """No account talks to a sandbox vendor."""
    if not asked.get("databases"):
        return []
    return [
        checks.Error(f"account {account} talks to a sandbox: {account.base_url}", id="backoffice.E001")
        for account in VendorAccount.objects.all()
        if urlsplit(account.base_url).hostname in LOOPBACK
    ]


@register(Tags.security, deploy=True)
def mails_leave_the_machine(**_: Any) -> list[CheckMessage]:
    """Guests' mails are sent, not written to files."""
    if "smtp" in settings.EMAIL_BACKEND:
        return []
    return [checks.Warning("EMAIL_URL is not an SMTP server: guests get no mail", id="backoffice.W001")]


@register(Tags.security, deploy=True)
def broker_is_shared(**_: Any) -> list[CheckMessage]:
    """Workers on several hosts share a broker."""
    if not settings.CELERY_BROKER_URL.startswith("filesystem"):
        return []
    return [checks.Warning("CELERY_BROKER_URL is unset: tasks stay on this machine", id="backoffice.W002")]
