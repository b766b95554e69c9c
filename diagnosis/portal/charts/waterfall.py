"""The waterfall: from the average to this patient, one bar a reason, adding up to the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from diagnosis.portal.charts.arranging import MOST_BARS, OTHER, Arrangement, arranged
from diagnosis.portal.charts.factors import SURE, Factor
from diagnosis.results.pictures.rounding import decimals_for, rounded, shared_out
from diagnosis.results.pictures.scale import Axis, around

LARGEST_GAP = 0.005
"""Bars that miss the result by more than half a point are not drawn."""


@dataclass(frozen=True)
class Bar:
    """One row: printed points, and where its bar and its error stand.

    ``inner`` are the bars behind one that several inputs share; they begin where it begins.
    """

    factor: Factor
    start: float
    end: float
    points: float
    error_points: float | None
    left: str
    width: str
    start_at: str
    end_at: str
    error: tuple[str, str] | None
    inner: tuple[Bar, ...] = ()
    decimals: int = 0

    @property
    def effect(self) -> str:
        if not self.factor.is_distinguishable:
            return "unsure"
        if self.points == 0:
            return "none"
        return "raises" if self.points > 0 else "lowers"

    @property
    def range_points(self) -> tuple[float, float] | None:
        """The 95 % interval of the contribution, in points."""
        error = self.factor.standard_error
        if error is None:
            return None
        reach, middle = SURE * error, self.factor.contribution
        return rounded(middle - reach, self.decimals), rounded(middle + reach, self.decimals)


@dataclass(frozen=True)
class Other:
    """What stands in the last bar: how many inputs, and which."""

    count: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Waterfall:
    """All bars; printed, base and points add up to the result, to as many decimals as needed."""

    axis: Axis
    base: float
    result: float
    bars: tuple[Bar, ...]
    decimals: int = 0

    @property
    def other(self) -> Other | None:
        """The folded ones, if any are."""
        last = self.bars[-1].factor if self.bars else None
        if last is None or last.key != OTHER:
            return None
        return Other(len(last.inner), tuple(factor.key for factor in last.inner))

    @property
    def base_at(self) -> str:
        return self.axis.percent(self.base)

    @property
    def result_at(self) -> str:
        return self.axis.percent(self.result)

    @property
    def ticks(self) -> list[tuple[str, float]]:
        return [(self.axis.percent(t), t) for t in self.axis.ticks]


def _steps(factors: Iterable[Factor], start: float) -> Iterator[tuple[Factor, float]]:
    """Each factor with where its bar begins, those behind it too."""
    for factor in factors:
        yield factor, start
        yield from _steps(factor.inner, start)
        start += factor.contribution


def _axis(base: float, factors: Sequence[Factor], ends: tuple[float, float]) -> Axis:
    marks = [base]
    for factor, start in _steps(factors, base):
        end, reach = start + factor.contribution, SURE * (factor.standard_error or 0.0)
        marks += [end, end - reach, end + reach]
    return around(marks, ends=ends)


def _bars(
    axis: Axis, factors: Sequence[Factor], start: float, total: float, decimals: int
) -> tuple[Bar, ...]:
    """Bars whose printed points are ``total`` together."""
    bars = []
    printed = shared_out([factor.contribution for factor in factors], total, decimals)
    for factor, points in zip(factors, printed, strict=True):
        bars.append(_bar(axis, factor, start, points, decimals))
        start += factor.contribution
    return tuple(bars)


def _bar(axis: Axis, factor: Factor, start: float, points: float, decimals: int) -> Bar:
    end = start + factor.contribution
    left, width = axis.span(start, end)
    error, error_points = None, None
    if factor.standard_error is not None:
        reach = SURE * factor.standard_error
        error_points = rounded(reach, decimals)
        error = (axis.percent(end - reach), axis.percent(end + reach))
    return Bar(
        factor=factor,
        start=start,
        end=end,
        points=points,
        error_points=error_points,
        left=left,
        width=width,
        start_at=axis.percent(start),
        end_at=axis.percent(end),
        error=error,
        inner=_bars(axis, factor.inner, start, points, decimals),
        decimals=decimals,
    )


def waterfall(
    base: float,
    factors: Sequence[Factor],
    result: float,
    arrangement: Arrangement | None = None,
    ends: tuple[float, float] = (0.0, 1.0),
) -> Waterfall | None:
    """The bars from ``base`` to ``result``, or None where they do not add up to it."""
    if abs(base + sum(f.contribution for f in factors) - result) > LARGEST_GAP:
        return None
    rows = arranged(factors, arrangement or Arrangement())
    axis = _axis(base, rows, ends)
    decimals = decimals_for([factor.contribution for factor in rows], base, result)
    total = rounded(result, decimals) - rounded(base, decimals)
    return Waterfall(axis, base, result, _bars(axis, rows, base, total, decimals), decimals)


__all__ = ["MOST_BARS", "OTHER", "Bar", "Factor", "Other", "Waterfall", "waterfall"]
