"""Mails as files in a folder, one file each: Django's own backend puts all of a connection into one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from django.core.mail import EmailMessage
from django.core.mail.backends import filebased


class EmailBackend(filebased.EmailBackend):
    """Writes every mail into a file of its own."""

    _fname: str | None

    def open(self) -> bool:
        """Open the next mail's file; before there is a mail, nothing."""
        return bool(self._fname and super().open())

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails; how many."""
        sent = 0
        for message in email_messages:
            self.close()
            self._fname = str(Path(self.file_path) / f"{uuid4().hex}.eml")
            sent += super().send_messages([message]) or 0
        return sent
