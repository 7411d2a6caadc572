"""What staff have done at a card vendor's site: prove its zone, make doors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backoffice import accounts
from backoffice.flow.desk.record import Ask, carry_out
from backoffice.models import VendorAccount, VendorWrite, ZoneProof
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word
from integrations import types
from integrations.errors import VendorError
from integrations.types import CardSite, Made, Verdict, Written

WAIT = 20.0  # seconds for another writer of the account to come to its end
LONGEST_NAME = 100
MOST_DOORS = 100


def prove_zone(account: VendorAccount, spare: str, word: Word) -> ZoneProof:
    """Write known times on a disabled spare user and read them back (L-C15); the trial is kept.

    `spare` is the key (id_num) of the user, "" for one that is made for it. NotPossible when the account has
    no such trial, when another process writes there, and, in the vendor's words, when nothing can be told.
    """
    site = site_of(account, "zone_proof")
    kept: list[types.ZoneProof] = []

    def ask() -> Written:
        kept.append(site.probe_zone(spare.strip()) if spare.strip() else site.probe_zone())
        return Written(Verdict.DONE, text=f"{kept[0].note}.", confirmed=kept[0].restored)

    asked = {"timezone": account.timezone, "spare": spare.strip()}
    done_or_refused(alone(Ask(account, "prove zone", account.timezone, asked), word, ask))
    (proof,) = kept
    return ZoneProof.objects.create(
        account=account,
        timezone=proof.timezone,
        proven=proof.proven,
        restored=proof.restored,
        note=proof.note,
        readings=[
            [one.written_text, one.read_at.isoformat(), int(one.offset.total_seconds())]
            for one in proof.readings
        ],
        at=word.now,
        author=word.author,
    )


def create_doors(account: VendorAccount, names: Sequence[str], word: Word) -> VendorWrite:
    """Make doors by name; one that is there already is not made again. What became of each is in its text.

    NotPossible, before the vendor is asked, for no name, one twice, or one that is too long.
    """
    site = site_of(account, "site")
    wanted = [" ".join(name.split()) for name in names if name.strip()]
    if not wanted:
        raise NotPossible("Give each new door a name, one on a line.")
    if len(wanted) > MOST_DOORS:
        raise NotPossible(f"At most {MOST_DOORS} doors at once.")
    twice = {name for name in wanted if wanted.count(name) > 1}
    if twice:
        raise NotPossible(f"These names are there twice: {', '.join(sorted(twice))}.")
    if any(len(name) > LONGEST_NAME for name in wanted):
        raise NotPossible(f"A door's name has at most {LONGEST_NAME} letters.")
    ask = Ask(account, "create doors", ", ".join(wanted), {"names": wanted})
    return done_or_refused(alone(ask, word, lambda: _made(site.create_doors(wanted))))


def _made(ends: Sequence[Made]) -> Written:
    told = "; ".join(f"{end.key}: {end.error.text if end.error else 'is there'}" for end in ends)
    if all(end.error for end in ends):
        return Written(Verdict.REFUSED, text=told)
    return Written(Verdict.DONE, text=told, confirmed=not any(end.error for end in ends))


# ---------------------------------------------------------------------------------------- for all of the desk


def site_of(account: VendorAccount, able: str) -> CardSite:
    """The account's client where its vendor can do this, else NotPossible in words."""
    site = client_of(account, able)
    if not isinstance(site, CardSite):
        raise NotPossible(f"{account.profile.label} has no such call.")
    return site


def client_of(account: VendorAccount, able: str) -> types.AccessProvider:
    """A client of an account that can be asked; NotPossible when it is off, stopped, or not set up."""
    if able not in account.profile.desk:
        raise NotPossible(f"{account.profile.label} has no such call.")
    if account.stopped_at or not account.enabled:
        how = "stopped" if account.stopped_at else "switched off"
        raise NotPossible(f"{account} is {how}: nothing is asked there.")
    try:
        return accounts.access_provider(account)
    except VendorError as error:
        raise NotPossible(f"{error.text}.") from None


def alone(ask: Ask, word: Word, call: Callable[[], Written]) -> VendorWrite:
    """Carry out as the only writer of the account, as its vendor wants it (L-C6)."""
    with accounts.exclusive(f"issue {ask.account.pk}", WAIT) as mine:
        if not mine:
            raise NotPossible(f"Keys are being written to {ask.account} just now: try again in a minute.")
        return carry_out(ask, word, call)


def done_or_refused(write: VendorWrite) -> VendorWrite:
    """The write, if it was done; else NotPossible with what came of it."""
    if write.state != WriteState.DONE:
        raise NotPossible(f"{write.text.rstrip('. ')}.")
    return write
