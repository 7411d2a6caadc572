"""Staff add and change customers at a source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminEmailInputWidget

from backoffice.admin import desk_fields as fields
from backoffice.admin.desk_forms import Sent
from backoffice.admin.desk_page import ask, finished, must, page
from backoffice.flow.desk import customers
from backoffice.flow.desk.bookings import Doubts
from backoffice.models import Customer, Resource, VendorAccount, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible

WRITE = "backoffice.write_customer"
SALUTATIONS = [("", "–"), ("0", "Mr"), ("1", "Ms/Mrs")]


def _email() -> forms.EmailField:
    return forms.EmailField(label="E-mail", required=False, widget=UnfoldAdminEmailInputWidget())


class Person(Sent):
    """Who it is, and where; what is left empty is not sent."""

    salutation = fields.one_of("Salutation", SALUTATIONS)
    first_name = fields.text("First name")
    last_name = fields.text("Last name")
    company_name = fields.text("Company or club")
    email = _email()
    phone = fields.text("Phone", most=40)
    mobile = fields.text("Mobile", most=40)
    street = fields.text("Street")
    house_number = fields.text("House number", most=20)
    zip = fields.text("Postcode", most=20)
    city = fields.text("City")
    country = fields.text("Country", most=60)
    customer_number = fields.text("Customer number", most=40)
    internal_comment = fields.note("Comment for staff")
    left_out: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["all_the_same"].label = "Add them all the same"
        for name in self.left_out:
            del self.fields[name]

    def asked(self) -> list[Any]:
        """The fields that are the customer's."""
        return [self[name] for name in self.fields if name not in Sent.base_fields]

    def said(self) -> dict[str, str]:
        """What was filled in, by the source's names."""
        own = (name for name in self.fields if name not in Sent.base_fields)
        return {name: self.cleaned_data[name] for name in own if self.cleaned_data[name]}


class Address(Person):
    """A further address of a customer."""

    left_out = ("customer_number", "internal_comment")
    address_type = fields.one_of("Kind", [("", "usual"), ("secondary", "secondary")])


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask who it is (GET), have the customer added (POST); then on to their booking, where they came from."""
    must(request, WRITE)
    account = get_object_or_404(VendorAccount, slug=slug)
    if customers.DESK not in account.profile.desk:
        raise Http404
    form = Person(request.POST if request.method == "POST" else None)
    warnings: list[str] = []
    if form.is_valid():
        how = {"key": form.cleaned_data["key"], "all_the_same": form.cleaned_data["all_the_same"]}
        try:
            write = customers.add(account, form.said(), ask(request, form), **how)
            if answer := finished(request, form, write, lambda: _onward(request, write)):
                return answer
        except Doubts as doubts:
            warnings = doubts.warnings
        except NotPossible as error:
            form.add_error(None, str(error))
    about = {"account": account, "form": form, "warnings": warnings, "back": reverse("desk_hub")}
    return page(request, "desk_customer", "New customer", **about, button="Add the customer")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what is different of a customer (GET), have it changed (POST)."""
    return _about(request, pk, Person, customers.edit, "Change the customer")


@require_http_methods(["GET", "POST"])
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a further address of a customer (GET), have it added (POST)."""
    return _about(request, pk, Address, customers.add_address, "Add an address")


def buttons(request: HttpRequest, row: Customer) -> list[dict[str, Any]]:
    """What can be had done for a customer at their source."""
    found = []
    if request.user.has_perm(WRITE) and customers.DESK in row.account.profile.desk:
        found += [("Change at the source", "edit", reverse("desk_customer_edit", args=[row.pk]))]
        found += [("Add an address", "add_home", reverse("desk_customer_address", args=[row.pk]))]
    if request.user.has_perm("backoffice.write_booking") and customers.DESK in row.account.profile.desk:
        query = urlencode({"customer": row.ref})
        found += [("Book for them", "event_available", f"{reverse('desk_hub')}?{query}")]
    return [{"title": title, "icon": icon, "attrs": {}, "path": path} for title, icon, path in found]


def _about(request: HttpRequest, pk: int, kind: type[Person], do: Any, title: str) -> HttpResponse:
    must(request, WRITE)
    customer = get_object_or_404(Customer.objects.select_related("account"), pk=pk)
    if customers.DESK not in customer.account.profile.desk:
        raise Http404
    back = reverse("admin:backoffice_customer_change", args=[customer.pk])
    form = kind(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            write = do(customer, form.said(), ask(request, form), key=form.cleaned_data["key"])
            if answer := finished(request, form, write, lambda: back):
                return answer
        except NotPossible as error:
            form.add_error(None, str(error))
    about = {"account": customer.account, "form": form, "warnings": [], "back": back}
    return page(request, "desk_customer", f"{title}: {customer}", **about, button=title)


def _onward(request: HttpRequest, write: VendorWrite) -> str:
    """Back to the booking that a customer was added for, else to the customer."""
    asked = request.GET.get("resource", "")
    if asked.isdecimal() and Resource.objects.filter(pk=int(asked)).exists():
        return f"{reverse('desk_book', args=[int(asked)])}?{urlencode({'customer': write.ref})}"
    made = Customer.objects.filter(account=write.account, ref=write.ref).first()
    if write.state == WriteState.DONE and made:
        return reverse("admin:backoffice_customer_change", args=[made.pk])
    return reverse("admin:backoffice_vendorwrite_change", args=[write.pk])
