"""Entering and correcting values on a page; every error stands at its field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.records import codes, validation
from diagnosis.records.actions import (
    correct_observation,
    record_observation,
    record_panel,
    withdraw_observation,
)
from diagnosis.records.codes import Code
from diagnosis.records.dates import parse_moment
from diagnosis.records.entry.typed import Fill, not_a_number
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Given
from medportal.common import quantities
from medportal.common.errors import DomainError, Pointer
from medportal.common.moments import day_time
from medportal.common.preferred_units import preferred
from medportal.common.text import localized

FORBIDDEN, MISSING = 403, 404
Choices = list[tuple[str, Any]]


def code_choices() -> Choices:
    """Every quantity once, by family, for one long list that a person can type into."""
    return [
        (localized(family.label), [(code.code, code.name) for code in inside])
        for family, inside in codes.grouped()
    ]


def units_in_order(code: Code) -> tuple[str, ...]:
    """The units of a code, the one that the reader prefers before the others."""
    first = preferred(code.quantity, code.units) or code.unit
    return tuple(sorted(code.units, key=lambda unit: unit != first))


def unit_choices(code: Code | None) -> Choices:
    """The units of a code; without one, of all of them."""
    known = units_in_order(code) if code else dict.fromkeys(u for c in codes.ALL for u in c.units)
    return [(u, codes.unit_text(u)) for u in known if u != codes.UNITLESS]


def answer_choices(code: Code | None) -> Choices:
    """The answers of a code; without one, of all of them by code."""
    if code is not None:
        return [(answer.value, localized(answer.label)) for answer in code.answers]
    return [(c.name, answer_choices(c)) for c in codes.ALL if c.is_coded]


class MomentField(forms.CharField):
    """A day and a time, typed. A browser's own field may show 11/06 for June as for November."""

    default_error_messages = {
        "not_understood": _(
            "Write the time as 14-Mar-2026 09:30, 2026-03-14 09:30 or 2026年3月14日 9:30."
        ),
    }

    def prepare_value(self, value: Any) -> Any:
        return day_time(value) if isinstance(value, datetime) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = parse_moment(text)
        if found is None:
            raise forms.ValidationError(
                self.error_messages["not_understood"], code="not_understood"
            )
        return found


