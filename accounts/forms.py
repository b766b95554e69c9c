"""What people type about themselves, and what administrators type about people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.tokens import LONGEST_WITHOUT_REASON
from accounts.login.lockout import OwnPasswordForm
from accounts.models import Scope

LIFETIMES = ((30, _("30 days")), (90, _("90 days")), (365, _("one year")))


class EndSessionsForm(OwnPasswordForm):
    pass


class PasswordForm(OwnPasswordForm):
    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("password", "new_password", "again")

    @property
    def rules(self) -> list[str]:
        return password_validators_help_texts()

    def clean_new_password(self) -> str:
        new: str = self.cleaned_data["new_password"]
        if new == self.data.get(self.add_prefix("password")):
            raise ValidationError(_("The new password is the old one."), code="password_same")
        validate_password(new, self.user)
        return new

    def clean(self) -> None:
        new, again = self.cleaned_data.get("new_password"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", _("The two new passwords differ."))


class TokenForm(OwnPasswordForm):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(label=_("Holds for"), choices=LIFETIMES, coerce=int, initial=90)
    reason = forms.CharField(
        label=_("Why for more than 90 days"),
        max_length=240,
        required=False,
        help_text=_("Only for a token of a year; read by the privacy officer."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("name", "days", "reason", "scopes", "password")

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("days", 0) > LONGEST_WITHOUT_REASON.days and not given.get("reason"):
            self.add_error("reason", _("Say why a token has to hold for more than 90 days."))

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])

    @property
    def ends_at(self) -> Any:
        return timezone.now() + self.lifetime


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)
