"""What would bring a result below a limit of its bands, in words and values of the clinic."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.inference.further.counterfactual import Reach, limits_below, reach
from diagnosis.inference.models import Prediction
from diagnosis.inputs import shown_kind
from diagnosis.inputs.units import measured
from diagnosis.ml import Feature
from diagnosis.ml.explain.further.counterfactual import Change, Counterfactual
from diagnosis.portal.words.figures import exact_percent, percent
from diagnosis.portal.words.inputs_shown import entry_of
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized

WHY_NOT: dict[str, str | Promise] = {
    "nothing_to_change": _(
        "There is nothing to try: of the inputs that treatment or life may change, none was "
        "measured here on the unfavourable side."
    ),
    "out_of_reach": _(
        "No realistic change of one, two or three of the inputs that may be changed does it."
    ),
}


@dataclass(frozen=True)
class Line:
    """One input as it is and as it would have to be."""

    label: str
    now: str
    then: str


@dataclass(frozen=True)
class Alternative:
    """One set of changes with the estimate that the model would then give."""

    lines: tuple[Line, ...]
    estimate: str


@dataclass(frozen=True)
class Goal:
    """One limit: what lies below it, the alternatives, or why there is none."""

    limit: str
    band: str
    alternatives: tuple[Alternative, ...]
    why_not: str
    nearest: Alternative | None


@dataclass(frozen=True)
class ReachPanel:
    """``goals`` is None where the version cannot be asked any more."""

    goals: tuple[Goal, ...] | None
    changeable: tuple[str, ...]


def is_offered(prediction: Prediction) -> bool:
    """Only where a service has bands, and a lower one would mean something else."""
    return bool(limits_below(prediction))


def reach_panel(prediction: Prediction) -> ReachPanel:
    found = reach(prediction)
    if found is None:
        return ReachPanel(None, ())
    features = found[0].features if found else ()
    named = tuple(localized(f.label) for f in features if f.modifiable)
    return ReachPanel(tuple(_goal(prediction, one) for one in found), named)


def _goal(prediction: Prediction, found: Reach) -> Goal:
    answer = found.answer

    def shown(one: Counterfactual) -> Alternative:
        lines = (_line(prediction, found.features[c.feature], c) for c in one.changes)
        return Alternative(tuple(lines), _estimate(one.probability, found.limit))

    return Goal(
        limit=exact_percent(found.limit),
        band=localized(found.band.label),
        alternatives=tuple(shown(one) for one in answer.alternatives),
        why_not=str(WHY_NOT.get(answer.reason, "")),
        nearest=None if answer.nearest is None else shown(answer.nearest),
    )


def _estimate(probability: float, limit: float) -> str:
    """What is under the limit must not look like the limit when it is rounded."""
    if probability < limit and whole(probability) >= whole(limit):
        return f"<{exact_percent(limit)}"
    return percent(probability)


def _line(prediction: Prediction, feature: Feature, change: Change) -> Line:
    given_unit = entry_of(prediction, feature.name).unit
    return Line(
        localized(feature.label),
        _value(feature, change.before, given_unit),
        _value(feature, change.after, given_unit),
    )


def _value(feature: Feature, value: float, given_unit: str | None) -> str:
    """A value of the model in the unit in which this patient's was given."""
    if not feature.is_quantity:
        return shown_kind(feature).said_of_model(feature, value)
    return measured(feature, value, given_unit)
