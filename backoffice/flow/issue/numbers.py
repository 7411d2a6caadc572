"""Card numbers that nobody at an account has; race-free as one worker at a time issues for it (L-C13)."""

from __future__ import annotations

from backoffice.models import Cardholder, Credential, Fob, FobLoan, IssuedCode

FIRST = 500_001
DIGITS = r"^\d{1,12}$"


def next_card_number(account_id: int) -> str:
    """The number after the highest that is known at an account, at its vendor or here."""
    tables = (Cardholder, Credential, Fob, IssuedCode)
    taken: set[str] = set()
    for table in tables:
        rows = table._default_manager.filter(account_id=account_id, card_number__regex=DIGITS)  # noqa: SLF001
        taken.update(rows.values_list("card_number", flat=True))
    lent = FobLoan.objects.filter(fob__account_id=account_id, holder_number__regex=DIGITS)
    taken.update(lent.values_list("holder_number", flat=True))
    return str(max((int(number) for number in taken), default=FIRST - 1) + 1)
