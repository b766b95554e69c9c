"""Refusing is a result: which of what was found keeps a run from being scored, and its cure."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from diagnosis.inference.before.population import PopulationReport, RuleFinding, confirmation_cure
from diagnosis.inference.snapshot.wording import Text, both, in_each, joined
from diagnosis.inference.stored.entry import NOTHING, Snapshot, converted_of
from diagnosis.inference.stored.refusal import Ground
from diagnosis.inputs.units import span, units_in_order
from diagnosis.ml import Feature, FeatureSchema
from medportal.common.quantities import unit as printed
from medportal.common.signs import comma

UNREADABLE = {  # by the reason of the reading
    "unit_missing": _("%(input)s stands in the chart without its unit."),
    "unknown_unit": _("%(input)s stands in the chart in a unit that the service does not read."),
    "out_of_bounds": _("%(input)s stands in the chart with a value that no body has."),
    "unseen_category": _("%(input)s stands in the chart with an answer the service does not know."),
    "not_a_number": _("%(input)s stands in the chart without a number."),
    "not_whole": _("%(input)s is counted, and stands in the chart with a fraction."),
}


def of_rights() -> Ground:
    return Ground(
        "no_longer_allowed",
        both(_("Whoever asked for it may no longer see this patient or run this service.")),
        cure=both(_("Somebody of the patient's care team can run it again.")),
    )


def of_version(state: str) -> Ground:
    if state == "stopped":
        return Ground(
            "service_stopped",
            both(_("The service was stopped before this run was computed.")),
            cure=both(_("Run it again when the service is resumed.")),
        )
    return Ground(
        "version_not_published",
        both(_("The model version was withdrawn before this run was computed.")),
        cure=both(_("Run it again with the version that is published now.")),
    )


def of_population(report: PopulationReport) -> list[Ground]:
    against = [_of_rule(finding) for finding in report.against]
    return (
        against
        + [_unconfirmed(finding) for finding in report.to_confirm]
        + [
            _of_rule(finding)
            for finding in report.findings
            if finding.verdict == "cannot_tell" and not finding.needs_confirmation
        ]
    )


def _of_rule(finding: RuleFinding) -> Ground:
    return Ground(finding.code, finding.reason, finding.features, finding.cure, finding.source)


def _unconfirmed(finding: RuleFinding) -> Ground:
    question = finding.question or finding.reason
    return Ground(
        "confirmation_needed",
        both(_("Please confirm: %(question)s"), question=question),
        (),
        confirmation_cure(),
        finding.source,
        finding.code,
    )


def of_inputs(schema: FeatureSchema, snapshot: Snapshot) -> list[Ground]:
    """Chart values that cannot be read, required inputs that are missing, values outside limits."""
    unreadable = [f for f in schema if _status(snapshot, f) == "unreadable"]
    lacking = [f for f in schema if f.required and snapshot.get(f.name, NOTHING).is_missing]
    stale = [f for f in lacking if _status(snapshot, f) == "stale"]
    absent = [f for f in lacking if f not in stale and f not in unreadable]
    grounds = [_unreadable(feature, snapshot) for feature in unreadable]
    if absent:
        grounds.append(_absent(absent))
    if stale:
        grounds.append(_stale(stale))
    return grounds + [_outside(f) for f in schema if _is_outside(f, _value(snapshot, f))]


def _status(snapshot: Snapshot, feature: Feature) -> str:
    return snapshot.get(feature.name, NOTHING).status or "missing"


def _value(snapshot: Snapshot, feature: Feature) -> float | None:
    return converted_of(snapshot, feature.name)


def _is_outside(feature: Feature, value: float | None) -> bool:
    return (
        value is not None
        and feature.limits is not None
        and not feature.limits[0] <= value <= feature.limits[1]
    )


def _labels(features: Iterable[Feature]) -> Text:
    return joined([feature.label for feature in features])


def _absent(features: list[Feature]) -> Ground:
    labels = _labels(features)
    return Ground(
        "required_input_missing",
        both(_("Missing: %(inputs)s."), inputs=labels),
        tuple(feature.name for feature in features),
        both(_("Add it and run again: %(inputs)s."), inputs=labels),
    )


def _stale(features: list[Feature]) -> Ground:
    labels = _labels(features)
    return Ground(
        "input_too_old",
        both(_("Too old to be used: %(inputs)s."), inputs=labels),
        tuple(feature.name for feature in features),
        both(_("Measure it again, or run again and use the old value anyway.")),
    )


def _unreadable(feature: Feature, snapshot: Snapshot) -> Ground:
    reason = snapshot[feature.name].reason
    template = UNREADABLE.get(reason, UNREADABLE["not_a_number"])
    units = in_each(
        lambda: (
            comma().join(filter(None, (printed(unit) for unit in units_in_order(feature)))) or "–"
        )
    )
    return Ground(
        "chart_value_unreadable",
        both(template, input=feature.label),
        (feature.name,),
        both(_("Correct the value in the chart (%(units)s) and run again."), units=units),
    )


def _outside(feature: Feature) -> Ground:
    low, high = feature.limits or (0.0, 0.0)
    return Ground(
        "outside_limits",
        both(
            _("%(input)s lies outside %(range)s, for which the model was made."),
            input=feature.label,
            range=in_each(lambda: span(feature, low, high)),
        ),
        (feature.name,),
        both(_("Check the value and its unit; otherwise judge without this estimate.")),
    )
