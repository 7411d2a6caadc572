"""Phone keys at the vendor, which has one client per lock and address, however many bookings it is for.

In one pass over a lock what is ours there is changed or removed, then the lock is listed once: the list says
what came of it and of what dead workers left, how far invitations have come, and whom to invite (C-C18).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from backoffice import ledger
from backoffice.flow.issue.keyring import (
    AT_THE_VENDOR,
    UNREADABLE,
    Client,
    back,
    claim,
    clients_due,
    failed,
    hours_of,
    is_wanted,
    later,
    looked,
    made,
    revoked,
    turned_up,
    unlisted,
)
from backoffice.flow.issue.lost import forget, put_off, settled
from backoffice.flow.issue.record import Issued
from backoffice.models import Door, IssuedCode, VendorAccount
from backoffice.wording import ANSWER, period
from integrations.errors import Garbled, OverBudget, Refused, Unavailable, VendorError
from integrations.types import AccessProvider, PhoneClientRecord, PhoneClients, PhoneKeys, together

SURE = 2  # unanswered or refused so often, a refusal is one
FOREIGN = "somebody has given this address a key of the lock at the vendor already, and that is left alone"
NOBODY = "the booking names no e-mail address to invite"
REFUSED = "the vendor refused the invitation, as it does for people without an account in its app"
NOT_YET = "the vendor accepted, but its list does not show it yet"
NOT_SHOWN = "the vendor's list does not show what was there; one list is not believed"


def keys_due(account: VendorAccount, provider: AccessProvider, done: Issued, now: datetime) -> None:
    """Invite, change, look at and remove all that is due at one account, lock by lock.

    Unavailable, Garbled and OverBudget end in the rows, which have their turn again; Misconfigured is raised.
    """
    if not isinstance(provider, PhoneKeys):
        return
    locks = clients_due(account, now)
    for number, clients in enumerate(locks):
        try:
            with ledger.urgent(_is_tonight(account, clients, now)):
                _lock(provider, clients, done, now)
        except OverBudget as error:
            done.error = error.text
            _put_off([client for lock in locks[number:] for client in lock], error, done, now)
            return
        except (Unavailable, Garbled, Refused) as error:  # the lock could not be listed
            done.error = error.text
            _put_off(clients, error, done, now)


def _is_tonight(account: VendorAccount, clients: Iterable[Client], now: datetime) -> bool:
    """A look for a key believed gone is nobody's evening."""
    starts = [code.starts_at for client in clients for code in client.rows]
    return bool(starts) and ledger.is_tonight(account, min(starts), now)


def _put_off(clients: Iterable[Client], error: VendorError, done: Issued, now: datetime) -> None:
    for client in clients:
        for code in client.rows:
            code.refresh_from_db(fields=["state", "next_try_at", "attempts"])
        later(client.rows, error, done, now)
        put_off(client.lost, error, now)


def _lock(provider: PhoneKeys, clients: Sequence[Client], done: Issued, now: datetime) -> None:
    for client in clients:
        _change(provider, client, done, now)
    door = clients[0].door
    listed = provider.clients(door.ref)
    for client in clients:
        if _settle(client, listed, done, now):
            _invite(provider, client, listed, done, now)


# --------------------------------------------------------------------------------- what is ours there already


def _change(provider: PhoneKeys, client: Client, done: Issued, now: datetime) -> None:
    """Let the client have the hours that are wanted, or none; what a dead worker left is looked at first."""
    if client.issuing or not client.ours:
        return
    ripe = [code for code in client.revoking if code.next_try_at is None or code.next_try_at <= now]
    try:
        if client.planned and not client.again:
            client.shut = _put(provider, client, done, now)
            return
        if ripe and not client.active:
            client.told = provider.remove(client.door.ref, client.address)
        elif ripe and hours_of(client.active) != hours_of([*client.active, *client.revoking]):
            provider.change(client.door.ref, client.address, hours_of(client.active))
        else:
            return
        client.shut = True
    except OverBudget:
        raise
    except (Unavailable, Garbled, Refused) as error:
        later(ripe, error, done, now)


