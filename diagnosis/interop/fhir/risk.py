"""Predictions as RiskAssessment, and the model versions that made them as Device.

What was estimated says its kind (``diagnosis.results``). The reasons have no element: they stand in
an extension, and in words in ``rationale``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from diagnosis.inference.models import Decision, Explanation, Prediction
from diagnosis.inference.scoring.soundness import fault
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.snapshot.standing import WITHIN, standing_words
from diagnosis.inference.stored.entry import NOTHING
from diagnosis.inference.stored.reasons import Attribution
from diagnosis.inputs import shown_kind
from diagnosis.interop.fhir import terms
from diagnosis.interop.fhir.terms import Resource
from diagnosis.registry.models import ModelVersion
from diagnosis.results import RESULT_KINDS, wire
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.result import Result
from medportal.common import signs
from medportal.common.quantities import unit as printed
from medportal.common.text import CHINESE, ENGLISH, localized


@dataclass(frozen=True)
class Run:
    """One prediction with what belongs to it; ``basis`` are the resources that were its inputs."""

    prediction: Prediction
    explanation: Explanation | None = None
    decision: Decision | None = None
    basis: tuple[UUID, ...] = ()


def device(version: ModelVersion) -> Resource:
    """The model version that performed a prediction."""
    is_active = version.state == ModelVersion.State.PUBLISHED
    return terms.resource(
        "Device",
        version.pk,
        identifier=[{"system": f"{terms.OWN}:artifacts", "value": version.digest}],
        status="active" if is_active else "inactive",
        deviceName=[{"name": _method_words(version), "type": "model-name"}],
        type=terms.concept(f"{terms.OWN}:devices", "model-version", _("clinical AI model")),
        version=[{"value": str(version.number)}],
        owner=terms.refer(version.service.organisation_id),
        note=[{"text": line} for line in _fixed_lines(version)[:1]],
    )


def risk_assessment(run: Run) -> Resource:
    """A withdrawn run keeps its place and shows no number, as in the portal; a refused has none."""
    row = run.prediction
    is_wrong = row.state == Prediction.State.ENTERED_IN_ERROR
    service = row.service
    return terms.resource(
        "RiskAssessment",
        row.pk,
        meta={"security": [terms.AI_ASSERTED]},
        language=CHINESE if (get_language() or "").startswith("zh") else ENGLISH,
        extension=[terms.extension("valid-until", valueDateTime=terms.moment(row.expires_at))],
        status=_status(row),
        method=_method(row.version),
        code=terms.concept(f"{terms.OWN}:services", service.slug, service.question),
        subject=terms.refer(row.patient_id),
        occurrenceDateTime=terms.moment(row.finished_at),
        performer=terms.refer(row.version_id),
        basis=[terms.refer(pk) for pk in run.basis],
        prediction=[] if is_wrong or row.answer is None else _predictions(run, row.answer),
        mitigation="" if is_wrong else _advice(row),
        note=_notes(run),
    )


def _status(row: Prediction) -> str:
    if row.state == Prediction.State.ENTERED_IN_ERROR:
        return "entered-in-error"
    if row.state == Prediction.State.REFUSED:
        return "cancelled"
    return "final" if row.decided_at else "preliminary"


def _method(version: ModelVersion) -> Resource:
    code = f"{version.service.slug}/{version.number}"
    return terms.concept(f"{terms.OWN}:model-versions", code, _method_words(version))


def _method_words(version: ModelVersion) -> str:
    facts = {"service": version.service.name, "version": version.number}
    return _("%(service)s, model version %(version)s") % facts


def _predictions(run: Run, answer: Result) -> list[Resource]:
    """What the kind says of the answer: an entry for each estimate that it tells so."""
    kind = RESULT_KINDS.get(answer.kind)
    first, *others = kind.fhir(answer, run.prediction.definition) if kind else ({},)
    return [_first(run, answer, dict(first)), *map(terms.filled, others)]


def _first(run: Run, answer: Result, said: Resource) -> Resource:
    """With what every answer has: band, horizon, reasons."""
    row = run.prediction
    band = None if row.is_expired else answer.band
    sheet = row.definition
    return terms.filled(
        {
            "extension": [*said.pop("extension", ()), *_attributions(run)],
            "outcome": {"text": localized(sheet.sentence.event)},
            **said,
            "qualitativeRisk": terms.concept(f"{terms.OWN}:bands", band.code, localized(band.label))
            if band
            else {},
            "whenPeriod": {} if "whenRange" in said else _horizon(row),
            "rationale": _rationale(run),
        }
    )


def _horizon(row: Prediction) -> Resource:
    days = row.definition.horizon.days
    if not days:
        return {}
    end = row.index_at + timedelta(days=days)
    return {"start": terms.moment(row.index_at), "end": terms.moment(end)}


def _reasons(run: Run) -> list[Attribution]:
    """The largest first; none that fail their own check."""
    explanation = run.explanation
    if explanation is None or fault(
        explanation.content, run.prediction.value_of(explanation.estimate)
    ):
        return []
    found = explanation.reasons.attributions if explanation.reasons else ()
    return sorted(found, key=lambda reason: -abs(reason.contribution))


def _figures(run: Run) -> Figures:
    kind = run.prediction.kind
    return kind.figures(run.prediction.definition) if kind else PERCENT


def _attributions(run: Run) -> Iterable[Resource]:
    figures = _figures(run)
    for reason in _reasons(run):
        yield {
            "url": f"{terms.OWN}:fhir:attribution",
            "extension": [
                {"url": "feature", "valueCode": reason.feature},
                wire.contribution(reason.contribution, figures.scale),
                *_of_a_block(run, reason),
            ],
        }


def _of_a_block(run: Run, reason: Attribution) -> Iterable[Resource]:
    """The value of an input that no Observation carries, as its kind sends it on."""
    block = run.prediction.snapshot.get(reason.feature, NOTHING).block
    if block is not None:
        feature = schema_of(run.prediction.version)[reason.feature]
        yield {"url": "value", **shown_kind(feature).fhir(feature, block)}


def _rationale(run: Run) -> str:
    """The reasons in one line: what moved the estimate, and by how many points."""
    figures = _figures(run)
    words = _("%(input)s %(points)s %(unit)s") if figures.unit else _("%(input)s %(points)s points")
    parts = [
        words
        % {
            "input": _input(reason),
            "points": f"{reason.contribution * (1 if figures.unit else 100):+.1f}",
            "unit": figures.unit,
        }
        for reason in _reasons(run)
    ]
    lines = _fixed_lines(run.prediction.version)
    return (
        signs.blank().join([_("%(parts)s.") % {"parts": _("; ").join(parts)}, *lines])
        if parts
        else ""
    )


def _input(reason: Attribution) -> str:
    label, value = localized(reason.label), localized(reason.value_label) or reason.value
    if reason.imputed or value is None:
        return _("%(input)s (filled in)") % {"input": label}
    shown = f"{value} {printed(reason.unit)}".strip()
    stands = _standing(reason)
    return f"{label} {shown}" + (signs.aside(stands) if stands else "")


def _standing(reason: Attribution) -> str:
    """Against its usual range and what is typical of the model's patients."""
    usual = reason.outside_range or (WITHIN if reason.reference_range else "")
    return standing_words(usual, reason.against_typical or "")


def _fixed_lines(version: ModelVersion) -> list[str]:
    return [localized(line) for line in version.definition.fixed_lines]


def _advice(row: Prediction) -> str:
    """What the band asks for, after what holds whatever the score."""
    band = None if row.is_expired or row.answer is None else row.answer.band
    advice = localized(band.text or band.action) if band else ""
    return signs.blank().join([*(localized(rule.message) for rule in row.standing), advice]).strip()


def _notes(run: Run) -> list[Resource]:
    """Why there is no number, and what the clinician made of it."""
    row = run.prediction
    why = localized(row.refused.message) if row.refused else ""
    if row.state != Prediction.State.REFUSED or not why:
        return _decided(run)
    return [{"text": why}, *_decided(run)]


def _decided(run: Run) -> list[Resource]:
    decision = run.decision
    if decision is None:
        return []
    label = run.prediction.definition.action_label(decision.action)
    done = decision.action_text or localized(label)
    text = _("; ").join(part for part in (decision.get_assessment_display(), done) if part)
    comment = f"{text}\n{decision.comment}" if decision.comment else text
    at = terms.moment(decision.decided_at)
    return [{"authorString": str(decision.decided_by), "time": at, "text": comment}]
