"""The kinds of population rules: whether one patient fits, does not, or nobody can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from diagnosis.inference.before.facts import Facts
from diagnosis.inference.stored.entry import NOTHING, Snapshot, converted_of
from diagnosis.ml.inputs.units import normalise
from diagnosis.records.models import Condition, Observation
from diagnosis.registry.sheet.rules import Rule

FITS, DOES_NOT_FIT, CANNOT_TELL = "fits", "does_not_fit", "cannot_tell"

UNSURE = ("provisional", "differential")
"""What FHIR calls a diagnosis that our chart calls suspected."""


@dataclass(frozen=True)
class Case:
    """One patient (or none) before one service, with the inputs as they would be scored."""

    service: UUID
    facts: Facts
    inputs: Snapshot
    confirmations: frozenset[str] = frozenset()

    @property
    def has_patient(self) -> bool:
        return self.facts.patient is not None

    def number(self, feature: str) -> float | None:
        found = converted_of(self.inputs, feature)
        return None if found is None else float(found)

    def is_confirmed(self, rule: Rule) -> bool:
        """By this run's word, or an earlier one's where the answer does not change with the day."""
        if rule.code in self.confirmations:
            return True
        return not rule.each_time and (self.service, rule.code) in self.facts.confirmed


OF_INPUTS = ("input_range", "input_not_among", "ratio_range")
"""Kinds of rules that need nothing of the chart."""


def verdict(rule: Rule, case: Case) -> str:
    """What a question can settle asks instead of refusing; confirmed, it fits."""
    found = KINDS[rule.kind](rule, case)
    if found == DOES_NOT_FIT and rule.asks:
        return FITS if case.is_confirmed(rule) else CANNOT_TELL
    return found


def _age(rule: Rule, case: Case) -> str:
    age = case.facts.age if case.has_patient else case.number("age")
    if age is None:
        return CANNOT_TELL
    return FITS if rule.admits(int(age)) else DOES_NOT_FIT


def _sex(rule: Rule, case: Case) -> str:
    sex = case.facts.sex if case.has_patient else case.inputs.get("sex", NOTHING).value
    if sex in (None, "", "unknown"):
        return CANNOT_TELL
    return FITS if sex in rule.allowed else DOES_NOT_FIT


def _condition_absent(rule: Rule, case: Case) -> str:
    """Nothing recorded counts as fitting: absence is «not recorded», and no rule needs more."""
    if not case.has_patient:
        return CANNOT_TELL
    return DOES_NOT_FIT if _recorded(rule, case.facts) else FITS


def _condition_present(rule: Rule, case: Case) -> str:
    if case.is_confirmed(rule):
        return FITS
    established = [
        condition
        for condition in case.facts.conditions
        if condition.status != Condition.Status.SUSPECTED and _names(condition.code, rule.codes)
    ]
    return FITS if established else CANNOT_TELL


def _recorded(rule: Rule, facts: Facts) -> bool:
    return any(
        _names(condition.code, rule.codes) and not _is_excepted(rule, condition)
        for condition in facts.conditions
    )


def _is_excepted(rule: Rule, condition: Condition) -> bool:
    excepted = rule.except_status
    unsure = condition.status == Condition.Status.SUSPECTED
    return condition.status in excepted or (unsure and any(word in excepted for word in UNSURE))


def _names(code: str, wanted: Iterable[str]) -> bool:
    """Whether a code lies under one of the wanted codes or in a range of categories (I21-I25)."""
    plain = code.strip().upper()
    for entry in wanted:
        first, _dash, last = entry.partition("-")
        if last and first <= plain[:3] <= last:
            return True
        if not last and plain.startswith(first):
            return True
    return False


def _medication_absent(rule: Rule, case: Case) -> str:
    if not case.has_patient:
        return CANNOT_TELL
    taken = any(_names(code, rule.codes) for code in case.facts.medications)
    return DOES_NOT_FIT if taken else FITS


def _input_range(rule: Rule, case: Case) -> str:
    """A missing input is for the rule of required inputs to refuse, not for this one."""
    value = case.number(rule.feature)
    return FITS if value is None or rule.admits(value) else DOES_NOT_FIT


def _input_not_among(rule: Rule, case: Case) -> str:
    """An answer that is missing is for the rule of required inputs to refuse."""
    entry = case.inputs.get(rule.feature, NOTHING)
    found = None if entry.is_missing else entry.value
    return DOES_NOT_FIT if found in rule.values else FITS


def _ratio_range(rule: Rule, case: Case) -> str:
    upper, lower = case.number(rule.numerator), case.number(rule.denominator)
    if upper is None or not lower:
        return FITS
    return FITS if rule.admits(upper / lower) else DOES_NOT_FIT


def _observation_range(rule: Rule, case: Case) -> str:
    if not case.has_patient:
        return CANNOT_TELL
    days = rule.look_back_days
    for row in case.facts.observations:
        is_old = days is not None and case.facts.at - row.observed_at > timedelta(days=days)
        if row.code not in rule.codes or is_old:
            continue
        value = _in_unit(rule, row)
        if value is not None:
            return FITS if rule.admits(value) else DOES_NOT_FIT
    return FITS


def _in_unit(rule: Rule, row: Observation) -> float | None:
    if row.value_number is None:
        return None
    factors = {normalise(unit): factor for unit, factor in rule.conversions.items()}
    factors[normalise(rule.unit)] = 1.0
    factor = factors.get(normalise(row.unit))
    return None if factor is None else row.value_number * float(factor)


def _outcome_absent(_rule: Rule, case: Case) -> str:
    return DOES_NOT_FIT if case.service in case.facts.known_outcomes else FITS


def _confirm(rule: Rule, case: Case) -> str:
    return FITS if case.is_confirmed(rule) else CANNOT_TELL


KINDS: dict[str, Callable[[Rule, Case], str]] = {
    "age": _age,
    "sex": _sex,
    "condition_absent": _condition_absent,
    "condition_present": _condition_present,
    "medication_absent": _medication_absent,
    "input_range": _input_range,
    "input_not_among": _input_not_among,
    "observation_range": _observation_range,
    "ratio_range": _ratio_range,
    "outcome_absent": _outcome_absent,
    "confirm": _confirm,
}
