"""Log lines without what others put into them: tokens of webhooks and feeds, rows that databases quote."""

from __future__ import annotations

import logging
import re

MASK = "•••"
HOOK = re.compile(r"(/(?:hooks|feeds)/)[^/\s'\"]+")  # the address holds the account's or the feed's token
CONSENT = re.compile(r"([?&](?:code|state)=)[^&\s'\"]+")  # what a vendor's consent leads back with
ROW = re.compile(r"(DETAIL:\s+Failing row contains )\(.*?\)\.(?=\n|\\n|['\"]|$)", re.DOTALL)  # a guest's, say
DETAIL = re.compile(r"(DETAIL:\s+Key \([^)]*\)=)\([^\n]*?\)")  # of a value that is there already


class Discreet(logging.Formatter):
    """A formatter for all that is written to the log, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        text = super().format(record)
        for pattern in (HOOK, CONSENT, ROW, DETAIL):
            text = pattern.sub(rf"\1{MASK}", text)
        return text
