"""Forms of the reviewer: the checklist that ends in a signature, reasons, explanations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.login.lockout import OwnPasswordForm

CHECKS = {
    "question": _("Question"),
    "population": _("Population"),
    "contradictions": _("Contradictions"),
    "added_value": _("What it adds"),
    "alerts": _("Alerts per hundred"),
}


def _point(label: Any) -> forms.BooleanField:
    """It stands beside the evidence that it asks about and goes with the form at the side."""
    return forms.BooleanField(label=label, widget=forms.CheckboxInput(attrs={"form": "review"}))


class ReviewForm(OwnPasswordForm):
    """Every point is looked at, then the reviewer signs with the password."""

    question = _point(
        _("The question, its user and its moment are right, and «never» is complete.")
    )
    population = _point(
        _("The population of the data and its difference from our patients are named.")
    )
    contradictions = _point(
        _("Each direction against the usual one has an explanation that I accept.")
    )
    added_value = _point(_("I have seen what it adds to age and sex and to the usual score."))
    alerts = _point(
        _("The number of flagged patients per hundred, right and missed, can be borne.")
    )
    note = forms.CharField(
        label=_("Remark"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = (*CHECKS, "note", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Your password, as your signature")

    @property
    def points(self) -> list[dict[str, Any]]:
        """For the list at the side, which leads to each of them."""
        return [
            {"name": name, "title": title, "field": self[name]} for name, title in CHECKS.items()
        ]


class PublishForm(forms.Form):
    """Publishing is meant, and says why."""

    sure = forms.BooleanField(
        label=_("Clinicians act on this version from now on: that is what I mean.")
    )
    reason = forms.CharField(
        label=_("Why this version, and why now"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    """A stop, a rejection, a return: the reason is read by everybody who meets it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ContradictionForm(forms.Form):
    """Why an input moves the model against the usual direction, in both languages."""

    feature = forms.CharField(widget=forms.HiddenInput)
    en = forms.CharField(
        label=_("Explanation in English"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "en"}),
    )
    zh = forms.CharField(
        label=_("Explanation in Chinese"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "zh-Hans"}),
    )


class FindingForm(forms.Form):
    """What a finding in the training table means for this model."""

    finding = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Your answer"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
