"""How a checked observation becomes a row, for one as for a thousand."""

from __future__ import annotations

from diagnosis.records.codes import Range
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Checked

ADULT = 18


def build(patient: Patient, checked: Checked) -> Observation:
    """The unsaved row, with its reference range and flag."""
    given = checked.given
    low, high = reference_range(patient, checked)
    return Observation(
        patient=patient,
        system=checked.entry.system,
        code=checked.entry.code,
        label=checked.entry.label["en"],
        value_number=checked.number,
        value_code=checked.answer,
        unit=checked.unit,
        observed_at=checked.observed_at,
        status=given.status,
        source=given.source,
        source_identifier=given.source_identifier,
        reference_low=low,
        reference_high=high,
        flag=flag_of(checked.number, low, high),
    )


def copy(old: Observation) -> Observation:
    """The unsaved row that says the same and may take the place of ``old``."""
    fields = (
        "patient_id", "system", "code", "label", "value_number", "value_code", "unit",
        "observed_at", "source", "source_identifier", "reference_low", "reference_high", "flag",
        "panel_id",
    )  # fmt: skip
    return Observation(**{name: getattr(old, name) for name in fields})


def reference_range(patient: Patient, checked: Checked) -> Range:
    """The laboratory's own range, else the usual one of the dictionary, which is for adults."""
    given = checked.given
    if given.reference_low is not None or given.reference_high is not None:
        return given.reference_low, given.reference_high
    age = patient.age_on(checked.observed_at.date())
    if checked.number is None or age is None or age < ADULT:
        return None, None
    return checked.entry.reference_in(checked.unit, patient.sex)


def flag_of(number: float | None, low: float | None, high: float | None) -> str:
    if number is not None and low is not None and number < low:
        return Observation.Flag.LOW
    if number is not None and high is not None and number > high:
        return Observation.Flag.HIGH
    return Observation.Flag.NONE


def same_content(row: Observation, checked: Checked) -> bool:
    """Whether a stored row already says what was given."""
    given = checked.given
    return (
        (row.system, row.code, row.unit, row.value_code, row.observed_at)
        == (
            checked.entry.system,
            checked.entry.code,
            checked.unit,
            checked.answer,
            checked.observed_at,
        )
        and row.value_number == checked.number
        and status_after(row, given.status) == row.status
    )


def status_after(row: Observation, status: str) -> str:
    """A replaced final value is a corrected one, even where the source just says «final»."""
    final = Observation.Status.FINAL
    settled = (Observation.Status.CORRECTED, Observation.Status.AMENDED)
    return row.status if status == final and row.status in settled else status
