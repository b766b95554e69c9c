"""What a model adds to what a clinician already has: the numbers, for page, paper and REST.

Age and sex alone, the usual score or single test, the model: measured on the same rows, and each
asked about this patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inference.models import Prediction
from diagnosis.ml.evaluation import formula_probability
from diagnosis.registry.models import ModelVersion
from medportal.common.text import localized

FOR_DOCTORS = ("age-sex", "usual")
"""Comparators that a clinician knows; the others are for the version's page."""

MODEL = "model"
Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Compared:
    """One estimate beside the others; ``probability`` is that of this patient.

    ``verdict`` and ``difference`` are the model's against it: gain, no-gain or loss of AUROC, on
    the same patients; ``difference_ends`` is the 95 % interval of that difference.
    """

    code: str
    label: Mapping[str, str] | str
    auroc: Mapping[str, Any]
    brier: float | None
    probability: float | None
    verdict: str | None = None
    difference: float | None = None
    difference_ends: tuple[float, float] | None = None

    @property
    def is_model(self) -> bool:
        return self.code == MODEL


def known_to_doctors(version: ModelVersion) -> list[Mapping[str, Any]]:
    return [c for c in version.manifest.get("comparators") or () if c["code"] in FOR_DOCTORS]


def not_compared(version: ModelVersion) -> list[str]:
    """Which of the two comparisons this version lacks: its pages say so."""
    there = {comparator["code"] for comparator in known_to_doctors(version)}
    return [code for code in FOR_DOCTORS if code not in there]


def patients_compared(version: ModelVersion) -> int | None:
    """How many patients all estimates were measured on."""
    found = (version.manifest.get("evaluation") or {}).get("rows")
    return found if isinstance(found, int) else None


def model_values(prediction: Prediction) -> Values:
    """The inputs as the model saw them, in the features' units; what was missing is None."""
    return {name: entry.converted for name, entry in prediction.snapshot.items()}


def alone(comparator: Mapping[str, Any], values: Values) -> float | None:
    """What a comparator says of this patient, where the manifest holds its formula."""
    formula = comparator.get("formula")
    return formula_probability(formula, values) if formula else None


def compared(version: ModelVersion, prediction: Prediction | None) -> list[Compared]:
    """The comparators that a clinician knows, and the model last."""
    values = None if prediction is None else model_values(prediction)
    ours = version.manifest["metrics"]
    rows = [_comparator(one, ours, values) for one in known_to_doctors(version)]
    probability = None if prediction is None else prediction.headline
    model = Compared(MODEL, _("This model"), _metric(ours, "auroc"), _brier(ours), probability)
    return [*rows, model]


def _comparator(
    comparator: Mapping[str, Any], ours: Mapping[str, Any], values: Values | None
) -> Compared:
    theirs = comparator.get("metrics") or {}
    difference = _difference(comparator, theirs, ours)
    verdict = comparator.get("verdict") or "no-gain"
    return Compared(
        code=comparator["code"],
        label=comparator["label"],
        auroc=_metric(theirs, "auroc"),
        brier=_brier(theirs),
        probability=None if values is None else alone(comparator, values),
        verdict=None if difference is None else verdict,
        difference=difference,
        difference_ends=ends(comparator.get("difference")),
    )


def _difference(
    comparator: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> float | None:
    """By how much the model's AUROC is greater; measured on the same folds where that was done."""
    found, model = _metric(theirs, "auroc").get("value"), _metric(ours, "auroc").get("value")
    if found is None or model is None:
        return None
    return float((comparator.get("difference") or {}).get("value", model - found))


def _metric(metrics: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return metrics.get(name) or {}


def _brier(metrics: Mapping[str, Any]) -> float | None:
    value = _metric(metrics, "brier").get("value")
    return None if value is None else float(value)


def shape(prediction: Prediction) -> dict[str, Any]:
    """The same over REST."""
    version = prediction.version
    return {
        "patients": patients_compared(version),
        "not_compared": not_compared(version),
        "estimates": [
            {
                "code": row.code,
                "label": localized(row.label),
                "probability": row.probability,
                "auroc": row.auroc.get("value"),
                "auroc_interval": ends(row.auroc),
                "brier": row.brier,
                "verdict": row.verdict,
                "auroc_difference": row.difference,
                "auroc_difference_interval": row.difference_ends,
            }
            for row in compared(version, prediction)
        ],
    }


def ends(metric: Mapping[str, Any] | None) -> tuple[float, float] | None:
    low, high = (metric or {}).get("lower"), (metric or {}).get("upper")
    return None if low is None or high is None else (low, high)
