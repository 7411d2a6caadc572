"""Setting a lock up on staff's word: the sequence to type in, shown once, and the lock entered as a door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from backoffice import lockclock
from backoffice.flow.desk.record import Ask, carry_out
from backoffice.flow.desk.site import client_of, done_or_refused
from backoffice.models import Door, VendorAccount, Venue
from backoffice.word import NotPossible, Word, on_record
from integrations.errors import Garbled, Refused, Unavailable
from integrations.types import Commissioning, InitRecord, Method, Verdict, Written

GROUPED = "KL1060C2"  # its identifier is a group and a member, and no group begins with 0
MODELS = ("KL1060", "KL1060C2", "KL1060G3", "KL1550")
SHOWN = "The sequence was shown once and is kept nowhere."


@dataclass(frozen=True, slots=True)
class Setup:
    """What a sequence is asked for. Its text forms leave the master code out; "" = the factory's."""

    model: str
    timezone: str = ""
    random_id: bool = True
    master_code: str = field(default="", repr=False)
    key: str = ""  # of one form or request: sent again, it asks nothing


@dataclass(frozen=True, slots=True)
class NewLock:
    """A lock as its own numbers say, each given twice: the vendor checks neither (oddity 7)."""

    name: str
    model: str
    timecode: str
    timecode_again: str
    identifier: str
    identifier_again: str
    clock: str = "UTC"
    venue: Venue | None = None


def commission(account: VendorAccount, setup: Setup, word: Word) -> InitRecord:
    """Ask once for what is typed into a new lock: one paid call, never repeated by itself (oddity 15).

    The sequence is in the answer and nowhere else: neither it nor a master code is kept, logged or on record
    (oddity 14). NotPossible before anything is asked when it cannot be right; else in the vendor's words.
    """
    provider = client_of(account, "commissioning")
    if not isinstance(provider, Commissioning):
        raise NotPossible(f"{account.profile.label} has no such call.")
    if setup.timezone and lockclock.zone_named(setup.timezone) is None:
        raise NotPossible(f"There is no time zone {setup.timezone}; write a name such as Europe/Berlin.")
    if setup.master_code and not re.fullmatch(r"[0-9]{4,8}", setup.master_code):
        raise NotPossible("A master code is four to eight digits; leave it empty for the factory's.")
    if setup.master_code and setup.master_code in word.reason:
        raise NotPossible("Leave the master code out of the reason: that stays on record.")
    kept: list[InitRecord] = []

    def ask() -> Written:
        random_id, master_code = setup.random_id, setup.master_code
        try:
            record = provider.init(setup.model, setup.timezone, random_id=random_id, master_code=master_code)
        except (Garbled, Unavailable) as error:  # nothing was written there: there is nothing to look at
            raise Refused(f"{error.text}. No sequence came; to ask again is another paid call") from None
        kept.append(record)
        return Written(Verdict.DONE, text=SHOWN)

    about = {"model": setup.model, "timezone": setup.timezone, "random_id": setup.random_id}
    done_or_refused(carry_out(Ask(account, "set up lock", setup.model, about, key=setup.key), word, ask))
    if not kept:
        raise NotPossible(
            "This was sent already, and the sequence shown then. Open the page anew to ask again."
        )
    return kept[0]


def enter_lock(account: VendorAccount, new: NewLock, word: Word) -> Door:
    """Enter a lock that no list of its vendor has as a door, by PIN; on record.

    NotPossible, with what to change: a typing mistake gives codes that open nothing, and nobody would say so.
    """
    if "commissioning" not in account.profile.desk:
        raise NotPossible(f"The locks of {account} come from its vendor's list: none is entered by hand.")
    _check(new)
    lock = {
        "model": new.model,
        "timecode": new.timecode,
        "identifier": new.identifier,
        "clock": new.clock,
        "star": False,
    }
    try:
        with transaction.atomic():
            door = Door.objects.create(
                account=account,
                ref=f"{new.timecode}/{new.identifier}",
                name=new.name.strip(),
                venue=new.venue,
                method=Method.NETCODE,
                lock=lock,
            )
            on_record(word, "enter lock", door)
    except IntegrityError:
        raise NotPossible("A lock with these two numbers is entered already.") from None
    return door


def _check(new: NewLock) -> None:
    if not new.name.strip():
        raise NotPossible("Say which door it is on: a name.")
    if new.model not in MODELS:
        raise NotPossible(f"Say which model it is: {', '.join(MODELS)}.")
    if new.timecode != new.timecode_again:
        raise NotPossible("The two timecodes differ: read it from the lock's sheet and type it twice.")
    if new.identifier != new.identifier_again:
        raise NotPossible("The two identifiers differ: read it from the lock's sheet and type it twice.")
    if not re.fullmatch(r"[0-9]{12}", new.timecode) or not _is_moment(new.timecode):
        raise NotPossible("A timecode is 12 digits, year to minute, such as 202511161623.")
    _check_identifier(new)
    if lockclock.zone_named(new.clock) is None:
        raise NotPossible(f"{new.clock} is no clock: write UTC, an offset such as +01:00, or a zone.")


def _check_identifier(new: NewLock) -> None:
    if not re.fullmatch(r"[0-9]{6}", new.identifier):
        raise NotPossible("An identifier is 6 digits.")
    if new.model == GROUPED and new.identifier.startswith("0"):
        raise NotPossible(f"The identifier of a {GROUPED} never begins with 0: read it from the lock again.")


def _is_moment(timecode: str) -> bool:
    try:
        datetime.strptime(timecode, "%Y%m%d%H%M")  # noqa: DTZ007 a lock's seed, no instant
    except ValueError:
        return False
    return True
