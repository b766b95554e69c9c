"""What the machine adds: age and sex alone, the usual score, the model, on the same patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot import schema_of
from diagnosis.ml.evaluation import formula_probability
from diagnosis.portal import sentences
from diagnosis.portal.figures import decimal, percent
from diagnosis.registry.models import ModelVersion
from medportal.common.text import localized

FOR_DOCTORS = ("age-sex", "usual")
"""Comparators that a clinician knows; the others are for the version's page."""


@dataclass(frozen=True)
class Compared:
    """One row of the comparison."""

    code: str
    label: str
    auroc: str
    interval: str
    brier: str
    for_patient: str
    is_model: bool = False


@dataclass(frozen=True)
class AddedValue:
    """The rows, and what they mean in plain words."""

    rows: tuple[Compared, ...]
    words: tuple[str, ...]


def metric_interval(metric: Mapping[str, Any] | None, decimals: int = 3) -> str:
    if not metric or metric.get("lower") is None or metric.get("upper") is None:
        return ""
    low, high = decimal(metric["lower"], decimals), decimal(metric["upper"], decimals)
    return f"{low}\u2013{high}"


def _value(metrics: Mapping[str, Any], name: str) -> float | None:
    metric = metrics.get(name)
    return None if not metric else metric.get("value")


def _compared(
    code: str, label: str, metrics: Mapping[str, Any], for_patient: str, *, is_model: bool = False
) -> Compared:
    return Compared(
        code=code,
        label=label,
        auroc=decimal(_value(metrics, "auroc"), 3),
        interval=metric_interval(metrics.get("auroc")),
        brier=decimal(_value(metrics, "brier"), 3),
        for_patient=for_patient,
        is_model=is_model,
    )


def model_values(prediction: Prediction) -> dict[str, float | None]:
    """The inputs as the model saw them, in the features' units; what was missing is None."""
    return {name: entry.get("converted") for name, entry in (prediction.inputs or {}).items()}


def alone(comparator: Mapping[str, Any], values: Mapping[str, float | None]) -> float | None:
    """What a comparator says of this patient, where the manifest holds its formula."""
    formula = comparator.get("formula")
    return formula_probability(formula, values) if formula else None


def _words(version: ModelVersion, comparators: Sequence[Mapping[str, Any]]) -> list[str]:
    """Gain or no gain over what a clinician already has."""
    model = (version.manifest["metrics"].get("auroc") or {}).get("value")
    words = []
    for comparator in comparators:
        theirs = _value(comparator.get("metrics") or {}, "auroc")
        if model is None or theirs is None:
            continue
        difference = (comparator.get("difference") or {}).get("value", model - theirs)
        verdict = comparator.get("verdict") or sentences.NO_GAIN
        words.append(sentences.gain(localized(comparator["label"]), difference, verdict))
    return words


def known_to_doctors(version: ModelVersion) -> list[Mapping[str, Any]]:
    return [c for c in version.manifest.get("comparators") or () if c["code"] in FOR_DOCTORS]


def added_value(version: ModelVersion, prediction: Prediction | None = None) -> AddedValue:
    """For the service's page, and with a prediction for this patient, too."""
    comparators = known_to_doctors(version)
    values = model_values(prediction) if prediction else {}
    rows = []
    for comparator in comparators:
        found = alone(comparator, values) if prediction else None
        label = localized(comparator["label"])
        theirs = "" if found is None else percent(found)
        rows.append(_compared(comparator["code"], label, comparator.get("metrics") or {}, theirs))
    ours = prediction.probability if prediction else None
    rows.append(
        _compared(
            "model",
            _("This model"),
            version.manifest["metrics"],
            "" if ours is None else percent(ours),
            is_model=True,
        )
    )
    return AddedValue(tuple(rows), tuple(_words(version, comparators)))


def age_sex_sentence(prediction: Prediction) -> str:
    """«From age and sex alone: 8 %; with light chains: 11 %», where the manifest allows it."""
    comparators = known_to_doctors(prediction.version)
    age_sex = next((c for c in comparators if c["code"] == "age-sex"), None)
    if age_sex is None or prediction.probability is None:
        return ""
    found = alone(age_sex, model_values(prediction))
    if found is None:
        return ""
    used = {name for term in age_sex["formula"]["terms"] for name in term["features"]}
    rest = [f for f in schema_of(prediction.version) if f.name not in used]
    families = list(dict.fromkeys(localized(f.family) for f in rest if f.family))
    what = sentences.inside(families[0]) if len(families) == 1 else _("all inputs")
    return sentences.beyond(localized(age_sex["label"]), found, prediction.probability, what)
