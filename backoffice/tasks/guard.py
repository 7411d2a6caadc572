"""One account's trouble is not the others'."""

from __future__ import annotations

import logging
from collections.abc import Callable

from backoffice import accounts
from backoffice.clock import now as clock
from backoffice.models import VendorAccount
from integrations.errors import Misconfigured, VendorError
from integrations.types import Role

logger = logging.getLogger(__name__)


def guarded(account: VendorAccount, step: Callable[[VendorAccount], bool]) -> bool:
    """Do a step at one account; False where it failed, which stops the account if a person must act."""
    try:
        return step(account)
    except Misconfigured as error:
        accounts.stop(account, error.text, clock())
    except VendorError as error:
        logger.warning("%s: %s", account.slug, error.text)
    return False


def with_role(role: Role) -> list[VendorAccount]:
    """The accounts of a role that are in use."""
    return [a for a in VendorAccount.objects.filter(enabled=True, stopped_at=None) if a.profile.role == role]
