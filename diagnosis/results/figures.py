"""Numbers on a scale as clinicians read them: whole per cent, whole people of a hundred, steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from diagnosis.ml.results.estimate import Scale
from diagnosis.results.pictures.rounding import rounded, whole
from medportal.common.moments import reads_chinese
from medportal.common.quantities import number, unit
from medportal.common.signs import before_unit

NARROW = "\u00a0"  # between a number and its sign: never broken
MINUS = "\u2212"
SURELY = 0.99
HARDLY = 0.01


def percent(fraction: float, decimals: int = 0) -> str:
    """«17 %», «<1 %», «>99 %»: a model of this size knows no more than whole per cent.

    ``decimals`` where reasons smaller than a point are added up to it.
    """
    gap = "" if reads_chinese() else NARROW
    if decimals:
        return f"{rounded(fraction, decimals):.{decimals}f}{gap}%"
    if fraction < HARDLY:
        return f"<1{gap}%"
    if fraction > SURELY:
        return f">99{gap}%"
    return f"{whole(fraction)}{gap}%"


def exact_percent(fraction: float) -> str:
    """Whole per cent of a limit or a count, where «<1 %» would be wrong."""
    return f"{whole(fraction)}{'' if reads_chinese() else NARROW}%"


def percent_range(low: float, high: float) -> str:
    """«78–86 %»: the sign once."""
    first = percent(low).removesuffix("%").rstrip(NARROW)
    return f"{first}\u2013{percent(high)}"


def exact_range(low: float, high: float) -> str:
    return f"{whole(low)}\u2013{exact_percent(high)}"


def signed(points: float, decimals: int = 0) -> str:
    if points == 0:
        return "0"
    size = f"{abs(points):.{decimals}f}"
    return f"+{size}" if points > 0 else f"{MINUS}{size}"


class Figures(Protocol):
    """How the numbers of one scale are said.

    Pictures and sums reckon in hundreds of the smallest step that is shown, so that a point of a
    picture is a per cent or one step: ``grain`` is as much on the scale.
    """

    @property
    def scale(self) -> Scale: ...

    @property
    def grain(self) -> float: ...

    @property
    def unit(self) -> str:
        """As it is printed; empty for a probability, whose differences are points."""

    def said(self, value: float, decimals: int = 0) -> str:
        """An estimate; ``decimals`` finer than a step."""

    def exact(self, value: float) -> str:
        """A limit or a mark of an axis."""

    def span(self, low: float, high: float) -> str:
        """From one estimate to another."""

    def exact_span(self, low: float, high: float) -> str:
        """From one limit to another."""

    def steps(self, points: float, decimals: int = 0) -> str:
        """A size of so many points, without its sign or unit."""

    def sized(self, points: float, decimals: int = 0) -> str:
        """The same with its unit; bare points of a probability."""

    def least(self, decimals: int) -> str:
        """The smallest difference that so many decimals can tell."""

    def signed(self, points: float, decimals: int = 0) -> str:
        """A difference of so many points, without its unit."""


@dataclass(frozen=True)
class Percent:
    """A probability; its differences are points."""

    scale: Scale
    grain: float = 1.0
    unit: str = ""

    def said(self, value: float, decimals: int = 0) -> str:
        return percent(value, decimals)

    def exact(self, value: float) -> str:
        return exact_percent(value)

    def span(self, low: float, high: float) -> str:
        return percent_range(low, high)

    def exact_span(self, low: float, high: float) -> str:
        return exact_range(low, high)

    def steps(self, points: float, decimals: int = 0) -> str:
        return f"{abs(points):.{decimals}f}"

    def sized(self, points: float, decimals: int = 0) -> str:
        return self.steps(points, decimals)

    def least(self, decimals: int) -> str:
        return f"{10**-decimals:g}"

    def signed(self, points: float, decimals: int = 0) -> str:
        return signed(points, decimals)


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, to whole steps of its scale."""

    scale: Scale

    @property
    def grain(self) -> float:
        return 100 * self.scale.step

    @property
    def unit(self) -> str:
        return unit(self.scale.unit)

    def said(self, value: float, decimals: int = 0) -> str:
        return f"{self._figure(value, decimals)}{before_unit(self.unit)}{self.unit}"

    def exact(self, value: float) -> str:
        return self.said(value)

    def span(self, low: float, high: float) -> str:
        return f"{self._figure(low)}\u2013{self.said(high)}"

    def exact_span(self, low: float, high: float) -> str:
        return self.span(low, high)

    def steps(self, points: float, decimals: int = 0) -> str:
        return number(abs(points) * self.scale.step, self._decimals + decimals)

    def sized(self, points: float, decimals: int = 0) -> str:
        return f"{self.steps(points, decimals)}{before_unit(self.unit)}{self.unit}"

    def least(self, decimals: int) -> str:
        return self.steps(10**-decimals, decimals)

    def signed(self, points: float, decimals: int = 0) -> str:
        size = self.steps(points, decimals)
        return "0" if points == 0 else f"{'+' if points > 0 else MINUS}{size}"

    @property
    def _decimals(self) -> int:
        return max(0, -math.floor(math.log10(self.scale.step) + 1e-9))

    def _figure(self, value: float, decimals: int = 0) -> str:
        """In whole steps, halves away from zero."""
        steps = rounded(value / self.grain, decimals)
        return number(steps * self.scale.step, self._decimals + decimals)


PERCENT = Percent(Scale())
