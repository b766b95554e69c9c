"""Does this patient belong to those for whom the service was made? Asked before a run and in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diagnosis.inference.before.facts import Facts, read_facts
from diagnosis.inference.before.rules import (
    CANNOT_TELL,
    DOES_NOT_FIT,
    FITS,
    OF_INPUTS,
    Case,
    verdict,
)
from diagnosis.inference.snapshot.wording import Text, both
from diagnosis.inference.stored.entry import Snapshot
from diagnosis.records.models import Patient
from diagnosis.registry.models import Service
from diagnosis.registry.sheet.rules import Rule
from medportal.common.text import localized

__all__ = ["CANNOT_TELL", "DOES_NOT_FIT", "FITS", "PopulationReport", "RuleFinding"]


@dataclass(frozen=True)
class RuleFinding:
    """One rule that does not simply fit: why, from where, and what to do instead."""

    code: str
    kind: str
    verdict: str
    reason: Text
    cure: Text | None
    source: Text | str
    question: Text | None
    features: tuple[str, ...]
    for_patient: Text | None = None
    """The same in words for the patient's sheet, where the service has some."""

    @property
    def message(self) -> str:
        return localized(self.question if self.needs_confirmation else self.reason)

    @property
    def needs_confirmation(self) -> bool:
        return self.verdict == CANNOT_TELL and self.question is not None


@dataclass(frozen=True)
class PopulationReport:
    """``verdict`` is fits, does_not_fit or cannot_tell (a person must confirm)."""

    verdict: str
    findings: tuple[RuleFinding, ...]
    unchecked: tuple[RuleFinding, ...] = ()
    """Rules that nobody could check, because there is no patient behind the inputs."""

    @property
    def fits(self) -> bool:
        return self.verdict == FITS

    @property
    def to_confirm(self) -> tuple[RuleFinding, ...]:
        return tuple(finding for finding in self.findings if finding.needs_confirmation)

    @property
    def against(self) -> tuple[RuleFinding, ...]:
        return tuple(finding for finding in self.findings if finding.verdict == DOES_NOT_FIT)


def check_population(
    service: Service,
    patient: Patient | None,
    inputs: Snapshot,
    confirmations: Iterable[str] = (),
    *,
    facts: Facts | None = None,
) -> PopulationReport:
    """Every rule of the service over chart and inputs; ``inputs`` is a snapshot."""
    known = facts if facts is not None else read_facts(patient, [service], timezone.now())
    case = Case(service.pk, known, inputs, frozenset(confirmations))
    findings = list(_findings(service.definition.population, case))
    if patient is None:
        unchecked = tuple(f for f in findings if f.verdict == CANNOT_TELL)
        findings = [f for f in findings if f.verdict == DOES_NOT_FIT]
    else:
        unchecked = ()
    return PopulationReport(_overall(findings), tuple(findings), unchecked)


def check_standing(
    service: Service,
    patient: Patient | None,
    inputs: Snapshot,
    *,
    facts: Facts | None = None,
) -> list[RuleFinding]:
    """The rules that hold whatever the score, also where there is none."""
    rules = service.definition.warnings
    if facts is None:
        needs_chart = any(rule.kind not in OF_INPUTS for rule in rules)
        facts = read_facts(patient if needs_chart else None, [service], timezone.now())
    case = Case(service.pk, facts, inputs)
    return [found for found in _findings(rules, case) if found.verdict == DOES_NOT_FIT]


def _findings(rules: Iterable[Rule], case: Case) -> Iterable[RuleFinding]:
    for rule in rules:
        found = verdict(rule, case)
        if found != FITS:
            yield _finding(rule, found)


def _finding(rule: Rule, found: str) -> RuleFinding:
    is_open = found == CANNOT_TELL and rule.asks
    return RuleFinding(
        code=rule.code,
        kind=rule.kind,
        verdict=found,
        reason=dict(rule.reason) if not is_open else _question(rule),
        cure=dict(rule.cure) if rule.cure else None,
        source=rule.source if isinstance(rule.source, str) else dict(rule.source),
        question=_question(rule) if is_open else None,
        features=rule.features or _patient_features(rule),
        for_patient=dict(rule.for_patient) if rule.for_patient else None,
    )


def _question(rule: Rule) -> Text:
    return dict(rule.question or rule.reason)


def _patient_features(rule: Rule) -> tuple[str, ...]:
    return (rule.kind,) if rule.kind in ("age", "sex") else ()


def _overall(findings: list[RuleFinding]) -> str:
    verdicts = {finding.verdict for finding in findings}
    if DOES_NOT_FIT in verdicts:
        return DOES_NOT_FIT
    return CANNOT_TELL if CANNOT_TELL in verdicts else FITS


def confirmation_cure() -> Text:
    return both(_("Confirm it and run again."))
