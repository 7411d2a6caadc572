"""The form of an account: its vendor's secrets can be written here and never read."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice.admin.checks import checked_with
from backoffice.ledger import mistakes
from backoffice.models import VendorAccount
from backoffice.sitefile.schema import an_address, known_zone

PREFIX = "secret_"


class OptionalJSON(forms.JSONField):
    """JSON that need not be given: nothing is shown as nothing."""

    def prepare_value(self, value: Any) -> Any:
        """The text in the form."""
        return "" if value is None else super().prepare_value(value)


class NewAccount(forms.ModelForm[VendorAccount]):
    """What an account is; its secrets come next."""

    base_url = forms.URLField(
        label="base URL",
        assume_scheme="https",
        help_text="where the vendor's API begins, https://…",
        widget=UnfoldAdminTextInputWidget(),
    )

    class Meta:
        model = VendorAccount
        fields = ("slug", "vendor", "base_url", "timezone")
        widgets = {"options": UnfoldAdminTextareaWidget(attrs={"rows": 4})}

    def clean_base_url(self) -> str:
        """An address with its scheme."""
        return checked_with(an_address, self.cleaned_data["base_url"])

    def clean_timezone(self) -> str:
        """A zone that there is."""
        return checked_with(known_zone, self.cleaned_data["timezone"])


class AccountForm(NewAccount):
    """An account that is there. Subclassed per vendor: a field for each secret that the vendor needs."""

    secret_fields: tuple[str, ...] = ()

    further_secrets = OptionalJSON(
        required=False,
        label="further secrets",
        help_text='names and values as JSON, such as {"access_key": "…"}; these replace what is stored',
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "autocomplete": "off"}),
    )

    class Meta(NewAccount.Meta):
        fields = (  # type: ignore[assignment]  # more of them than on a new account
            "base_url",
            "timezone",
            "enabled",
            "options",
            "poll_minutes",
            "lookback_days",
            "horizon_days",
        )
        fields_of_row = fields

    def clean_options(self) -> dict[str, Any]:
        """Names and values, not a list or a number."""
        options = self.cleaned_data["options"] or {}
        if not isinstance(options, dict):
            raise ValidationError('Write names and values as JSON, such as {"version": "v2.4"}.')
        if wrong := mistakes(self.instance.profile, options):
            raise ValidationError([f"{text[:1].upper()}{text[1:]}." for text in wrong])
        return options

    def clean_further_secrets(self) -> dict[str, Any]:
        """Names and values."""
        given = self.cleaned_data["further_secrets"] or {}
        if not isinstance(given, dict):
            raise ValidationError('Write names and values as JSON, such as {"access_key": "…"}.')
        return given

    def clean(self) -> dict[str, Any]:
        """An account that is switched on has every secret that its vendor needs."""
        data = super().clean() or self.cleaned_data
        given = {
            name: value for name in self.secret_fields if (value := self._secret(name)) not in ("", None)
        }
        data["secrets_given"] = {
            **{k.removeprefix(PREFIX): v for k, v in given.items()},
            **data.get("further_secrets", {}),
        }
        have = {**(self.instance.secrets or {}), **data["secrets_given"]}
        missing = [name for name in self.instance.profile.entered if not have.get(name)]
        if data.get("enabled") and missing:
            raise ValidationError(
                f"Missing: {', '.join(missing)}. Fill them in, or leave the account switched off."
            )
        return data

    def _secret(self, name: str) -> Any:
        """A secret as typed; what begins like JSON (a token) is read as such."""
        text = (self.cleaned_data.get(name) or "").strip()
        if not text.startswith("{"):
            return text
        try:
            return json.loads(text)
        except ValueError:
            self.add_error(name, "This begins like JSON and is none: check its brackets and quotes.")
            return None


def account_form(row: VendorAccount) -> type[AccountForm]:
    """The form for this account's vendor."""
    stored = row.secrets or {}
    fields = {
        PREFIX + name: _secret_field(name, stored=bool(stored.get(name))) for name in row.profile.secrets
    }
    return type(
        "VendorAccountForm",
        (AccountForm,),
        {**fields, "secret_fields": tuple(fields), "Meta": AccountForm.Meta},
    )


def _secret_field(name: str, *, stored: bool) -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    note = "stored; empty keeps it" if stored else "not stored yet"
    return forms.CharField(label=name.replace("_", " "), required=False, help_text=note, widget=widget)
