from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from backoffice.admin import consent, fob_acts, health, pair, pairing_acts, room_channels, sites
from backoffice.admin.account_form import NewAccount, account_form
from backoffice.admin.acts import WithActs
from backoffice.admin.base import CHOICE, RELATED, Days, ReadOnly, ReadOnlyWithActs, Table
from backoffice.admin.show import at, chip, distance, stacked, stamp, state
from backoffice.admin.verbs import ACCEPT_LOSS, REFRESH, REOPEN, RESUME
from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.models import PaidCall, RejectedRow, SyncRun, VendorAccount, WebhookMessage, hook_digest


@admin.register(VendorAccount)
class VendorAccountAdmin(WithActs, Table):
    acts = (REFRESH, RESUME, ACCEPT_LOSS, consent.TRY, *sites.ACTS, fob_acts.MAKE, *pairing_acts.ACCOUNT_ACTS)
    list_display = ("slug", "vendor", "shown_health", "last_reading", "budgets", "poll_minutes")
    list_filter = (("vendor", CHOICE), "enabled")
    search_fields = ("slug", "base_url")
    change_form_after_template = "admin/latchkey/account.html"
    add_fieldsets = (
        (
            None,
            {
                "fields": ("slug", "vendor", "base_url", "timezone"),
                "description": "Its secrets are asked for on the next page; it is switched on there.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[VendorAccount]:
        """Accounts with their last readings and what they spent."""
        return health.with_health(super().get_queryset(request), clock())

    # ------------------------------------------------------------------------------------------- columns

    @display(description="state")
    def shown_health(self, row: VendorAccount) -> Any:
        found = health.health(row, clock())
        return stacked(found.chip, found.why)

    @display(description="last good reading", ordering="good_at")
    def last_reading(self, row: Any) -> Any:
        if row.good_at is None:
            return "never"
        return stacked(stamp(row.good_at, zone_of_row(row)), distance(row.good_at, clock()))

    @display(description="paid calls this month")
    def budgets(self, row: VendorAccount) -> Any:
        return health.bars(row)

    @display(description="stopped")
    def stopped(self, row: VendorAccount) -> Any:
        if row.stopped_at is None:
            return "no"
        return stacked(chip("stopped", "red"), stamp(row.stopped_at, zone_of_row(row)), row.stopped_reason)

    # ---------------------------------------------------------------------------------------------- form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is set, what is secret (to those who may change it), and how the account does."""
        if obj is None:
            return self.add_fieldsets
        times = (("poll_minutes", "lookback_days", "horizon_days"),)
        sets: list[Any] = [
            (None, {"fields": (("slug", "vendor", "enabled"), ("base_url", "timezone"), *times)}),
            ("How it does", {"fields": (("shown_health", "last_reading", "stopped"), ("budgets",))}),
        ]
        if self.has_change_permission(request, obj):
            named = tuple(account_form(obj).secret_fields)
            secrets = {
                "fields": (*named, "further_secrets"),
                "description": "Stored ones are never shown. An empty field keeps what is stored.",
            }
            sets[1:1] = [("Secrets", secrets), ("Options", {"fields": ("options",)})]
        return sets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The vendor stays what it was: bookings and doors hang on it."""
        shown = ("shown_health", "last_reading", "stopped", "budgets")
        return (*shown, "vendor", "slug") if obj else shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 Django's
        """The form with the vendor's own secrets."""
        kwargs["form"] = account_form(obj) if obj else NewAccount
        return super().get_form(request, obj, change, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: an account is switched off; its ledger and history stay."""
        del request, obj
        return False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The form, and below it where the vendor may call, for those who may change the account."""
        row = kwargs.get("obj")
        if row and row.profile.read_hook and self.has_change_permission(request, row):
            context["hook_address"] = request.build_absolute_uri(f"/hooks/{row.hook_token}/")
        if row and row.profile.consent and self.has_change_permission(request, row):
            context["redirect_address"] = consent.callback_address(request)
        if row:
            context |= sites.section(request, row)
            context["pairings"] = room_channels.pairings_of(row, request)
            context["pairing_ways"] = pair.buttons(request, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def buttons(
        self, request: HttpRequest, row: VendorAccount, back: str = "", *, folded: bool = False
    ) -> list[dict[str, Any]]:
        """The acts, and before them the way to the vendor's consent, where there is one."""
        connect = [] if folded else consent.buttons(request, row)
        ways = [] if folded or back else self._of_its_calendars(request, row)  # on its own page only
        return [*connect, *ways, *super().buttons(request, row, back, folded=folded)]

    def _of_its_calendars(self, request: HttpRequest, row: VendorAccount) -> list[dict[str, Any]]:
        """What is done often stands at the head as well: pair rooms, synchronize."""
        below = super().buttons(request, row, request.path, folded=True)
        again = [button for button in below if button["title"] == pairing_acts.SYNCHRONISE.title]
        return [*pair.buttons(request, row), *again]

    def save_model(self, request: HttpRequest, obj: VendorAccount, form: ModelForm[Any], change: Any) -> None:
        """Write what was changed and nothing else: a token may have been rotated since the page was shown."""
        obj.hook_digest = hook_digest(obj.hook_token)
        if not change:
            obj.enabled = False
            obj.save()
            return
        fields = [name for name in form.changed_data if name in form.Meta.fields_of_row]  # type: ignore[attr-defined]
        given = form.cleaned_data["secrets_given"]
        if given:
            stored = VendorAccount.objects.select_for_update().get(pk=obj.pk).secrets or {}
            obj.secrets = {**stored, **given}
            fields.append("secrets")
        obj.save(update_fields=[*fields, "hook_digest"])
        if obj.stopped_at:
            messages.warning(request, f"{obj} is stopped: resume it when the settings are right.")

    def response_add(
        self, request: HttpRequest, obj: VendorAccount, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to the page that asks for the secrets."""
        messages.success(request, f"{obj} is kept. Fill in its secrets and switch it on.")
        return redirect(reverse("admin:backoffice_vendoraccount_change", args=[obj.pk]))


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnly):
    list_display = (at("started_at"), "account", "kind", state(), "counts", "error", "took")
    list_select_related = ("account",)
    list_filter = (("account", RELATED), ("state", CHOICE), "kind", ("started_at", Days))
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "kind", state()),
                    (at("started_at"), at("finished_at"), "took"),
                    ("seen", "created", "updated", "gone", "rejected"),
                    ("error",),
                    ("read",),
                )
            },
        ),
    )

    @display(description="seen, new, changed, gone, not understood")
    def counts(self, row: SyncRun) -> str:
        return f"{row.seen}, {row.created}, {row.updated}, {row.gone}, {row.rejected}"

    @display(description="took")
    def took(self, row: SyncRun) -> str | None:
        return f"{(row.finished_at - row.started_at).total_seconds():.1f} s" if row.finished_at else None


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyWithActs):
    acts = (REOPEN,)
    list_display = (at("received_at"), "account", state(), "action", "booking_ref", at("applied_at"), "error")
    list_select_related = ("account",)
    list_filter = (("account", RELATED), ("state", CHOICE), ("received_at", Days))
    search_fields = ("ref", "booking_ref")
    search_help_text = "number of the message or of the booking"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "ref", state()),
                    ("action", "booking_ref", "resource_ref"),
                    (at("received_at"), at("applied_at"), at("acknowledged_at", "marked read")),
                    ("attempts", at("next_try_at", "next try"), "error"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookMessage]:
        """Messages without what was in them."""
        return super().get_queryset(request).defer("raw")


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnly):
    list_display = (at("seen_at"), "account", "kind", "ref", "reason", at("resolved_at"))
    list_select_related = ("account",)
    list_filter = (
        ("account", RELATED),
        "kind",
        ("resolved_at", admin.EmptyFieldListFilter),
        ("seen_at", Days),
    )
    search_fields = ("ref", "reason")
    fieldsets = (
        (
            None,
            {"fields": (("account", "kind", "ref"), ("reason",), (at("seen_at"), at("resolved_at")))},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RejectedRow]:
        """Rows without what was in them: it may hold a guest's contact."""
        return super().get_queryset(request).defer("raw")


@admin.register(PaidCall)
class PaidCallAdmin(ReadOnly):
    list_display = (at("at", "when"), "account", "counter", "calls", "subject")
    list_select_related = ("account",)
    list_filter = (("account", RELATED), "counter", ("at", Days))
    search_fields = ("subject",)
    fieldsets = (
        (None, {"fields": (("account", "counter", "calls"), (at("at", "when"), "month", "subject"))}),
    )
