"""What the machine adds, in words and whole numbers: age and sex, the usual score, the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inference.lists import added
from diagnosis.inference.lists.added import Compared
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.portal.words import sentences
from diagnosis.portal.words.figures import decimal, percent, signed_decimal
from diagnosis.registry.models import ModelVersion
from medportal.common.text import localized


@dataclass(frozen=True)
class Row:
    """One row of the comparison."""

    code: str
    label: str
    auroc: str
    difference: str
    brier: str
    for_patient: str
    is_model: bool


@dataclass(frozen=True)
class AddedValue:
    """The rows, what they mean in plain words, and on how many patients they were measured."""

    rows: tuple[Row, ...]
    words: tuple[str, ...]
    patients: int | None

    @property
    def lacks_one(self) -> bool:
        """Whether a comparator says nothing of this patient."""
        return any(not row.for_patient for row in self.rows)


def metric_interval(metric: Mapping[str, Any] | None, decimals: int = 3) -> str:
    if not metric or metric.get("lower") is None or metric.get("upper") is None:
        return ""
    low, high = decimal(metric["lower"], decimals), decimal(metric["upper"], decimals)
    return f"{low}\u2013{high}"


def difference(value: float | None, ends: tuple[float, float] | None) -> str:
    """«+0.041 (+0.020 to +0.061)»: by how much the model is ahead, with its 95 % interval."""
    if value is None:
        return ""
    if ends is None:
        return signed_decimal(value, 3)
    return _("%(value)s (%(lower)s to %(upper)s)") % {
        "value": signed_decimal(value, 3),
        "lower": signed_decimal(ends[0], 3),
        "upper": signed_decimal(ends[1], 3),
    }


def _row(found: Compared) -> Row:
    return Row(
        code=found.code,
        label=localized(found.label),
        auroc=decimal(found.auroc.value, 3),
        difference=difference(found.difference, found.difference_ends),
        brier=decimal(found.brier, 3),
        for_patient="" if found.probability is None else percent(found.probability),
        is_model=found.is_model,
    )


def _words(version: ModelVersion, rows: Sequence[Compared]) -> tuple[str, ...]:
    """Gain or no gain over what a clinician already has, and what was never compared."""
    words = [
        sentences.gain(localized(row.label), row.difference, row.verdict, row.difference_ends)
        for row in rows
        if row.verdict is not None and row.difference is not None
    ]
    lacking = [sentences.say(f"no_{code}") for code in added.not_compared(version)]
    return (*words, *lacking)


def added_value(version: ModelVersion, prediction: Prediction | None = None) -> AddedValue:
    """For the service's page, and with a prediction for this patient, too."""
    rows = added.compared(version, prediction)
    patients = added.patients_compared(version)
    return AddedValue(tuple(map(_row, rows)), _words(version, rows), patients)


def age_sex_sentence(prediction: Prediction) -> str:
    """«From age and sex alone: 8 %; with light chains: 11 %», where the manifest allows it."""
    comparators = added.known_to_doctors(prediction.version)
    age_sex = next((c for c in comparators if c.code == "age-sex"), None)
    if age_sex is None or age_sex.formula is None or prediction.headline is None:
        return ""
    found = age_sex.alone(added.model_values(prediction))
    if found is None:
        return ""
    used = {name for term in age_sex.formula.terms for name in term.features}
    rest = [f for f in schema_of(prediction.version) if f.name not in used]
    families = list(dict.fromkeys(localized(f.family) for f in rest if f.family))
    what = sentences.inside(families[0]) if len(families) == 1 else _("all inputs")
    return sentences.beyond(localized(age_sex.label), found, prediction.headline, what)
