"""Does an account's connection work, and whose is it? Asked by staff; nothing is written."""

from __future__ import annotations

from backoffice import accounts
from backoffice.flow.desk import clients
from backoffice.models import VendorAccount
from backoffice.word import NotPossible, Word, on_record
from integrations.types import Trial


def try_out(account: VendorAccount, word: Word) -> str:
    """What the vendor says of the account's token; NotPossible in its words when it does not work."""
    clients.usable(account)
    client: object = clients.read(account, lambda: accounts.booking_source(account))
    if not isinstance(client, Trial):
        raise NotPossible(f"{account.profile.label} has no call to try the connection: refresh the account.")
    on_record(word, "try", account)
    clients.read(account, client.test)
    me = clients.read(account, client.me)
    return f"{account} is connected to {account.profile.label} as {me.get('nick')} ({me.get('userid')})."
