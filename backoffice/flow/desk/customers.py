"""Customers as staff have a source add and change them: asked for once, on record without their data."""

from __future__ import annotations

from collections.abc import Mapping

from backoffice import accounts
from backoffice.fields import fingerprints
from backoffice.flow.desk.bookings import Doubts
from backoffice.flow.desk.record import Ask, RuleWord, already, carry_out
from backoffice.models import Customer, VendorAccount, VendorWrite
from backoffice.word import NotPossible, Word
from integrations.errors import VendorError
from integrations.types import BookingDesk

DESK = "customers"
NAMES = ("first_name", "last_name", "company_name", "show_name", "email", "phone")
Fields = Mapping[str, str]


def add(
    account: VendorAccount,
    fields: Fields,
    word: Word | RuleWord,
    *,
    key: str = "",
    all_the_same: bool = False,
) -> VendorWrite:
    """Have a customer added; `fields` by the source's names (lockme has none, locaboo those of section 5).

    NotPossible without a name or a way to reach them, or for fields that the source has not; Doubts when
    the e-mail address is known there already, unless `all_the_same`.
    """
    if made := already(key):
        return made
    client, said = _desk(account), _said(fields)
    if unknown := sorted(set(said) - set(client.customer_fields)):
        has = ", ".join(sorted(client.customer_fields))
        raise NotPossible(f"A customer of {account} has no {', '.join(unknown)}; it has {has}.")
    if not any(said.get(name) for name in NAMES):
        raise NotPossible("Who is it? Give a name, a company, an e-mail address or a phone number.")
    _check(said)
    known = _known(account, said.get("email", ""))
    if known and not all_the_same:
        raise Doubts([f"Customer {ref} has this e-mail address already: book for them." for ref in known])
    ask = Ask(account, "add customer", "a new customer", said, key=key)
    return carry_out(ask, word, lambda: client.add_customer(said))


def edit(customer: Customer, fields: Fields, word: Word | RuleWord, *, key: str = "") -> VendorWrite:
    """Have the fields of a customer changed that are named; what is not named stays as it is."""
    if made := already(key):
        return made
    client, said = _desk(customer.account), _said(fields)
    if not said:
        raise NotPossible("Nothing is to be changed: fill in what is different.")
    _check(said)
    ask = Ask(customer.account, "edit customer", f"customer {customer.ref}", said, key=key)
    return carry_out(ask, word, lambda: client.edit_customer(customer.ref, said))


def add_address(customer: Customer, address: Fields, word: Word | RuleWord, *, key: str = "") -> VendorWrite:
    """Have an address added to a customer; the source shows addresses to nobody afterwards."""
    if made := already(key):
        return made
    client, said = _desk(customer.account), _said(address)
    if not any(value for name, value in said.items() if name != "address_type"):
        raise NotPossible("The address is empty.")
    _check(said)
    ask = Ask(customer.account, "add address", f"customer {customer.ref}", said, key=key)
    return carry_out(ask, word, lambda: client.add_address(customer.ref, [said]))


def _said(fields: Fields) -> dict[str, str]:
    return {name: value.strip() for name, value in fields.items()}


def _check(said: Fields) -> None:
    email = said.get("email", "")
    if email and ("@" not in email[1:-1] or any(each.isspace() for each in email)):
        raise NotPossible("The e-mail address is none: it needs an @ and no blanks.")


def _known(account: VendorAccount, email: str) -> list[str]:
    """The numbers of customers with this address."""
    if not email:
        return []
    rows = Customer.objects.filter(account=account, email_fingerprint__in=fingerprints(email))
    return list(rows.order_by("ref").values_list("ref", flat=True)[:3])


def _desk(account: VendorAccount) -> BookingDesk:
    client = None
    if DESK in account.profile.desk:
        try:
            client = accounts.booking_source(account)
        except VendorError as error:
            raise NotPossible(error.text) from None
    if not isinstance(client, BookingDesk):
        raise NotPossible(f"{account.profile.label} takes no customers from here: add them there.")
    return client
