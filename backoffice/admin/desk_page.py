"""What the pages share on which staff have something done at a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from backoffice import tasks
from backoffice.admin.desk_forms import Sent, new_key
from backoffice.clock import now as clock
from backoffice.flow.desk import reads
from backoffice.models import Resource, VendorAccount, VendorWrite
from backoffice.states import WriteState
from backoffice.word import Word


@dataclass(frozen=True, slots=True)
class Along:
    """What a form offers beside the room, and why it could not be asked for."""

    choices: dict[str, Any]
    trouble: str


def must(request: HttpRequest, permission: str) -> None:
    """PermissionDenied for those who may not."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def offered_accounts(desk: str) -> list[VendorAccount]:
    """The accounts in use at which staff can have this done."""
    rows = VendorAccount.objects.filter(enabled=True)
    return [account for account in rows if desk in account.profile.desk]


def stock_and_fields(resource: Resource) -> Along:
    """Things, services and custom fields of a resource; the form opens without them, too."""
    now, account = clock(), resource.account
    stock, custom = reads.stock(account, now), reads.fields(account, now)
    owner = resource.parent_ref or resource.ref
    mine = tuple(each for each in stock.value or () if owner in each.resource_refs)
    return Along({"things": mine, "custom": custom.value or ()}, stock.trouble or custom.trouble)


def ask(request: HttpRequest, form: Sent) -> Word:
    """Staff's word: who, why, when."""
    return Word(author=request.user, reason=form.cleaned_data["reason"], now=clock())  # type: ignore[arg-type]  # signed in


def finished(
    request: HttpRequest, form: Sent, write: VendorWrite, onward: Callable[[], str] | None = None
) -> HttpResponse | None:
    """On to what was made, or to the doubt; None when it was refused, which the form says then."""
    label = write.account.profile.label
    if write.state == WriteState.REFUSED:
        form.add_error(None, f"{label} refused: {write.text}")
        form.keep(key=new_key(), seen="")  # a corrected form is another one
        return None
    if write.state == WriteState.ASKED:
        messages.info(request, "It is being asked already: nothing was sent a second time.")
        return redirect(_made(write))
    tasks.take_over(write)
    if write.state == WriteState.DONE:
        messages.success(request, said(write))
        return redirect(onward() if onward else _made(write))
    messages.warning(request, said(write))
    return redirect(reverse("admin:backoffice_vendorwrite_change", args=[write.pk]))


def said(write: VendorWrite) -> str:
    """What came of a write, with whose word it is."""
    label = write.account.profile.label
    text = write.text.rstrip(".")
    return f"{text}." if label in text else f"{label}: {text}."


def page(request: HttpRequest, template: str, title: str, **more: Any) -> HttpResponse:
    """A page of staff's, which nobody keeps."""
    context = {**admin.site.each_context(request), "title": title, **more}
    answer = render(request, f"admin/latchkey/{template}.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _made(write: VendorWrite) -> str:
    """The page of what was made: the booking, once it is mirrored, else the write itself."""
    if write.booking_id and write.booking and write.booking.gone_at is None:
        return reverse("admin:backoffice_booking_change", args=[write.booking_id])
    return reverse("admin:backoffice_vendorwrite_change", args=[write.pk])