def _put(provider: PhoneKeys, client: Client, done: Issued, now: datetime) -> bool:
    """More hours for somebody who has the key: nobody is to accept anything again. True when they are his."""
    hours = client.hours
    if not claim(client):
        return False
    try:
        provider.change(client.door.ref, client.address, hours)
    except OverBudget as error:
        back(client.issuing, error, done, now)
        raise
    except Refused as error:
        failed(client.issuing, error.text, done)
        client.issuing = []
        return False
    return True


# ----------------------------------------------------------------------------------------- what the list says


def _settle(client: Client, listed: PhoneClients, done: Issued, now: datetime) -> bool:
    """Write down what the list says of one client; True when it is not there, so it may be invited."""
    record = listed.find(client.address)
    if record and record.periods is None:
        _not_told(client, Garbled(UNREADABLE), done, now)
    elif record:
        _present(client, record, done, now)
    elif not listed.complete:
        gap = f"whether there is a key cannot be told: {listed.gap or 'unreadable rows'}"
        _not_told(client, Garbled(gap), done, now)
    else:
        settled(client.lost, now)
        return _absent(client, done, now)
    return False


def _not_told(client: Client, error: VendorError, done: Issued, now: datetime) -> None:
    later(client.rows, error, done, now)
    put_off(client.lost, error, now)


def _absent(client: Client, done: Issued, now: datetime) -> bool:
    """One list alone takes no key away and confirms no removal; True when nothing stands against it."""
    if client.shut:
        revoked(client.revoking, done, now, told=client.told)
    unlisted(client.active, done, now)
    forgotten = [code for code in client.issuing if not is_wanted(code, now)]
    done.revoked += forget(forgotten, now)
    client.issuing = [code for code in client.issuing if code not in forgotten]
    doubtful = [c for c in [*client.active, *client.revoking] if c.state in AT_THE_VENDOR]
    client.active, client.revoking = [], []
    if doubtful:
        later([*doubtful, *client.issuing], Unavailable(NOT_SHOWN), done, now)
    return not doubtful


def _present(client: Client, record: PhoneClientRecord, done: Issued, now: datetime) -> None:
    wanted = hours_of([*client.issuing, *client.active])
    fits = bool(wanted) and together(record.periods or ()) == wanted
    if not client.ours and not fits:
        if not turned_up(client.lost, record.periods or ()):
            failed([*client.issuing, *client.planned], FOREIGN, done)
            settled(client.lost, now)
        return
    settled(client.lost, now)
    for code in client.active:
        looked(code, record, fits, now)
    if fits:
        for code in client.issuing:
            made(code, record, done, now)
        revoked(client.revoking, done, now)
    else:
        back(client.issuing, Unavailable(NOT_YET), done, now)
        later(client.revoking, Unavailable(NOT_YET), done, now)


# ------------------------------------------------------------------------------------------------ invitations


def _invite(provider: PhoneKeys, client: Client, listed: PhoneClients, done: Issued, now: datetime) -> None:
    """Invite somebody who is not listed, once; what became of an unanswered try is looked at, not guessed."""
    hours = client.hours
    if not client.address:
        failed(client.planned, NOBODY, done)
        return
    left = list(client.issuing)  # it was perhaps sent, and is not listed
    again = [code for code in left if code.attempts < SURE]
    if not claim(client):
        return
    message = _message(client.door, client.issuing)
    try:
        record = provider.invite(client.door.ref, client.address, hours, message=message, listed=listed)
    except OverBudget as error:
        back(client.issuing, error, done, now)
        raise
    except Refused as error:
        later(again, error, done, now)  # refused perhaps because the first one did arrive: the list will tell
        text = _refusal(error.text)
        failed([code for code in client.issuing if code not in left], text, done)
        failed([code for code in left if code not in again], text, done, look=now)
    except (Unavailable, Garbled) as error:
        later(client.issuing, error, done, now)
    else:
        for code in client.issuing:
            made(code, record, done, now)


def _refusal(text: str) -> str:
    """Why there is no key, for the desk: the vendor's words without the request that they answer."""
    answer = ANSWER.match(text)
    words = (answer[1] or "").strip().rstrip(".") if answer else text.rstrip(". ")
    return f"{REFUSED} ({words})" if words else REFUSED


def _message(door: Door, codes: Sequence[IssuedCode]) -> str:
    times = ", ".join(period(code.starts_at, code.ends_at, door.venue) for code in codes)
    return f"{door}, {times}"
