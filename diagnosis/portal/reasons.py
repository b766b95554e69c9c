"""The reasons of a result: the waterfall with each input's value, date, range and remarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from diagnosis.inference.models import Explanation, Prediction
from diagnosis.inference.soundness import fault
from diagnosis.portal import sentences
from diagnosis.portal.charts.twins import with_twins_joined
from diagnosis.portal.charts.waterfall import OTHER, Bar, Factor, Waterfall, waterfall
from diagnosis.portal.figures import exact_percent, percent, signed
from diagnosis.portal.inputs_shown import ShownInput
from diagnosis.registry import contradictions
from diagnosis.registry.models import ModelVersion
from medportal.common.text import localized


@dataclass(frozen=True)
class ReasonRow:
    """One bar with everything that stands beside it."""

    bar: Bar
    label: str
    shown: ShownInput | None
    members: tuple[ShownInput, ...]
    is_against: bool
    why_against: str

    @property
    def points(self) -> str:
        return signed(self.bar.points)

    @property
    def error(self) -> str:
        if self.bar.error_points is None:
            return ""
        return "±<1" if self.bar.error_points == 0 else f"±{self.bar.error_points}"

    @property
    def from_to(self) -> tuple[str, str]:
        """Where the estimate stood before this input and after it."""
        return percent(self.bar.start), percent(self.bar.end)


METHODS: dict[Any, Any] = {
    "exact": _("exact"),
    "kernel": _("sampled"),
    "mixed": _("partly sampled"),
}


@dataclass(frozen=True)
class Reasons:
    """Picture, rows and sentence of one explanation."""

    picture: Waterfall
    rows: tuple[ReasonRow, ...]
    other_labels: tuple[str, ...]
    base_name: str
    base: str
    result: str
    sentence: str
    method: str
    background: Mapping[str, Any]

    @property
    def ticks(self) -> list[tuple[str, str]]:
        return [(at, exact_percent(value)) for at, value in self.picture.ticks]

    @property
    def rounding(self) -> str:
        return signed(self.picture.rounding) if self.picture.rounding else ""

    @property
    def has_errors(self) -> bool:
        return any(row.bar.error is not None for row in self.rows)

    @property
    def has_filled_in(self) -> bool:
        return any(row.bar.factor.filled_in for row in self.rows)


def against_the_usual(version: ModelVersion) -> dict[str, str]:
    """Features that move this model against the usual direction, with the reviewer's words."""
    return {
        str(entry["feature"]): localized(contradictions.note(version, str(entry["feature"])))
        for entry in contradictions.found(version)
    }


def _factors(content: Mapping[str, Any], shown: Mapping[str, ShownInput]) -> list[Factor]:
    return [
        Factor(
            key=given["feature"],
            contribution=float(given["contribution"]),
            standard_error=given.get("standard_error"),
            filled_in=given["feature"] in shown and shown[given["feature"]].filled_in,
        )
        for given in content.get("attributions") or ()
    ]


@dataclass(frozen=True)
class _Named:
    """What stands beside a bar: its label and the inputs behind it."""

    shown: Mapping[str, ShownInput]
    members: Mapping[str, tuple[str, ...]]
    against: Mapping[str, str]

    def label(self, key: str) -> str:
        if key in self.members:
            return sentences.together([self.label(name) for name in self.members[key]])
        return self.shown[key].label if key in self.shown else key

    def row(self, bar: Bar, others: int) -> ReasonRow:
        key = bar.factor.key
        inputs = self.members.get(key, ())
        notes = [self.against[name] for name in (key, *inputs) if name in self.against]
        return ReasonRow(
            bar=bar,
            label=sentences.others(others) if key == OTHER else self.label(key),
            shown=self.shown.get(key),
            members=tuple(self.shown[name] for name in inputs if name in self.shown),
            is_against=bool(notes),
            why_against=" ".join(notes),
        )


def reasons(
    prediction: Prediction, explanation: Explanation, shown: Mapping[str, ShownInput]
) -> Reasons | None:
    """The reasons, or None where they do not add up to the result and must not be drawn."""
    content, version = explanation.content or {}, prediction.version
    probability = prediction.probability
    if probability is None or fault(content, probability):
        return None
    twins = version.manifest.get("correlated") or ()
    factors, members = with_twins_joined(_factors(content, shown), twins)
    picture = waterfall(float(content["base_value"]), factors, probability)
    if picture is None:
        return None
    named = _Named(shown, members, against_the_usual(version))
    other_keys = picture.other.keys if picture.other else ()
    background = content.get("background") or {}
    return Reasons(
        picture=picture,
        rows=tuple(named.row(bar, len(other_keys)) for bar in picture.bars),
        other_labels=tuple(named.label(key) for key in other_keys),
        base_name=sentences.base_name(version.service.sheet, background.get("rows")),
        base=percent(picture.base),
        result=percent(picture.result),
        sentence=sentences.reasons_sentence(
            picture, {factor.key: named.label(factor.key) for factor in factors}
        ),
        method=str(METHODS.get(content.get("method"), content.get("method") or "")),
        background=background,
    )
