"""What must stand beside a number: the population's note, rules that warn, doubtful inputs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diagnosis.inference.before.facts import Facts
from diagnosis.inference.before.population import RuleFinding, check_population, check_standing
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.snapshot.wording import both, joined
from diagnosis.inference.stored.entry import NOTHING, Snapshot
from diagnosis.inference.stored.warning import Caution
from diagnosis.records.models import Patient
from diagnosis.registry.models import Service
from diagnosis.results.result import Result


def standing_rules(
    service: Service,
    patient: Patient | None,
    inputs: Snapshot,
    *,
    facts: Facts | None = None,
) -> list[Caution]:
    """What the sheet says of these inputs whatever the score: with a number, or without one.

    Form, refusal, result, try-out, paper and every interface ask here, or read what was kept.
    """
    return [_of_rule(found) for found in check_standing(service, patient, inputs, facts=facts)]


def of_run(job: Prediction, result: Result, facts: Facts) -> list[Caution]:
    """Each warning: code, message in both languages, features."""
    service = job.asked
    found: list[Caution] = []
    note = service.definition.population_note
    if note:
        found.append(Caution("population_note", dict(note)))
    found += standing_rules(service, job.patient, job.snapshot, facts=facts)
    report = check_population(service, job.patient, job.snapshot, job.confirmations, facts=facts)
    found += [_unchecked(finding) for finding in report.unchecked]
    return found + _of_inputs(job, result)


def _of_rule(finding: RuleFinding) -> Caution:
    return Caution(
        code=finding.code,
        message=finding.reason,
        features=tuple(finding.features),
        cure=finding.cure,
        source=finding.source,
        for_patient=finding.for_patient,
        is_standing=True,
    )


def _unchecked(finding: RuleFinding) -> Caution:
    message = both(
        _("Not checked, because there is no patient behind the inputs: %(rule)s"),
        rule=finding.question or finding.reason,
    )
    return Caution("not_checked", message, rule=finding.code)


def _of_inputs(job: Prediction, result: Result) -> list[Caution]:
    schema = schema_of(job.version)
    snapshot = job.snapshot
    old = [f for f in schema if f.name not in result.imputed and _is_stale(snapshot, f.name)]
    found = []
    if old:
        message = both(
            _("Used although it is old: %(inputs)s."), inputs=joined([f.label for f in old])
        )
        found.append(Caution("stale_inputs_used", message, tuple(f.name for f in old)))
    filled = [schema[name] for name in result.imputed]
    if filled:
        message = both(
            _("Missing and filled in: %(inputs)s."), inputs=joined([f.label for f in filled])
        )
        found.append(Caution("inputs_filled_in", message, tuple(f.name for f in filled)))
    return found


def _is_stale(snapshot: Snapshot, name: str) -> bool:
    return snapshot.get(name, NOTHING).status == "stale"
