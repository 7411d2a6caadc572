"""Locaboo's customers as staff write them: one attempt, then a look into the list (section 5, B-C19)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from integrations.errors import Garbled, Refused, Unavailable, VendorError
from integrations.types import CustomerRecord, Verdict, Written
from integrations.vendors.locaboo import brackets
from integrations.vendors.locaboo.desk import LOOK, Desk
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping
from integrations.vendors.locaboo.wire import Envelope

ADDRESS = ("company_name", "salutation", "salutation_title", "first_name", "last_name", "street",
           "house_number", "zip", "city", "country", "phone", "email", "mobile")  # fmt: skip
FIELDS = frozenset(ADDRESS) | {
    "color", "customer_number", "customer_number_prefix", "customer_account_number", "debtor_account_number",
    "customer_group_id", "customer_tags", "default_customer_group", "customer_department",
    "matriculation_number", "customer_function", "show_name", "ust_id", "website", "customer_newsletter",
    "bank_owner", "iban", "bic", "mandate", "internal_comment", "reference_sign_shown_invoice",
    "reference_sign", "financial_number_shown_invoice", "financial_number", "cost_centre_shown_invoice",
    "cost_centre", "reference_number_shown_invoice", "reference_number", "master_id", "primion_id",
}  # fmt: skip
ADDRESS_FIELDS = frozenset(ADDRESS) | {"function", "UstID", "address_type"}
FLAGS = ("salutation", "salutation_title", "customer_newsletter")
ADDRESS_TYPES = ("", "secondary")
SHOWN = {
    "first_name": "name",
    "last_name": "name",
    "company_name": "company",
    "email": "email",
    "phone": "phone",
}
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
Form = dict[str, str]


class People(Desk):
    """Customers of one account, written. Nothing here is tried again."""

    customer_fields = FIELDS

    def add_customer(self, fields: Mapping[str, object]) -> Written:
        """Add a customer (customer_add), asked once; salutation is 0 (Mr) or 1 (Ms/Mrs) here.

        Raises Refused for fields that cannot be, before Locaboo is asked, and Misconfigured for a bad key.
        All else is in what it gives; after no answer, `candidates` have all that was sent.
        """
        form = _form(fields, FIELDS)
        if not any(form.get(name) for name in (*SHOWN, "show_name")):
            raise Refused("a customer needs a name, a company, an e-mail address or a phone number")
        return self._customer(lambda: self._post("customer_add", form), form, "")

    def edit_customer(self, ref: str, fields: Mapping[str, object]) -> Written:
        """Change the fields of a customer that are named (customer_edit); as `add_customer`."""
        form, known = _form(fields, FIELDS), _ref(ref)
        if not form:
            raise Refused("nothing is to be changed")
        sent = {"customer_id": known, **form}
        return self._customer(lambda: self._post("customer_edit", sent), form, known)

    def add_address(self, ref: str, addresses: Sequence[Mapping[str, object]]) -> Written:
        """Add addresses to a customer (customer_address_add), asked once; no call shows them again.

        Raises as `add_customer`; address_type is "" or "secondary", the tax number is UstID here.
        """
        rows, known = [_form(each, ADDRESS_FIELDS) for each in addresses], _ref(ref)
        if not rows or not all(rows):
            raise Refused("an address is missing or empty")
        try:
            self._post("customer_address_add", {"customer_id": known, "address": rows})
        except Refused as error:
            return Written(Verdict.REFUSED, known, error.text)
        except (Unavailable, Garbled) as error:
            return Written(Verdict.IN_DOUBT, known, f"{error.text}; whether it was done is not known: {LOOK}")
        return Written(Verdict.DONE, known, "Locaboo took it, and shows addresses to nobody by its API")

    def _post(self, call: str, form: Mapping[str, object]) -> str:
        """The id that a write of customers answers with; as `Wire.post`, and Garbled without one."""
        pairs = brackets.encode(form)
        private = [value for name, value in pairs if name != "customer_id"]
        return _answered(self._wire.post(call, pairs, private))

    def _customer(self, write: Callable[[], str], form: Form, ref: str) -> Written:
        try:
            told = write()
        except Refused as error:
            return Written(Verdict.REFUSED, ref, error.text)
        except (Unavailable, Garbled) as error:
            doubt = f"{error.text}; whether it was done is not known: {LOOK}"
            return Written(Verdict.IN_DOUBT, ref, doubt, candidates=self._alike(form, ref))
        if ref and told != ref:
            return Written(Verdict.IN_DOUBT, told, f"Locaboo answered with customer {told} instead: {LOOK}")
        return self._listed(told, form)

    def _listed(self, ref: str, form: Form) -> Written:
        """What the list of customers shows of one that was written."""
        try:
            found = {each.ref: each for each in self.customers().records}.get(ref)
        except VendorError as error:
            return Written(Verdict.DONE, ref, f"Locaboo took it; it was not read back: {error.text}")
        if found is None:
            return Written(Verdict.IN_DOUBT, ref, f"Locaboo took it, but does not list it: {LOOK}")
        if not _shows(found, form):
            said = f"Locaboo took it, but shows the customer otherwise: {LOOK}"
            return Written(Verdict.IN_DOUBT, ref, said, customer=found)
        seen = any(form.get(name) for name in SHOWN)
        return Written(Verdict.DONE, ref, "Locaboo has the customer", confirmed=seen, customer=found)

    def _alike(self, form: Form, ref: str) -> tuple[str, ...]:
        """Customers that have all that was sent and can be seen."""
        try:
            known = self.customers().records
        except VendorError:
            return ()
        return tuple(each.ref for each in known if ref in ("", each.ref) and _shows(each, form))


def _form(sent: Mapping[str, object], allowed: frozenset[str]) -> Form:
    if unknown := sorted(set(sent) - allowed):
        raise Refused(f"Locaboo takes no {', '.join(unknown)} here; it takes {', '.join(sorted(allowed))}")
    form = {name: _value(name, value) for name, value in sent.items()}
    if form.get("color") and not COLOR.fullmatch(form["color"]):
        raise Refused("a color is written like #ff0000")
    if form.get("email") and not EMAIL.fullmatch(form["email"]):
        raise Refused("the e-mail address is none")
    if form.get("address_type", "") not in ADDRESS_TYPES:
        raise Refused('the address_type is "" or "secondary"')
    return form


def _value(name: str, value: object) -> str:
    if not isinstance(value, str | int | None):
        raise Refused(f"{name} must be a text")
    text = "" if value is None else str(int(value) if isinstance(value, bool) else value).strip()
    if (name in FLAGS or name.endswith("_shown_invoice")) and text not in ("0", "1"):
        raise Refused(f"{name} is 0 or 1")
    return text


def _ref(ref: str) -> str:
    try:
        return ident(ref, "the customer's id")
    except Unreadable as error:
        raise Refused(str(error)) from None


def _answered(envelope: Envelope) -> str:
    try:
        (row,) = [mapping(row, "a row") for row in envelope.rows()]
        return ident(row.get("id"), "the customer's id")
    except (Unreadable, ValueError):
        raise Garbled(f"{envelope.where} answered without an id") from None


def _shows(record: CustomerRecord, form: Form) -> bool:
    return all(form[name] in getattr(record, shown) for name, shown in SHOWN.items() if form.get(name))
