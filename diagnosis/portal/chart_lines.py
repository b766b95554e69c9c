"""Results of the chart as lines of a table, each with its trend and its earlier values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from diagnosis.portal.charts.trend import Trend, trend
from diagnosis.records.chart import Chart
from diagnosis.records.results import Group, Line, Shown

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


@dataclass(frozen=True)
class Sheet:
    """Earlier values as a flow sheet: one row a quantity, one column a day."""

    days: list[date]
    rows: list[tuple[Line, list[Shown | None]]]


@dataclass(frozen=True)
class ResultGroup:
    group: Group
    lines: list[ResultLine]

    @property
    def label(self) -> str:
        return self.group.label

    @property
    def slug(self) -> str:
        return self.group.family.slug

    @property
    def sheet(self) -> Sheet | None:
        """The last days on which anything of the family was measured; none if there is only one."""
        by_day = [(line, _by_day(line)) for line in self.group.lines]
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


def groups_of(chart: Chart) -> list[ResultGroup]:
    return [
        ResultGroup(group, [ResultLine(line, spark(line)) for line in group.lines])
        for group in chart.groups
    ]
