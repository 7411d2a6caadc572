"""What staff do with fobs: hand out, check in, lost and found, broken and repaired, where one lies."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from backoffice import pools, promises
from backoffice.models import AccessGrant, Fob, FobLoan, OverrideKind, Venue
from backoffice.states import CodeState, GrantState
from backoffice.word import NotPossible, Word, on_record, say
from backoffice.wording import moment
from integrations.types import Method

LIVE = (GrantState.GRANTED, GrantState.HELD, GrantState.BLOCKED)
TO_LEND = (GrantState.GRANTED, GrantState.BLOCKED)


def hand_out(fob: Fob, word: Word) -> FobLoan:
    """The fob goes to the guest to whom it is lent. NotPossible unless it is lent, confirmed and here."""
    loan = _loan(fob)
    if loan is None:
        raise NotPossible(f"{fob} is lent to nobody. Lend it to somebody without a booking, or to a booking.")
    if loan.handed_at:
        raise NotPossible(f"{fob} was handed out already, {moment(loan.handed_at, _venue(loan))}.")
    if loan.ends_at <= word.now:
        over = moment(loan.ends_at, _venue(loan))
        raise NotPossible(f"The time of {fob} was over {over}: it opens nothing.")
    if fob.lost_at or loan.code is None or loan.code.state != CodeState.ACTIVE:
        raise NotPossible(f"{fob} opens nothing yet: its vendor has not confirmed it. Try again in a minute.")
    with transaction.atomic():
        mine = FobLoan.objects.filter(pk=loan.pk, handed_at=None, returned_at=None)
        if not mine.update(handed_at=word.now, handed_by=word.author):
            raise NotPossible(f"Somebody else was faster: look at {fob} again.")
        on_record(word, "hand out", fob, grant=loan.grant, code=loan.code)
    return loan


def check_in(fob: Fob, word: Word) -> str:
    """The fob is back; what that means, in words. Before its time it waits for the guest again.

    In its time the guest's access by it is over: the next plan ends it, and the vendor takes it back.
    """
    if fob.lost_at:
        again = "it works again" if fob.broken else "it was found"
        raise NotPossible(f"{fob} counts as {fob.out_of_use}: say that {again}.")
    loan = _loan(fob)
    if loan is None:
        raise NotPossible(f"{fob} is in stock: nobody has it.")
    early = loan.starts_at > word.now
    if early and not pools.is_out(loan):
        raise NotPossible(f"{fob} waits for its guest and was not handed out: there is nothing to take back.")
    given_up: dict[str, object] = {"handed_at": None, "handed_by": None}
    back = {"returned_at": word.now, "returned_by": word.author}
    with transaction.atomic():
        if not FobLoan.objects.filter(pk=loan.pk, returned_at=None).update(**(given_up if early else back)):
            raise NotPossible(f"Somebody else was faster: look at {fob} again.")
        on_record(word, "check in", fob, grant=loan.grant, code=loan.code)
    if early:
        return f"{fob} is back and waits for its guest from {moment(loan.starts_at, _venue(loan))} on."
    if loan.ends_at > word.now:
        return f"{fob} is back before its time was over: it opens nothing any more. Re-issue if it should."
    return f"{fob} is back in stock."


def lost(fob: Fob, word: Word) -> str:
    """The fob opens nothing any more and is lent to nobody; a guest who still needs one gets another."""
    return _out_of_use(fob, word, "lost")


def broken(fob: Fob, word: Word) -> str:
    """The fob does not work: as with a lost one, and until it is said to work again.

    NotPossible for one that counts as lost: it must be found first.
    """
    return _out_of_use(fob, word, "broken")


def _out_of_use(fob: Fob, word: Word, how: str) -> str:
    loan = _loan(fob)
    with transaction.atomic():
        if not _taken_out(fob, word, broken=how == "broken"):
            fob.refresh_from_db()
            raise NotPossible(f"{fob} counts as {fob.out_of_use} already.")
        on_record(word, how, fob, **({"grant": loan.grant, "code": loan.code} if loan else {}))
        again = loan is not None and _needs_another(loan, word)
    fob.refresh_from_db()
    return f"{fob} is being shut at its vendor." + (" Its guest gets another one." if again else "")


def _taken_out(fob: Fob, word: Word, *, broken: bool) -> bool:
    """Whether the fob was in use until now; from now on it opens nothing."""
    there = Fob.objects.filter(pk=fob.pk, lost_at=None)
    why = word.reason.strip()
    return bool(there.update(lost_at=word.now, lost_reason=why, broken=broken, shut_at=None))


def _needs_another(loan: FobLoan, word: Word) -> bool:
    """Let the next plan give the guest a new way in, if his time is not over."""
    grant = loan.grant
    if grant.state not in LIVE or grant.ends_at <= word.now:
        return False
    say(OverrideKind.REISSUE, grant, grant.ends_at, word)
    return True


def give(grant: AccessGrant, fob: Fob, word: Word) -> str:
    """A guest takes a fob with him now, long before his time or in the place of the one that waits for him.

    It opens in his access window alone. NotPossible unless he is to get in by fob, has none in hand, and
    this one is free and of the pool of all his doors.
    """
    if not may_be_given(grant) or grant.ends_at <= word.now:
        raise NotPossible("No fob is to be lent here: this access is by another method, held, or over.")
    if has := next((loan.fob for loan in _loans_of(grant) if pools.is_out(loan)), None):
        raise NotPossible(f"This guest has {has} already: swap it on its page.")
    with transaction.atomic():
        _must_fit(fob, grant, word)
        say(OverrideKind.REISSUE, grant, grant.ends_at, word, fob=fob)
        on_record(word, "give", fob, grant=grant)
    begins = moment(grant.starts_at, grant.door.venue)
    return f"{fob} is being made to open {grant.door} from {begins} on, and counts as handed out."


def swap(fob: Fob, other: Fob, word: Word, *, broken: bool) -> str:
    """The guest gives his fob back and takes another one for the rest of his time.

    A `broken` one is shut at its vendor and lent to nobody until it is said to work again.
    """
    loan = _loan(fob)
    if loan is None or fob.lost_at or not pools.is_out(loan):
        raise NotPossible(f"{fob} is at no guest: there is nothing to swap.")
    grant = loan.grant
    if grant.state not in TO_LEND or grant.ends_at <= word.now:
        raise NotPossible(f"The time of {fob} is over: check it in.")
    with transaction.atomic():
        _must_fit(other, grant, word)
        if not FobLoan.objects.filter(pk=loan.pk, returned_at=None).update(
            returned_at=word.now, returned_by=word.author
        ):
            raise NotPossible(f"Somebody else was faster: look at {fob} again.")
        if broken:
            _taken_out(fob, word, broken=True)
        say(OverrideKind.REISSUE, grant, grant.ends_at, word, fob=other)
        about = {"grant": grant, "code": loan.code, "detail": {"other": other.pk, "broken": broken}}
        on_record(word, "swap", fob, **about)
    kept = "is lent to nobody until it is said to work again" if broken else "is back in stock"
    return f"{other} is being made to open in its place: it does in a few seconds. {fob} {kept}."


def may_be_given(grant: AccessGrant) -> bool:
    """Whether this is access by fob that nobody has held back."""
    return grant.method == Method.FOB and grant.state in TO_LEND


def free_for(grant: AccessGrant) -> list[Fob]:
    """The fobs that may be given to a guest now: in stock, and of the pools of all his doors."""
    doors = [each.door for each in _kin(grant).select_related("door")] or [grant.door]
    lent = FobLoan.objects.filter(returned_at=None).values("fob")
    there = pools.in_use().filter(account=grant.door.account_id).exclude(pk__in=lent)
    return [fob for fob in there if all(pools.belongs(fob, door) for door in doors)]


def _must_fit(fob: Fob, grant: AccessGrant, word: Word) -> None:
    promises.must_be_free(fob, word.now, but=grant)
    if fob not in free_for(grant):
        raise NotPossible(
            f"{fob} cannot be given to this guest: it is lent, lost, broken, or not of the pool of all his "
            "doors."
        )


def _kin(grant: AccessGrant) -> QuerySet[AccessGrant]:
    """The access of the same guest and time for which one fob serves, by the doors of one account."""
    same = {"occurrence": grant.occurrence_id, "person": grant.person_id, "method": Method.FOB}
    return AccessGrant.objects.filter(**same, state__in=LIVE, door__account=grant.door.account_id)


def _loans_of(grant: AccessGrant) -> QuerySet[FobLoan]:
    return pools.open_loans().filter(grant__in=_kin(grant))


def found(fob: Fob, word: Word) -> str:
    """The fob that was lost is there again and in stock."""
    return _in_use(fob, word, "found", broken=False)


def repaired(fob: Fob, word: Word) -> str:
    """The fob that was broken works again and is in stock."""
    return _in_use(fob, word, "repaired", broken=True)


def _in_use(fob: Fob, word: Word, verb: str, *, broken: bool) -> str:
    with transaction.atomic():
        gone = Fob.objects.filter(pk=fob.pk, lost_at__isnull=False, broken=broken)
        if not gone.update(lost_at=None, lost_reason="", broken=False, shut_at=None):
            raise NotPossible(f"{fob} is not {'broken' if broken else 'lost'}.")
        loans = FobLoan.objects.filter(fob=fob, returned_at=None)
        loans.update(returned_at=word.now, returned_by=word.author)
        on_record(word, verb, fob)
    fob.refresh_from_db()
    return f"{fob} is in stock again."


def put(fob: Fob, venue: Venue | None, word: Word) -> Fob:
    """Say where a fob lies: at a venue, or nowhere in particular (None); its pools follow from that."""
    if fob.venue_id == (venue.pk if venue else None):
        raise NotPossible(f"{fob} lies there already.")
    with transaction.atomic():
        Fob.objects.filter(pk=fob.pk).update(venue=venue)
        fob.refresh_from_db()
        on_record(word, "put", fob, detail={"venue": venue.slug if venue else ""})
    return fob


def _loan(fob: Fob) -> FobLoan | None:
    """The loan that the fob is out for, or promised to."""
    related = ("grant__door__venue", "grant__occurrence__booking", "code")
    return FobLoan.objects.filter(fob=fob, returned_at=None).select_related(*related).first()


def _venue(loan: FobLoan) -> Venue | None:
    return loan.grant.door.venue
