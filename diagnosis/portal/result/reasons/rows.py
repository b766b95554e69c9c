"""The rows of the waterfall: what stands beside each bar, and what is behind one that is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.portal.charts.arranging import FAMILY
from diagnosis.portal.charts.factors import SURE
from diagnosis.portal.charts.waterfall import OTHER, Bar
from diagnosis.portal.words import sentences
from diagnosis.portal.words.inputs_shown import ShownInput
from diagnosis.results.figures import Figures


@dataclass(frozen=True)
class DrawnPart:
    """One part of an input: a stretch, a tile, a word."""

    name: str
    points: str
    raises: bool


@dataclass(frozen=True)
class Drawn:
    """What stands under a reason whose input has several parts, as its kind draws it."""

    template: str
    parts: tuple[DrawnPart, ...]


@dataclass(frozen=True)
class ReasonRow:
    """One bar with everything that stands beside it.

    ``inputs`` are those whose sum the bar is, where it is not that of one input; ``inner`` are
    rows of their own, opened on demand.
    """

    bar: Bar
    figures: Figures
    name: str
    label: str
    shown: ShownInput | None
    inputs: tuple[ShownInput, ...]
    is_against: bool
    why_against: str
    inner: tuple[ReasonRow, ...] = ()
    heading: str = ""
    drawn: Drawn | None = None

    @property
    def points(self) -> str:
        return self.figures.signed(self.bar.points, self.bar.decimals)

    @property
    def error(self) -> str:
        if self.bar.error_points is None:
            return ""
        decimals = self.bar.decimals
        if self.bar.error_points == 0:
            return f"±<{self.figures.least(decimals)}"
        return f"±{self.figures.steps(self.bar.error_points, decimals)}"

    @property
    def interval(self) -> str:
        """«+3 to +9»: the 95 % interval in points."""
        found = self.bar.range_points
        if found is None:
            return ""
        low, high = (self.figures.signed(points, self.bar.decimals) for points in found)
        return _("{low} to {high}").format(low=low, high=high)

    @property
    def computation(self) -> str:
        """The part of its error that the computation alone makes, where it is not exact."""
        error = self.bar.factor.coalition_error
        return f"±{self.figures.steps(SURE * error * 100, 1)}" if error else ""

    @property
    def from_to(self) -> tuple[str, str]:
        """Where the estimate stood before this input and after it."""
        grain = self.figures.grain
        return self.figures.said(self.bar.start * grain), self.figures.said(self.bar.end * grain)

    @property
    def behind(self) -> list[str]:
        """What is behind a shared bar, by name."""
        return [row.label for row in self.inner]

    @property
    def with_inner(self) -> list[ReasonRow]:
        return [self, *(one for row in self.inner for one in row.with_inner)]


@dataclass(frozen=True)
class Naming:
    """How bars are called: the inputs, the joint ones, the groups, and the reviewer's words."""

    shown: Mapping[str, ShownInput]
    members: Mapping[str, tuple[str, ...]]
    families: Mapping[str, str]
    against: Mapping[str, str]
    figures: Figures
    drawn: Mapping[str, Drawn]

    def label(self, key: str) -> str:
        if key.startswith(FAMILY):
            return self.family(key.removeprefix(FAMILY))
        if key in self.members:
            return sentences.together([self.label(name) for name in self.members[key]])
        return self.shown[key].label if key in self.shown else key

    def family(self, name: str) -> str:
        return self.families.get(name) or sentences.say("ungrouped")

    def row(self, bar: Bar, name: str, heading: str = "") -> ReasonRow:
        key = bar.factor.key
        inputs = self.members.get(key, ())
        notes = [self.against[one] for one in (key, *inputs) if one in self.against]
        return ReasonRow(
            bar=bar,
            figures=self.figures,
            name=name,
            label=self._others(bar) if key == OTHER else self.label(key),
            shown=self.shown.get(key),
            inputs=tuple(self.shown[one] for one in inputs if one in self.shown),
            is_against=bool(notes),
            why_against=" ".join(notes),
            inner=tuple(self.row(one, f"{name}-{n}") for n, one in enumerate(bar.inner, 1)),
            heading=heading,
            drawn=self.drawn.get(key),
        )

    def _others(self, bar: Bar) -> str:
        are_groups = bar.inner[0].factor.key.startswith(FAMILY)
        return sentences.others(len(bar.inner), groups=are_groups)
