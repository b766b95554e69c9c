"""The waterfall: from the average to this patient, one bar a reason, adding up to the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnosis.portal.charts.rounding import whole
from diagnosis.portal.charts.scale import Axis, around

MOST_BARS = 8
SURE = 1.96
"""Standard errors to either side of a bar's end: a 95 % interval."""
LARGEST_GAP = 0.005
"""Bars that miss the result by more than half a point are not drawn."""


@dataclass(frozen=True)
class Factor:
    """What one input adds to the probability, with its standard error."""

    key: str
    contribution: float
    standard_error: float | None = None
    filled_in: bool = False


@dataclass(frozen=True)
class Bar:
    """One row: printed points, and where its bar and its error stand."""

    factor: Factor
    start: float
    end: float
    points: int
    error_points: int | None
    left: str
    width: str
    start_at: str
    end_at: str
    error: tuple[str, str] | None

    @property
    def effect(self) -> str:
        if self.points == 0:
            return "none"
        return "raises" if self.points > 0 else "lowers"


@dataclass(frozen=True)
class Other:
    """What stands in the last bar: how many inputs, and which."""

    count: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Waterfall:
    """All bars, the printed sum, and what rounding adds to it."""

    axis: Axis
    base: float
    result: float
    bars: tuple[Bar, ...]
    other: Other | None
    rounding: int

    @property
    def base_at(self) -> str:
        return self.axis.percent(self.base)

    @property
    def result_at(self) -> str:
        return self.axis.percent(self.result)

    @property
    def ticks(self) -> list[tuple[str, float]]:
        return [(self.axis.percent(t), t) for t in self.axis.ticks]


OTHER = "other"


def _gathered(factors: Sequence[Factor]) -> tuple[list[Factor], Other | None]:
    """The largest first; from the ninth on they share one bar."""
    ordered = sorted(factors, key=lambda f: -abs(f.contribution))
    if len(ordered) <= MOST_BARS:
        return ordered, None
    shown_ones, rest = ordered[:MOST_BARS], ordered[MOST_BARS:]
    errors = [f.standard_error for f in rest]
    known = [e for e in errors if e is not None]
    # Errors of attributions from one background hang together: their sum is the safe side.
    error = sum(known) if len(known) == len(errors) else None
    together = Factor(OTHER, sum(f.contribution for f in rest), error)
    return [*shown_ones, together], Other(len(rest), tuple(f.key for f in rest))


def _axis(base: float, factors: Sequence[Factor]) -> Axis:
    marks, at = [base], base
    for factor in factors:
        at += factor.contribution
        reach = SURE * (factor.standard_error or 0.0)
        marks += [at, at - reach, at + reach]
    return around(marks)


def _bar(axis: Axis, factor: Factor, start: float) -> Bar:
    end = start + factor.contribution
    left, width = axis.span(start, end)
    error, error_points = None, None
    if factor.standard_error is not None:
        reach = SURE * factor.standard_error
        error_points = whole(reach)
        error = (axis.percent(end - reach), axis.percent(end + reach))
    return Bar(
        factor=factor,
        start=start,
        end=end,
        points=whole(factor.contribution),
        error_points=error_points,
        left=left,
        width=width,
        start_at=axis.percent(start),
        end_at=axis.percent(end),
        error=error,
    )


def waterfall(base: float, factors: Sequence[Factor], result: float) -> Waterfall | None:
    """The bars from ``base`` to ``result``, or None where they do not add up to it."""
    if abs(base + sum(f.contribution for f in factors) - result) > LARGEST_GAP:
        return None
    gathered, other = _gathered(factors)
    axis, bars, at = _axis(base, gathered), [], base
    for factor in gathered:
        bars.append(_bar(axis, factor, at))
        at += factor.contribution
    rounding = whole(result) - whole(base) - sum(bar.points for bar in bars)
    return Waterfall(axis, base, result, tuple(bars), other, rounding)


__all__ = ["OTHER", "Bar", "Factor", "Other", "Waterfall", "waterfall"]
