"""A trend joins what belongs together and leaves gaps where nobody measured."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from diagnosis.portal.charts.ticks import moments
from diagnosis.portal.charts.trend import trend

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Point:
    at: datetime
    value: float
    flag: str = ""


def after(days: float, value: float, flag: str = "") -> Point:
    return Point(START + timedelta(days=days), value, flag)


def test_points_stand_in_time_order_and_higher_values_higher():
    drawn = trend([after(10, 9.0), after(0, 5.0), after(5, 7.0)], height=100)
    assert [mark.point.value for mark in drawn.marks] == [5.0, 7.0, 9.0]
    heights = [float(mark.y) for mark in drawn.marks]
    assert heights == sorted(heights, reverse=True)


def test_values_far_apart_are_not_joined():
    drawn = trend([after(0, 5), after(7, 6), after(14, 6), after(200, 7)])
    assert len(drawn.lines) == 2


def test_yearly_visits_are_joined_and_a_lost_year_is_not():
    yearly = trend([after(365 * year, year) for year in range(4)])
    assert len(yearly.lines) == 3
    assert trend([after(0, 1), after(800, 2)]).lines == ()


def test_the_usual_range_is_part_of_the_scale():
    drawn = trend([after(0, 5.0), after(1, 5.2)], reference=(1.0, 10.0), height=100, margin=10)
    assert (float(drawn.usual.y), float(drawn.usual.height)) == (10.0, 80.0)


def test_a_range_open_above_reaches_the_upper_edge():
    drawn = trend([after(0, 50), after(1, 70)], reference=(60, None), height=100, margin=10)
    assert float(drawn.usual.y) == 0


def test_one_value_that_never_changed_can_be_drawn():
    drawn = trend([after(0, 4.0)])
    assert drawn.marks[0].x == "50.00%"
    assert drawn.lines == ()


def test_nothing_is_drawn_of_nothing():
    assert trend([]) is None


def test_the_axis_says_round_values_and_the_limits_of_the_usual_range():
    given = [after(day, value) for day, value in ((0, 0.7), (30, 0.9), (60, 2.4))]
    drawn = trend(given, reference=(0.2, 1.2), height=220, with_axes=True)

    assert [limit for _y, limit in drawn.axes.limits] == [0.2, 1.2]
    values = [value for _y, value in drawn.axes.values]
    assert values
    assert all(value == round(value, 1) for value in values)
    heights = [float(y) for y, _value in drawn.axes.values]
    assert heights == sorted(heights, reverse=True)
    assert all(0 <= y <= 220 for y in heights)


@pytest.mark.parametrize("days", [0.1, 1, 3, 20, 90, 400, 2000, 9000])
def test_round_moments_lie_between_the_first_and_the_last_and_are_few(days):
    start = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    end = start + timedelta(days=days)

    found = moments(start, end)

    assert len(found) <= 6
    assert found == sorted(set(found))
    assert all(start <= at <= end for at in found)
