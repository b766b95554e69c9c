"""Results of the chart as lines of a table, each with its trend and its earlier values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.portal.charts.trend import Trend, trend
from diagnosis.portal.words.range_shown import ShownRange
from diagnosis.records.chart import Chart
from diagnosis.records.results import Group, Line, Shown
from medportal.common.signs import before_unit

SPARK_HEIGHT, SPARK_MARGIN = 30, 7
SPARK_POINTS = 8
MOST_DAYS = 6
FEWEST_FOR_TREND = 2


@dataclass(frozen=True)
class ResultLine:
    line: Line
    spark: Trend | None

    @property
    def key(self) -> str:
        """An id for the page: no code of a system holds what an id may not."""
        return "".join(c if c.isalnum() else "-" for c in self.line.key)

    @property
    def range(self) -> ShownRange | None:
        """The newest value against its usual range; no model is in play in the chart."""
        shown = self.line.latest
        if shown.number is None:
            return None
        return ShownRange(
            name=self.key,
            label=self.line.label,
            text=f"{shown.text}{before_unit(shown.unit_text, ' ')}{shown.unit_text}".strip(),
            value=shown.number,
            usual=shown.reference,
            critical=shown.critical,
            decimals=shown.code.decimals_in(shown.unit) if shown.code else 2,
            unit=shown.unit_text,
        )


@dataclass(frozen=True)
class Sheet:
    """Earlier values as a flow sheet: one row a quantity, one column a day."""

    days: list[date]
    rows: list[tuple[Line, list[Shown | None]]]


@dataclass(frozen=True)
class ResultGroup:
    """Lines under one heading: what is out of range first, then family by family."""

    label: str
    lines: list[ResultLine]
    is_critical: bool = False


def sheet_of(group: Group) -> Sheet | None:
    """The last days on which anything of the family was measured; none if there is only one."""
    by_day = [(line, _by_day(line)) for line in group.lines]
    days = sorted({day for _line, held in by_day for day in held}, reverse=True)[:MOST_DAYS]
    if len(days) < FEWEST_FOR_TREND:
        return None
    return Sheet(days, [(line, [held.get(day) for day in days]) for line, held in by_day])


def _by_day(line: Line) -> dict[date, Shown]:
    """The newest value of each day."""
    return {timezone.localdate(shown.observed_at): shown for shown in reversed(line.values)}


def spark(line: Line) -> Trend | None:
    points = line.points[-SPARK_POINTS:]
    if len(points) < FEWEST_FOR_TREND:
        return None
    return trend(points, reference=line.usual, height=SPARK_HEIGHT, margin=SPARK_MARGIN)


@dataclass(frozen=True)
class Results:
    """The chart's results for page and paper; a column that would be empty is left out."""

    groups: list[ResultGroup]
    sheets: list[tuple[str, Sheet]]

    @property
    def _lines(self) -> list[ResultLine]:
        return [one for group in self.groups for one in group.lines]

    @property
    def has_ranges(self) -> bool:
        return any(one.line.latest.reference_text for one in self._lines)

    @property
    def has_before(self) -> bool:
        return any(one.line.previous for one in self._lines)

    @property
    def has_trends(self) -> bool:
        return any(one.spark for one in self._lines)

    @property
    def width(self) -> int:
        """How many columns the table has."""
        return 4 + self.has_ranges + self.has_before + self.has_trends


def results_of(chart: Chart) -> Results:
    """Critical values first, then what else is out of range, then the rest by family."""
    critical = [line for line in chart.abnormal if line.latest.critical]
    outside = [line for line in chart.abnormal if not line.latest.critical]
    rest = [
        (group.label, [line for line in group.lines if line not in chart.abnormal])
        for group in chart.groups
    ]
    headed = [
        (_("Critical: look at once"), critical),
        (_("Outside the usual range"), outside),
        *rest,
    ]
    groups = [
        ResultGroup(label, [ResultLine(line, spark(line)) for line in lines], lines is critical)
        for label, lines in headed
        if lines
    ]
    sheets = [(group.label, sheet_of(group)) for group in chart.groups]
    return Results(groups, [(label, sheet) for label, sheet in sheets if sheet])
