"""Several quantities of one moment on one form; every error stands at its field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.records import codes
from diagnosis.records.actions import record_together
from diagnosis.records.codes import Code
from diagnosis.records.codes.sets import ObservationSet
from diagnosis.records.entry.forms import FORBIDDEN, MISSING, MomentField, ValueForm
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Given
from medportal.common.errors import DomainError, Pointer


class MomentForm(forms.Form):
    """When all of them were measured."""

    observed_at = MomentField(label=_("Measured at"), initial=timezone.localtime)


class RowForm(ValueForm):
    """One quantity of the set; left empty, it was not measured."""

    def __init__(self, *args: Any, patient: Patient, code: Code, **kwargs: Any) -> None:
        super().__init__(*args, patient=patient, chosen=code, prefix=code.code, **kwargs)
        del self.fields["observed_at"]
        self.moment: Any = None
        self.entered: Sequence[Given] = ()
        for name in ("value", "answer"):
            if name in self.fields:
                self.fields[name].required = False
                self.fields[name].label = code.name

    @property
    def code(self) -> Code:
        assert self.chosen is not None
        return self.chosen

    @property
    def field(self) -> forms.BoundField:
        """The one that takes the value."""
        return self["answer" if "answer" in self.fields else "value"]

    @property
    def units(self) -> list[tuple[str, str]]:
        """To choose from; empty where there is none or only one."""
        return list(self.fields["unit"].choices)[1:] if "unit" in self.fields else []  # type: ignore[attr-defined]

    @property
    def chosen_unit(self) -> str:
        return str(self["unit"].value() or "") if "unit" in self.fields else ""

    @property
    def unit_errors(self) -> str:
        return (
            " ".join(str(error) for error in self["unit"].errors) if "unit" in self.fields else ""
        )

    @property
    def usual(self) -> str:
        """The usual adult range in the first unit."""
        units = [unit for unit, _label in self.units]
        low, high = self.code.reference_in(units[0] if units else self.code.unit, self.patient.sex)
        decimals = self.code.decimals_in(units[0]) if units else self.code.decimals
        ends = ("" if x is None else codes.plain_number(round(x, decimals)) for x in (low, high))
        first, last = ends
        if first and last:
            return f"{first}–{last}"
        return f"≥ {first}" if first else f"≤ {last}" if last else ""

    def clean(self) -> dict[str, Any]:
        cleaned = {**self.cleaned_data, "observed_at": self.moment}
        if not (cleaned.get("value") or cleaned.get("answer")):
            return cleaned
        self.cleaned_data = cleaned
        return super().clean()


class SetForm:
    """The moment and one row a quantity, saved together."""

    def __init__(self, data: Any = None, *, patient: Patient, chosen: ObservationSet) -> None:
        known = (codes.find(code) for code in chosen.codes)
        self.patient = patient
        self.chosen = chosen
        self.is_bound = data is not None
        self.moment = MomentForm(data)
        self.rows = [RowForm(data, patient=patient, code=code) for code in known if code]
        self.problem = ""

    @cached_property
    def is_valid(self) -> bool:
        if not self.moment.is_valid():
            return False
        for row in self.rows:
            row.moment = self.moment.cleaned_data["observed_at"]
        found = [row.is_valid() for row in self.rows]  # every row says what is wrong with it
        return all(found)

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """What to correct, each with the field to go to and its name."""
        fields = [self.moment["observed_at"], *(row.field for row in self.rows)]
        units = [row["unit"] for row in self.rows if "unit" in row.fields]
        return [
            (field.id_for_label, str(field.label), str(error))
            for field in (*fields, *units)
            for error in field.errors
        ]

    def save(self, actor: User) -> list[Observation]:
        """Record all of them; nothing if one is refused, and the form then says why."""
        if not self.is_valid:
            return []
        rows = [(row, given) for row in self.rows for given in row.entered]
        try:
            return record_together(
                actor=actor, patient=self.patient, given=[given for _row, given in rows]
            )
        except DomainError as error:
            if error.status in (FORBIDDEN, MISSING):
                raise
            for pointer in error.pointers or [Pointer("", error.code, error.message)]:
                self._show(pointer, [row for row, _given in rows])
            return []

    def _show(self, pointer: Pointer, rows: Sequence[RowForm]) -> None:
        index, _slash, name = pointer.pointer.removeprefix("/").partition("/")
        if not index.isdigit() or int(index) >= len(rows):
            self.problem = str(pointer.message)
        elif name == "observed_at":
            if not self.moment.errors:
                self.moment.add_error("observed_at", str(pointer.message))
        else:
            row = rows[int(index)]
            row.add_error(name if name in row.fields else row.field.name, str(pointer.message))