class ValueForm(forms.Form):
    """A value or an answer, its unit and its time, for a code that the subclass knows."""

    value = forms.CharField(label=_("Value"), required=False, max_length=30, strip=True)
    answer = forms.ChoiceField(label=_("Answer"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    observed_at = MomentField(label=_("Measured at"))

    def __init__(self, *args: Any, patient: Patient, chosen: Code | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.chosen = chosen
        self._choose("unit", unit_choices(chosen))
        self._choose("answer", answer_choices(chosen))
        if chosen is not None:
            self._keep_only_what_fits(chosen)

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("choose")), *choices]

    def _keep_only_what_fits(self, chosen: Code) -> None:
        dropped = ("value", "unit") if chosen.is_coded else ("answer",)
        for name in dropped:
            del self.fields[name]
        if "value" in self.fields:
            self.fields["value"].required = True
            self.fields["value"].help_text = _("systolic/diastolic") if chosen.is_panel else ""
        if "unit" in self.fields and not chosen.needs_unit:
            del self.fields["unit"]
        elif "unit" in self.fields:
            self.fields["unit"].initial = self.fields["unit"].initial or units_in_order(chosen)[0]
        if "answer" in self.fields:
            self.fields["answer"].required = True
            self.fields["answer"].help_text = localized(chosen.definition)

    def parts(self, cleaned: dict[str, Any]) -> list[Given]:
        """What was entered, as the validator takes it: several for a panel."""
        code = self.chosen
        if code is None:
            return []
        if code.is_coded:
            return [self._given(code, cleaned.get("answer") or None, "", cleaned)]
        unit = cleaned.get("unit") or (codes.UNITLESS if not code.needs_unit else "")
        if not code.is_panel:
            number = self._number("value", cleaned.get("value", ""))
            return [] if number is None else [self._given(code, number, unit, cleaned)]
        figures = cleaned.get("value", "").split("/")
        if len(figures) != len(code.components):
            self.add_error("value", _("Write both figures, such as 128/82."))
            return []
        numbers = [self._number("value", figure) for figure in figures]
        parts = [codes.find(component) for component in code.components]
        return [
            self._given(part, number, unit, cleaned)
            for part, number in zip(parts, numbers, strict=True)
            if part is not None and number is not None
        ]

    def _given(self, code: Code, value: float | str | None, unit: str, cleaned: Any) -> Given:
        meant = codes.for_unit(code, unit) if unit else code
        return Given(
            code=meant.code,
            system=meant.system,
            value=value,
            unit="" if unit == codes.UNITLESS else unit,
            observed_at=cleaned.get("observed_at"),
        )

    def _number(self, name: str, text: str) -> float | None:
        """A typed number; a comma could part thousands or decimals, so it is asked back."""
        try:
            return quantities.typed(text)
        except ValueError:
            self.add_error(name, not_a_number(text))
            return None

    @property
    def unit_name(self) -> str:
        return self.add_prefix("unit")

    @property
    def fills(self) -> list[Fill]:
        """What was perhaps meant by a value that is refused, to be taken over with one click."""
        code, text = self.chosen, str(self["value"].value() or "") if "value" in self.fields else ""
        if code is None or code.is_panel or not self.is_bound or not self["value"].errors:
            return []
        unit = str(self["unit"].value() or "") if "unit" in self.fields else ""
        try:
            number = quantities.typed(text)
        except ValueError:
            return [Fill(meant, unit) for meant in quantities.meant(text)]
        other = validation.other_unit(code, number, unit) if code.accepts(unit) else None
        return [Fill(text, other)] if other else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        self.entered: Sequence[Given] = self.parts(cleaned)
        for given in self.entered if not self.errors else ():
            self._take(validation.check(self.patient, given)[1])
        return cleaned

    def refuse(self, error: DomainError) -> None:
        """Show what the action refused; what is no matter of a field goes on to the page."""
        if error.status in (FORBIDDEN, MISSING):
            raise error
        self._take(error.pointers or [Pointer("", error.code, error.message)])

    def _take(self, found: Sequence[Pointer]) -> None:
        for pointer in found:
            name = pointer.pointer.rsplit("/", 1)[-1]
            if name == "value" and "answer" in self.fields and "value" not in self.fields:
                name = "answer"
            self.add_error(name if name in self.fields else None, str(pointer.message))


class ObservationForm(ValueForm):
    """A new value. ``code`` says what is entered where the page already knows; else it is asked."""

    code = forms.ChoiceField(label=_("What was observed"))
    field_order = ("code", "value", "answer", "unit", "observed_at")

    def __init__(
        self, data: Any = None, *, patient: Patient, code: str = "", **kwargs: Any
    ) -> None:
        wanted = (data or {}).get("code") or code
        super().__init__(data, patient=patient, chosen=codes.find(wanted), **kwargs)
        self._choose("code", code_choices())
        self.fields["code"].initial = wanted
        self.fields["observed_at"].initial = timezone.localtime

    def save(self, actor: User) -> Observation | None:
        """Record it; None if the action refused, and the form then says why."""
        try:
            if self.chosen is not None and self.chosen.is_panel:
                return record_panel(
                    actor=actor, patient=self.patient, code=self.chosen.code, parts=self.entered
                )
            return record_observation(actor=actor, patient=self.patient, given=self.entered[0])
        except DomainError as error:
            self.refuse(error)
            return None


class CorrectionForm(ValueForm):
    """Another value in the place of one that is wrong, with the reason."""

    reason = forms.CharField(label=_("Reason of the correction"), max_length=200)
    field_order = ("value", "answer", "unit", "observed_at", "reason")

    def __init__(self, data: Any = None, *, observation: Observation, **kwargs: Any) -> None:
        self.observation = observation
        number = observation.value_number
        initial = {
            "value": "" if number is None else codes.plain_number(number),
            "answer": observation.value_code,
            "unit": codes.normalise_unit(observation.unit),
            "observed_at": timezone.localtime(observation.observed_at),
        }
        super().__init__(
            data,
            patient=observation.patient,
            chosen=codes.find(observation.code, observation.system),
            initial=initial,
            **kwargs,
        )

    def parts(self, cleaned: dict[str, Any]) -> list[Given]:
        """As entered; the minute of the form is not a change of the second in the chart."""
        kept = self.observation.observed_at
        if cleaned["observed_at"] == kept.replace(second=0, microsecond=0):
            cleaned["observed_at"] = kept
        return super().parts(cleaned)

    def save(self, actor: User) -> Observation | None:
        """Correct it; None if the action refused, and the form then says why."""
        try:
            return correct_observation(
                actor=actor,
                observation=self.observation,
                given=self.entered[0],
                reason=self.cleaned_data["reason"],
            )
        except DomainError as error:
            self.refuse(error)
            return None


class WithdrawalForm(forms.Form):
    """Saying that a value should never have been there."""

    reason = forms.CharField(label=_("Why it was entered in error"), max_length=200)

    def __init__(self, data: Any = None, *, observation: Observation, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.observation = observation

    def save(self, actor: User) -> Observation | None:
        """Withdraw it; None if the action refused, and the form then says why."""
        try:
            return withdraw_observation(
                actor=actor, observation=self.observation, reason=self.cleaned_data["reason"]
            )
        except DomainError as error:
            if error.status in (FORBIDDEN, MISSING):
                raise
            self.add_error(None, str(error.message))
            return None
