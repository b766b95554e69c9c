"""Geometry of the pictures: what is printed adds up, and nothing is drawn that does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from diagnosis.portal.charts.curves import calibration, roc
from diagnosis.portal.charts.directions import direction_bars
from diagnosis.portal.charts.steps import Measured, steps
from diagnosis.portal.charts.twins import families, with_twins_joined
from diagnosis.portal.charts.waterfall import MOST_BARS, OTHER, Factor, waterfall
from diagnosis.registry.sheet.bands import Band
from diagnosis.results.pictures.bands import band_scale
from diagnosis.results.pictures.icons import icon_array
from diagnosis.results.pictures.rounding import rounded, whole
from diagnosis.results.pictures.scale import Axis, around

BANDS = [
    Band.from_dict({"code": code, "lower": lower, "upper": upper})
    for code, lower, upper in (("very-low", 0, 0.02), ("low", 0.02, 0.1), ("high", 0.1, 1))
]


def factors(*contributions, error=0.01):
    return [Factor(f"f{i}", c, error) for i, c in enumerate(contributions)]


def test_printed_points_add_up_to_the_printed_result_without_a_line_of_rounding():
    given = factors(0.146, -0.034, 0.026, 0.016, 0.014)

    picture = waterfall(0.444, given, 0.444 + sum(f.contribution for f in given))

    assert picture.decimals == 0
    assert whole(picture.base) + sum(bar.points for bar in picture.bars) == whole(picture.result)
    assert sum(whole(f.contribution) for f in given) != 17  # otherwise this case shows nothing


@pytest.mark.parametrize("seed", range(40))
def test_rounding_is_never_larger_than_the_smallest_bar_that_is_printed(seed):
    """At random: few or many reasons, large or small, up to and beyond the ends of the scale."""
    rng = np.random.default_rng(seed)
    parts = rng.normal(0, rng.choice([0.002, 0.01, 0.08]), rng.integers(1, 12))
    base = float(rng.uniform(0.05, 0.6))
    picture = waterfall(base, factors(*map(float, parts)), base + float(parts.sum()))

    printed = [abs(bar.factor.contribution) * 100 for bar in picture.bars if bar.points]
    off = [abs(bar.factor.contribution * 100 - bar.points) for bar in picture.bars]
    grain = 10**-picture.decimals
    assert max(off) <= max(min(printed, default=1), 0.1 if picture.decimals else 0) + 1e-9
    assert max(off) < grain + 1e-9
    ends = [rounded(end, picture.decimals) for end in (picture.base, picture.result)]
    assert sum(bar.points for bar in picture.bars) == pytest.approx(ends[1] - ends[0])


def test_small_reasons_are_printed_with_a_decimal_and_add_up_to_ends_that_have_one():
    picture = waterfall(0.042, factors(0.004, 0.003, -0.002), 0.047)

    assert [bar.points for bar in picture.bars] == [0.4, 0.3, -0.2]
    assert picture.decimals == 1


def test_what_stands_behind_a_shared_bar_adds_up_to_it():
    given = factors(0.2, *[0.011] * 12)
    picture = waterfall(0.3, given, 0.3 + sum(f.contribution for f in given))

    last = picture.bars[-1]
    assert last.factor.key == OTHER
    assert sum(bar.points for bar in last.inner) == pytest.approx(last.points)


def test_bars_stand_end_to_end_from_the_average_to_the_result():
    picture = waterfall(0.40, factors(0.2, -0.1, 0.05), 0.55)

    assert picture.bars[0].start == pytest.approx(0.40)
    for before, after in zip(picture.bars, picture.bars[1:], strict=False):
        assert after.start == pytest.approx(before.end)
    assert picture.bars[-1].end == pytest.approx(0.55)


def test_reasons_that_do_not_add_up_are_not_drawn():
    assert waterfall(0.40, factors(0.2), 0.62) is None


def test_the_largest_eight_have_a_bar_and_the_rest_share_one():
    given = factors(*[0.01 * (i + 1) for i in range(11)])

    picture = waterfall(0.1, given, 0.1 + sum(f.contribution for f in given))

    assert len(picture.bars) == MOST_BARS + 1
    assert picture.bars[0].factor.key == "f10"
    assert picture.bars[-1].factor.key == OTHER
    assert picture.other.keys == ("f2", "f1", "f0")
    assert picture.bars[-1].factor.contribution == pytest.approx(0.06)


def test_an_unknown_error_of_one_input_leaves_the_shared_bar_without_error():
    given = [*factors(*[0.05] * 8), Factor("a", 0.01, 0.001), Factor("b", 0.01, None)]

    picture = waterfall(0.1, given, 0.52)

    assert picture.bars[-1].error is None


def test_no_bar_and_no_error_leaves_the_scale_of_probabilities():
    picture = waterfall(0.05, factors(-0.04, 0.01, error=0.2), 0.02)

    assert picture.axis.low >= 0
    assert picture.axis.high <= 1
    for bar in picture.bars:
        assert all(0 <= float(at.rstrip("%")) <= 100 for at in (bar.left, *bar.error))


def test_an_axis_is_never_narrower_than_ten_points():
    axis = around([0.5, 0.51])

    assert axis.high - axis.low >= 0.1 - 1e-9


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.31, 0.78), (0.0, 0.1), (0.2, 0.47)])
def test_an_axis_has_a_few_round_ticks_inside_it(low, high):
    ticks = Axis(low, high).ticks

    assert 2 <= len(ticks) <= 8
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)


@pytest.mark.parametrize("filled", [0, 1, 37, 100])
def test_as_many_figures_are_filled_as_there_are_people(filled):
    picture = icon_array(filled)

    assert len(picture.figures) == 100
    assert sum(figure.filled for figure in picture.figures) == filled
    assert len({(figure.x, figure.y) for figure in picture.figures}) == 100


def test_an_icon_array_of_more_than_a_hundred_is_refused():
    with pytest.raises(ValueError, match="0 to 100"):
        icon_array(101)


def test_the_band_scale_covers_everything_and_marks_where_the_patient_is():
    scale = band_scale(BANDS, 0.05, (0.03, 0.08), "low")

    assert sum(float(s.width.rstrip("%")) for s in scale.segments) == pytest.approx(100)
    assert [s.code for s in scale.segments if s.is_here] == ["low"]
    assert scale.interval_at == ("3%", "8%")
    assert scale.estimate_at == "5%"


def test_limits_that_stand_close_are_written_on_two_lines():
    assert [limit.raised for limit in band_scale(BANDS, 0.5, None).limits] == [False, True]


def test_a_service_without_bands_has_one_plain_scale_without_limits():
    scale = band_scale([], 0.3, None)

    assert len(scale.segments) == 1
    assert scale.limits == ()
    assert scale.interval_at is None


def test_the_roc_curve_runs_from_corner_to_corner():
    picture = roc([[0, 0], [0.2, 0.7], [1, 1]])
    frame = picture.frame

    assert picture.path.startswith(f"M{frame.left} {frame.bottom}L")
    assert picture.path.endswith(f"L{frame.right} {frame.top}")


def test_pictures_without_points_are_not_drawn():
    assert roc([]) is None
    assert calibration([]) is None


def test_a_calibration_bin_shows_its_size_and_its_interval():
    bins = [
        {"mean": 0.1, "observed": 0.12, "lower": 0.05, "upper": 0.2, "n": 20},
        {"mean": 0.8, "observed": 0.7, "lower": 0.6, "upper": 0.8, "n": 80},
    ]

    picture = calibration(bins, [5, 10, 0])
    small, large = picture.bins

    assert small.size < large.size
    assert small.y_upper < small.y < small.y_lower  # SVG counts downwards
    assert [column.count for column in picture.columns] == [5, 10, 0]
    assert picture.height > picture.frame.height


def test_contradictions_come_first_and_a_lowering_input_points_to_the_left():
    bars = direction_bars(
        [
            {"feature": "a", "expected": "raises", "actual": "raises", "effect": 0.4},
            {
                "feature": "b",
                "expected": "raises",
                "actual": "lowers",
                "effect": -0.1,
                "contradiction": True,
            },
        ]
    )

    assert [bar.feature for bar in bars] == ["b", "a"]
    assert float(bars[0].left.rstrip("%")) < 50
    assert bars[1].left == "50.0%"


def test_results_of_two_versions_are_never_joined():
    day = datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC"))
    results = [
        Measured(day, 0.2, 1),
        Measured(day + timedelta(days=30), 0.3, 1),
        Measured(day + timedelta(days=60), 0.6, 2),
    ]

    picture = steps(results)

    assert picture.steps[0].rises_to is not None
    assert picture.steps[1].rises_to is None
    assert [change.version for change in picture.changes] == [2]


def test_one_result_alone_has_no_history():
    assert steps([Measured(datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC")), 0.2, 1)]) is None


def test_twins_stand_in_one_bar_that_adds_up():
    given = [Factor("age", 0.2, 0.01), Factor("kappa", 0.05, 0.01), Factor("lambda", -0.02, 0.01)]

    joined, members = with_twins_joined(given, [["kappa", "lambda"]])

    assert [factor.key for factor in joined] == ["age", "kappa+lambda"]
    assert joined[1].contribution == pytest.approx(0.03)
    assert joined[1].standard_error == pytest.approx(0.02)
    assert members == {"kappa+lambda": ("kappa", "lambda")}


def test_pairs_that_share_an_input_are_one_family():
    assert families([["a", "b"], ["c", "d"], ["b", "c"]]) == [["a", "b", "c", "d"]]


def test_a_twin_whose_other_is_no_input_stays_alone():
    given = [Factor("kappa", 0.05), Factor("age", 0.1)]

    assert with_twins_joined(given, [["kappa", "lambda"]]) == (given, {})
