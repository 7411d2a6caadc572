"""One connection to the mail server, and what is written down about each mail before and after it."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from backoffice import states
from backoffice.flow.deliver.letter import Letter, letter
from backoffice.flow.deliver.tellings import Telling
from backoffice.models import Notice
from backoffice.states import NoticeState

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
TRIES = 6
NO_ADDRESS = "no e-mail address: tell the guest at the desk"


class Post:
    """The mail server for one run; `broken` once it did not answer as one should."""

    def __init__(self, now: datetime) -> None:
        self.broken = False
        self._now = now
        self._connection = get_connection()

    def __enter__(self) -> Post:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, notice: Notice, telling: Telling) -> str:
        """Send one mail; sent, failed (needs a person), waiting (tried again) or skipped (another's)."""
        written = letter(telling)
        if not self._claim(notice, telling, written):
            return "skipped"
        if not notice.recipient:
            states.move(notice, NoticeState.FAILED, error=NO_ADDRESS, lease_until=None)
            return "failed"
        try:
            self._mail(notice, telling, written).send()
        except (
            OSError,
            ValueError,
        ) as error:  # smtplib's; an address nobody can use
            return self._not_sent(notice, error)
        states.move(notice, NoticeState.SENT, sent_at=self._now, error="", lease_until=None)
        return "sent"

    def _claim(self, notice: Notice, telling: Telling, written: Letter) -> bool:
        """Mine to send: what will be told is on record before it is told."""
        return states.move(
            notice,
            NoticeState.SENDING,
            lease_until=self._now + LEASE,
            attempts=notice.attempts + 1,
            recipient=telling.span.email,
            language=written.language,
            subject=written.subject,
            body=written.text,
            windows=telling.windows,
        )

    def _mail(self, notice: Notice, telling: Telling, written: Letter) -> EmailMultiAlternatives:
        headers = {"Message-ID": message_id(notice.key), "Auto-Submitted": "auto-generated"}
        if telling.previous:
            headers["References"] = headers["In-Reply-To"] = message_id(telling.previous.key)
        mail = EmailMultiAlternatives(
            written.subject,
            written.text,
            to=[notice.recipient],
            headers=headers,
            connection=self._connection,
        )
        mail.attach_alternative(written.html, "text/html")
        return mail

    def _not_sent(self, notice: Notice, error: Exception) -> str:
        """Again later, or a person is needed: the server refused for good, or it was tried often enough."""
        final = _for_good(error)
        self.broken = not final
        self._close()
        logger.warning("notice %s was not sent: %s", notice.pk, _kind(error))
        if final or notice.attempts >= TRIES:
            text = f"the mail could not be sent ({_kind(error)}): tell the guest another way"
            states.move(notice, NoticeState.FAILED, error=text, lease_until=None)
            return "failed"
        pause = timedelta(minutes=3 ** (notice.attempts - 1))
        states.move(
            notice, NoticeState.DUE, error=_kind(error), next_try_at=self._now + pause, lease_until=None
        )
        return "waiting"

    def _close(self) -> None:
        try:
            self._connection.close()
        except (OSError, SMTPException):
            logger.info("the mail server had gone before it could be told goodbye")


def message_id(key: str) -> str:
    """The mail's own id: the same for the same thing told, so that mail programs fold a repeated mail."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "latchkey.invalid"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def _for_good(error: Exception) -> bool:
    """Would the same mail be refused again? Then the server itself is well."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return 500 <= error.smtp_code < 600 and error.smtp_code not in (530, 535)
    return isinstance(error, ValueError)


def _kind(error: Exception) -> str:
    """What went wrong without the server's words: they hold the guest's address."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
