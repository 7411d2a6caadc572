"""What staff can do with a row: each act in words, its permission, and the one call that does it."""

from __future__ import annotations

from typing import Any

from backoffice import tasks
from backoffice.admin.acts import Act
from backoffice.admin.forms import ByMethod, Extension, LetIn, Reread, Until
from backoffice.flow import overrule
from backoffice.states import CodeState, MessageState, NoticeState, RunState
from integrations.types import BookingStatus

OVERRULE = "backoffice.add_override"


def lets_in(row: Any) -> bool:
    """Is there access to overrule? An entry in a calendar lets nobody in."""
    return getattr(row, "status", "") != BookingStatus.BLOCK


HOLD = Act(
    "hold",
    "Hold",
    "Nothing is issued until then. What is already out keeps opening.",
    OVERRULE,
    lambda row, given, word: overrule.hold(row, given["until"], word),
    Until,
    icon="pause",
    offered=lets_in,
)
DENY = Act(
    "deny",
    "Deny",
    "No access until then. What can be taken back is taken back at once; a PIN that the lock computed itself "
    "cannot be, and is listed as still opening.",
    OVERRULE,
    lambda row, given, word: overrule.deny(row, given["until"], word),
    Until,
    icon="block",
    danger=True,
    offered=lets_in,
)
EXTEND = Act(
    "extend",
    "Extend",
    "Doors open earlier and later by so many minutes, for every access window that begins before the end.",
    OVERRULE,
    lambda row, given, word: overrule.extend(
        row, given["minutes_before"], given["minutes_after"], given["until"], word
    ),
    Extension,
    icon="more_time",
    offered=lets_in,
)


USE_METHOD = Act(
    "use-method",
    "Open another way",
    "Doors whose vendor has this method open by it, for every access window that begins before the end. What "
    "was issued before is taken back where the lock allows it, and the guest is told.",
    OVERRULE,
    lambda row, given, word: overrule.use_method(row, given["method"], given["until"], word),
    ByMethod,
    icon="swap_horiz",
    offered=lets_in,
)


OVER = (CodeState.REVOKED, CodeState.EXPIRED)

REISSUE = Act(
    "reissue",
    "Re-issue",
    "A new way in. The old one stops counting; a PIN that the lock computed opens until its end and is "
    "listed as lingering.",
    OVERRULE,
    lambda row, given, word: overrule.reissue(row, word),
    icon="autorenew",
)
REVOKE = Act(
    "revoke",
    "Revoke",
    "The access is denied and the code taken back where the lock allows it.",
    OVERRULE,
    lambda row, given, word: overrule.revoke(row, word),
    icon="cancel",
    danger=True,
    offered=lambda row: row.state not in OVER,
)
RETRY = Act(
    "retry",
    "Try again",
    "The vendor is asked again with the next round, which begins now.",
    OVERRULE,
    lambda row, given, word: overrule.retry(row, word),
    icon="replay",
    offered=lambda row: row.state == CodeState.FAILED,
)
REVEAL = Act(
    "reveal",
    "Reveal",
    "Shows the code once. That you saw it, when and why stays on record.",
    "backoffice.reveal_issuedcode",
    lambda row, given, word: overrule.reveal(row, word),
    icon="visibility",
    offered=lambda row: bool(row.secret),
    after=lambda row: None,
    shows=True,
)
RELEASE = Act(
    "release",
    "Release",
    "Takes this word back; the next plan goes by the booking and the rules again.",
    "backoffice.change_override",
    lambda row, given, word: overrule.release(row, word),
    icon="play_arrow",
    offered=lambda row: row.lifted_at is None,
)


RESEND = Act(
    "retry",
    "Send again",
    "The message is sent with the next round, which begins now.",
    OVERRULE,
    lambda row, given, word: overrule.retry_notice(row, word),
    icon="replay",
    offered=lambda row: row.state == NoticeState.FAILED,
)
READ = Act(
    "reveal",
    "Read it",
    "Shows what the guest was told, codes and all. That you saw it, when and why stays on record.",
    "backoffice.reveal_notice",
    lambda row, given, word: overrule.reveal_notice(row, word),
    icon="visibility",
    offered=lambda row: bool(row.body),
    after=lambda row: None,
    shows=True,
)


def _read_whole(row: Any) -> None:
    tasks.refresh_account.delay_on_commit(row.pk, full=True)


REFRESH = Act(
    "refresh",
    "Refresh now",
    "Everything that the account lists is read again, whole. Where listings are paid for, this spends calls.",
    "backoffice.refresh_vendoraccount",
    lambda row, given, word: _said(overrule.refresh(row, word), "is being read; see its readings."),
    Reread,
    icon="sync",
    offered=lambda row: row.enabled and row.stopped_at is None and row.profile.connect is not None,
    after=_read_whole,
)


def _read_on_that_word(row: Any) -> None:
    tasks.refresh_account.delay_on_commit(row.pk, full=True, accept_loss=True)


ACCEPT_LOSS = Act(
    "accept-loss",
    "It is gone indeed",
    "The last reading missed so much that nothing was taken away. Look at the source first: on your word all "
    "that is missing counts as gone, and those guests lose their access.",
    "backoffice.change_vendoraccount",
    lambda row, given, word: overrule.accept_loss(row, word),
    icon="playlist_remove",
    danger=True,
    offered=lambda row: getattr(row, "run_state", "") == RunState.STOPPED and row.stopped_at is None,
    after=_read_on_that_word,
)
RESUME = Act(
    "resume",
    "Resume",
    "The account is used again. Settings that were wrong should be right by now, or it stops once more.",
    "backoffice.refresh_vendoraccount",
    lambda row, given, word: _said(overrule.resume(row, word), "is used again and is being read."),
    icon="play_arrow",
    first=True,
    offered=lambda row: row.stopped_at is not None,
    after=_read_whole,
)


def _open(row: Any) -> None:
    tasks.process_message.delay_on_commit(row.pk)


REOPEN = Act(
    "retry",
    "Open again",
    "The message is fetched from the vendor again, now.",
    OVERRULE,
    lambda row, given, word: overrule.retry_message(row, word),
    icon="replay",
    offered=lambda row: row.state == MessageState.FAILED,
    after=_open,
)
LET_IN = Act(
    "let-in",
    "Let a person in",
    "Access to this door for somebody without a booking, for a time of at most a year.",
    OVERRULE,
    lambda row, given, word: overrule.grant_person(
        row, overrule.Person(given["name"], given["email"]), given["starts_at"], given["ends_at"], word
    ),
    LetIn,
    icon="person_add",
    first=True,
)


def _said(row: Any, text: str) -> str:
    return f"{row} {text}"
