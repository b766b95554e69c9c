"""The administrator's own organisation: its name, and the units that its people read first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions import prefer_units, rename_organisation
from accounts.admin.base import OrganisationAdmin, administrator
from accounts.models import Organisation
from medportal.common.preferred_units import CHOICES
from medportal.common.quantities import unit as printed

PREFIX = "unit_"
LABELS = {
    "glucose": _("Glucose"),
    "cholesterol": _("Cholesterol"),
    "triglycerides": _("Triglycerides"),
    "bilirubin": _("Bilirubin"),
    "creatinine": _("Creatinine"),
    "albumin": _("Albumin"),
    "haemoglobin": _("Haemoglobin"),
    "light_chain": _("Free light chains"),
    "platelets": _("Blood cells"),
    "insulin": _("Insulin"),
    "pressure": _("Blood pressure"),
}


def _unit_field(quantity: str) -> forms.ChoiceField:
    known = [(unit, printed(unit)) for unit in CHOICES[quantity]]
    by_language = ("", _("by the reader's language"))
    return forms.ChoiceField(label=LABELS[quantity], choices=[by_language, *known], required=False)


class OrganisationForm(forms.ModelForm[Organisation]):
    """One choice a quantity; what is stored and computed keeps its own unit."""

    class Meta:
        model = Organisation
        fields = ("name",)

    locals().update({f"{PREFIX}{quantity}": _unit_field(quantity) for quantity in CHOICES})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for quantity, unit in self.instance.preferred_units.items():
            if f"{PREFIX}{quantity}" in self.fields:
                self.fields[f"{PREFIX}{quantity}"].initial = unit

    @property
    def units(self) -> dict[str, str]:
        chosen = {quantity: self.cleaned_data[f"{PREFIX}{quantity}"] for quantity in CHOICES}
        return {quantity: unit for quantity, unit in chosen.items() if unit}


@admin.register(Organisation)
class OwnOrganisationAdmin(OrganisationAdmin[Organisation]):
    organisation_path = "pk"
    form = OrganisationForm
    fieldsets = (
        (None, {"fields": ("name", "is_demonstration", "created_at")}),
        (_("Units shown first"), {"fields": tuple(f"{PREFIX}{quantity}" for quantity in CHOICES)}),
    )
    readonly_fields = ("is_demonstration", "created_at")
    list_display = ("name", "is_demonstration", "created_at")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, _change: Any) -> None:
        actor = administrator(request)
        if "name" in form.changed_data:
            rename_organisation(actor=actor, organisation=obj, name=obj.name)
        if form.units != obj.preferred_units:
            prefer_units(actor=actor, organisation=obj, units=form.units)
