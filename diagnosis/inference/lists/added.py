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
from diagnosis.ml.evaluation.formula import Formula
from diagnosis.registry.models import ModelVersion
from medportal.common.text import Text, localized

FOR_DOCTORS = ("age-sex", "usual")
"""Comparators that a clinician knows; the others are for the version's page."""

MODEL = "model"
Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Figure:
    """One metric with the ends of its 95 % interval, as far as they are known."""

    value: float | None = None
    ends: tuple[float, float] | None = None

    @classmethod
    def from_dict(cls, stored: Mapping[str, float | None] | None) -> Figure:
        given = stored or {}
        low, high = given.get("lower"), given.get("upper")
        known = None if low is None or high is None else (low, high)
        return cls(given.get("value"), known)


@dataclass(frozen=True)
class Comparator:
    """What a manifest keeps of a simple score that was measured beside the model."""

    code: str
    label: Text | str
    auroc: Figure
    brier: Figure
    ahead: Figure
    """By how much the AUROC of the model is greater, on the same folds, where that was measured."""
    verdict: str
    formula: Formula | None

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Comparator:
        metrics, formula = stored.get("metrics") or {}, stored.get("formula")
        return cls(
            code=stored["code"],
            label=stored["label"],
            auroc=Figure.from_dict(metrics.get("auroc")),
            brier=Figure.from_dict(metrics.get("brier")),
            ahead=Figure.from_dict(stored.get("difference")),
            verdict=stored.get("verdict") or "no-gain",
            formula=Formula.from_dict(formula) if formula else None,
        )

    def alone(self, values: Values) -> float | None:
        """What it says of a patient, where the manifest holds its formula."""
        return None if self.formula is None else self.formula.probability(values)

    def behind(self, model: Figure) -> float | None:
        """By how much the model is ahead; where it was not measured, by the difference of both."""
        if self.auroc.value is None or model.value is None:
            return None
        measured = self.ahead.value
        return float(model.value - self.auroc.value if measured is None else measured)


@dataclass(frozen=True)
class Compared:
    """One estimate beside the others; ``probability`` is that of this patient.

    ``verdict`` and ``difference`` are the model's against it: gain, no-gain or loss of AUROC, on
    the same patients; ``difference_ends`` is the 95 % interval of that difference.
    """

    code: str
    label: Text | str
    auroc: Figure
    brier: float | None
    probability: float | None
    verdict: str | None = None
    difference: float | None = None
    difference_ends: tuple[float, float] | None = None

    @property
    def is_model(self) -> bool:
        return self.code == MODEL


def known_to_doctors(version: ModelVersion) -> list[Comparator]:
    listed = map(Comparator.from_dict, version.manifest.get("comparators") or ())
    return [one for one in listed if one.code in FOR_DOCTORS]


def not_compared(version: ModelVersion) -> list[str]:
    """Which of the two comparisons this version lacks: its pages say so."""
    there = {comparator.code for comparator in known_to_doctors(version)}
    return [code for code in FOR_DOCTORS if code not in there]


def patients_compared(version: ModelVersion) -> int | None:
    """How many patients all estimates were measured on."""
    found = (version.manifest.get("evaluation") or {}).get("rows")
    return found if isinstance(found, int) else None


def model_values(prediction: Prediction) -> Values:
    """The inputs as the model saw them, in the features' units; what was missing is None."""
    return {name: entry.converted for name, entry in prediction.snapshot.items()}


def compared(version: ModelVersion, prediction: Prediction | None) -> list[Compared]:
    """The comparators that a clinician knows, and the model last."""
    values = None if prediction is None else model_values(prediction)
    metrics = version.manifest["metrics"]
    ours, brier = Figure.from_dict(metrics.get("auroc")), Figure.from_dict(metrics.get("brier"))
    rows = [_beside(one, ours, values) for one in known_to_doctors(version)]
    probability = None if prediction is None else prediction.headline
    return [*rows, Compared(MODEL, _("This model"), ours, brier.value, probability)]


def _beside(comparator: Comparator, ours: Figure, values: Values | None) -> Compared:
    difference = comparator.behind(ours)
    return Compared(
        code=comparator.code,
        label=comparator.label,
        auroc=comparator.auroc,
        brier=comparator.brier.value,
        probability=None if values is None else comparator.alone(values),
        verdict=None if difference is None else comparator.verdict,
        difference=difference,
        difference_ends=comparator.ahead.ends,
    )


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
                "auroc": row.auroc.value,
                "auroc_interval": row.auroc.ends,
                "brier": row.brier,
                "verdict": row.verdict,
                "auroc_difference": row.difference,
                "auroc_difference_interval": row.difference_ends,
            }
            for row in compared(version, prediction)
        ],
    }
