"""The one address that vendors call: prove, keep, answer; the work is done later."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from backoffice import tasks
from backoffice.clock import now
from backoffice.flow import calendars, inbox
from backoffice.models import VendorAccount, hook_digest
from integrations.errors import VendorError

LONGEST_BODY = 64 * 1024  # bytes; a hook says where to look and no more
LONGEST_TOKEN = 200


class Answer(HttpResponse):
    """An answer in plain text that Django does not log: the address holds the account's token."""

    _has_been_logged = True

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text, status=status, content_type="text/plain")


@csrf_exempt
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the message that a vendor tells of and answer at once.

    200 also when it is known already; 404 for a token that is no account's in use, without saying why;
    400 when the request names no message; 413 for a body that no hook has.
    """
    if request.method not in ("GET", "POST"):
        return Answer("Use GET or POST", 405)
    account = _account(token)
    if account is None:
        return Answer("Not found", 404)
    return _told(request, account) if account.profile.read_push else _kept(request, account)


def _kept(request: HttpRequest, account: VendorAccount) -> Answer:
    """The message that a booking source tells of."""
    if account.profile.read_hook is None:
        return Answer("Not found", 404)
    body = request.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        return Answer("Too large", 413)
    try:
        hook = account.profile.read_hook(request.headers, body)
        message = inbox.keep(account, hook.message_ref, now())
    except (VendorError, ValueError):
        return Answer("The request names no message", 400)
    if message is not None:
        tasks.process_message.delay_on_commit(message.pk)
    return Answer("OK", 200)


def _told(request: HttpRequest, account: VendorAccount) -> Answer:
    """A calendar tells that it changed: only a channel of ours, by its own token, makes us read it."""
    assert account.profile.read_push is not None  # noqa: S101 asked before
    try:
        push = account.profile.read_push(request.headers)
    except ValueError:
        return Answer("The request names no channel", 400)
    if not calendars.hinted(account, push, now()):
        return Answer("Not found", 404)
    if calendars.hints(account):
        tasks.refresh_account.delay_on_commit(account.pk)
    return Answer("OK", 200)


def _account(token: str) -> VendorAccount | None:
    """The account in use with this token; found by digest, then compared in constant time."""
    if len(token) > LONGEST_TOKEN:
        return None
    account = VendorAccount.objects.filter(hook_digest=hook_digest(token), enabled=True).first()
    if account and secrets.compare_digest(account.hook_token.encode(), token.encode()):
        return account
    return None
