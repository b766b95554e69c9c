"""How far a slider reaches and how finely, in each unit in which the value may be typed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from diagnosis.inputs.units import units_in_order
from diagnosis.ml import Artifact, Feature
from diagnosis.portal.words import wording
from medportal.common.signs import before_unit

Range = tuple[float, float]
NEARLY = 1e-6
ROOM = 0.5
"""A slider goes on beyond what most patients have, by half of that on either side."""


@dataclass(frozen=True)
class Scale:
    """One unit of a number: ends and step of the slider, and the factor into the model's unit."""

    unit: str
    factor: float
    low: float
    high: float
    decimals: int

    @property
    def step(self) -> float:
        return float(10.0**-self.decimals)

    @property
    def label(self) -> str:
        return wording.unit(self.unit)

    def text(self, converted: float) -> str:
        """A value of the model's unit as a field in this unit holds it."""
        return f"{converted / self.factor:.{self.decimals}f}"

    def said(self, converted: float) -> str:
        """The same with its unit, to be read."""
        return self.text(converted) + (before_unit(self.label) + self.label if self.label else "")

    @property
    def attributes(self) -> dict[str, str]:
        """For the page's script; numbers as HTML writes them, whatever the language."""
        return {
            "factor": f"{self.factor:.12g}",
            "low": f"{self.low:.{self.decimals}f}",
            "high": f"{self.high:.{self.decimals}f}",
            "step": f"{self.step:.{self.decimals}f}",
            "decimals": str(self.decimals),
        }


def scales_of(feature: Feature, usual: Range | None, values: Iterable[float]) -> list[Scale]:
    """One a unit; without a unit one that is called ``""``."""
    own = [value for value in values if math.isfinite(value)]
    allowed = _allowed(feature, own)
    reach = _reach(feature, usual, own, allowed)
    return [_scale(feature, unit, reach, allowed) for unit in units_in_order(feature) or ("",)]


def usual_range(artifact: Artifact | None, feature: Feature) -> Range | None:
    """Between which values most patients of the training data lie, where the model says so."""
    novelty = artifact.novelty if artifact is not None else None
    return novelty.usual(feature.name) if novelty is not None else None


def _allowed(feature: Feature, own: list[float]) -> Range:
    """What the service takes, and this patient's own value whatever it is."""
    low, high = feature.limits or feature.bounds or (-math.inf, math.inf)
    return (min([low, *own]), max([high, *own]))


def _reach(feature: Feature, usual: Range | None, own: list[float], allowed: Range) -> Range:
    """Most patients' values and some room, this patient's own, the laboratory's usual range.

    Never beyond what the service takes: that would only be refused.
    """
    marks = [*own, *(feature.reference_range or ())]
    if usual is not None:
        room = (usual[1] - usual[0]) * ROOM
        marks += [usual[0] - room, usual[1] + room]
    else:
        marks += [edge for edge in allowed if math.isfinite(edge)]
    low = max(min(marks, default=0.0), allowed[0])
    high = min(max(marks, default=1.0), allowed[1])
    return (low, high) if high > low else (low, low + 1)


def _scale(feature: Feature, unit: str, reach: Range, allowed: Range) -> Scale:
    """Ends on whole steps: outwards where that is still allowed, else inwards."""
    factor = feature.convert(1.0, unit or None)
    decimals = max(0, feature.decimals + round(math.log10(factor)))
    grain = 10.0**decimals
    low, high = (edge / factor * grain for edge in reach)
    bottom, top = (edge / factor * grain for edge in allowed)
    outer, inner = math.floor(low + NEARLY), math.ceil(low - NEARLY)
    start = outer if outer >= bottom - NEARLY else inner
    outer, inner = math.ceil(high - NEARLY), math.floor(high + NEARLY)
    end = outer if outer <= top + NEARLY else inner
    return Scale(unit, factor, start / grain, max(end, start + 1) / grain, decimals)
