"""Putting new fobs into stock at their vendor, on staff's word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backoffice.flow.desk.record import Ask
from backoffice.flow.desk.site import alone, client_of, done_or_refused
from backoffice.models import Cardholder, Fob, IssuedCode, VendorAccount, VendorWrite
from backoffice.word import NotPossible, Word
from integrations.types import FobStock, Made, NewFob, Verdict, Written

MOST = 100
LONGEST_NAME = 100
ABLE = "fobs"


def create(account: VendorAccount, wanted: Sequence[tuple[str, str]], word: Word) -> VendorWrite:
    """Put fobs into stock: (card number, name) each; one that is there already is not made again (L-C25).

    NotPossible, before the vendor is asked, for numbers that are no digits, given twice, or somebody's; and
    in the vendor's words where it refused all. What became of each is in the write's text.
    """
    stock = client_of(account, ABLE)
    if not isinstance(stock, FobStock):
        raise NotPossible(f"{account.profile.label} has no such call.")
    new = [_new(account, number.strip(), " ".join(name.split())) for number, name in wanted]
    _check(account, new)
    told = ", ".join(fob.name for fob in new)
    asked = {"fobs": [[fob.card_number, fob.name] for fob in new]}
    ask = Ask(account, "create fobs", told[:200], asked)
    return done_or_refused(alone(ask, word, lambda: _made(stock.create_fobs(new))))


def lines(text: str) -> list[tuple[str, str]]:
    """Fobs as staff type them, one on a line: the number, then the name; "Fob" and the number without one."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        number, _, name = line.replace(",", " ", 1).partition(" ")
        found.append((number, name.strip() or f"Fob {number}"))
    return found


def _new(account: VendorAccount, number: str, name: str) -> NewFob:
    return NewFob(f"LK-FOB-{account.pk}-{number}", name, number)


def _check(account: VendorAccount, new: Sequence[NewFob]) -> None:
    numbers = [fob.card_number for fob in new]
    if not new or len(new) > MOST:
        raise NotPossible(f"Give from one to {MOST} fobs, one on a line: the number, then a name.")
    for fob in new:
        if not re.fullmatch(r"[0-9]{1,12}", fob.card_number):
            raise NotPossible(f"{fob.card_number} is no card number: it is the digits printed on the fob.")
        if len(fob.name) > LONGEST_NAME:
            raise NotPossible(f"The name of {fob.card_number} is longer than {LONGEST_NAME} letters.")
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise NotPossible(f"Given twice: {', '.join(twice)}.")
    if taken := _taken(account, {fob.card_number: fob.key for fob in new}):
        raise NotPossible(f"Somebody else's at {account} already: {', '.join(sorted(taken))}.")


def _taken(account: VendorAccount, keys: dict[str, str]) -> set[str]:
    """The numbers that another fob or a guest has, by what is known here."""
    fobs = Fob.objects.filter(account=account, gone_at=None, card_number__in=keys).exclude(
        key__in=keys.values()
    )
    taken = set(fobs.values_list("card_number", flat=True))
    for table in (Cardholder, IssuedCode):
        rows = table._default_manager.filter(account=account, card_number__in=keys)  # noqa: SLF001
        taken.update(rows.values_list("card_number", flat=True))
    own = Fob.objects.filter(account=account, key__in=keys.values()).values_list("card_number", flat=True)
    return taken - set(own)


def _made(ends: Sequence[Made]) -> Written:
    def one(end: Made) -> str:
        number = end.key.rpartition("-")[2]
        return f"{number}: {end.error.text if end.error else 'is in stock'}"

    told = "; ".join(map(one, ends))
    if all(end.error for end in ends):
        return Written(Verdict.REFUSED, text=told)
    return Written(Verdict.DONE, text=told, confirmed=not any(end.error for end in ends))
