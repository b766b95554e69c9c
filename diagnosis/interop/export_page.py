"""The page on which a clinician says why a chart leaves the house, signs, and gets the file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.login.lockout import OwnPasswordForm
from accounts.models import User
from accounts.permissions import requires
from diagnosis.inference.before.own_estimate import has_owed
from diagnosis.interop.answers import download
from diagnosis.interop.exporting import (
    LONGEST_REASON,
    STATED,
    Form,
    Purpose,
    Wanted,
    export_chart,
)
from diagnosis.records import access
from diagnosis.records.models import Patient

UNPROCESSABLE = 422


class ExportForm(OwnPasswordForm):
    form = forms.ChoiceField(
        label=_("What"), choices=Form.choices, initial=Form.FHIR, widget=forms.RadioSelect
    )
    purpose = forms.ChoiceField(label=_("For what"), choices=STATED, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("To whom it goes, and what for. Read by the privacy officer."),
    )
    field_order = ("form", "purpose", "reason", "password")

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Your password, as your signature")
        self.patient = patient

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("purpose") == Purpose.OTHER and not given.get("reason"):
            self.add_error("reason", _("Say for what the file is needed."))
        if given.get("form") == Form.FHIR:
            self._demand_own_estimates()

    def _demand_own_estimates(self) -> None:
        """The whole chart holds every number: also one that its reader is to judge first."""
        owed = has_owed(self.user, self.patient)
        if owed is not None:
            message = _(
                "A result of this chart («%(service)s») waits for your own estimate. Give it on "
                "the page of the result, or say there that you cannot judge; then export."
            )
            self.add_error("form", message % {"service": owed.service.name})

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(form=given["form"], purpose=given["purpose"], reason=given["reason"])


@require_http_methods(["GET", "POST"])
@requires("chart.export")
def export(request: HttpRequest, patient: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    person = request.user
    found = access.patient_for(person, patient)
    posted = request.POST if request.method == "POST" else None
    form = ExportForm(posted, asked_in=request, patient=found)
    if form.is_valid():
        return download(export_chart(actor=person, patient=found, wanted=form.wanted))
    if not form.is_bound:
        access.open_chart(person, found, what="export form")
    context = {"form": form, "patient": found}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "interop/export.html", context, status=status)
