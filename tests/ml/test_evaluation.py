"""Metrics against scikit-learn and against figures worked out by hand."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from diagnosis.ml import evaluation
from diagnosis.ml.schema import FeatureSchema

LABEL = {"en": "x", "zh-Hans": "x"}


def scored(n=400, seed=0):
    """Labels drawn from the probabilities themselves: perfectly calibrated scores."""
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(-0.5, 1.5, n)))
    return (rng.random(n) < p).astype(float), np.round(p, 2)


def test_auroc_and_average_precision_agree_with_scikit_learn():
    from sklearn import metrics

    y, p = scored()
    w = np.random.default_rng(1).integers(0, 4, len(y))

    assert evaluation.auroc(y, p) == pytest.approx(metrics.roc_auc_score(y, p))
    assert evaluation.auprc(y, p) == pytest.approx(metrics.average_precision_score(y, p))
    weighted = metrics.roc_auc_score(y, p, sample_weight=w)
    assert evaluation.auroc(y, p, w) == pytest.approx(weighted)
    weighted = metrics.average_precision_score(y, p, sample_weight=w)
    assert evaluation.auprc(y, p, w) == pytest.approx(weighted)


def test_a_tie_counts_half():
    assert evaluation.auroc([1, 0], [0.5, 0.5]) == 0.5
    assert evaluation.auroc([1, 0, 0], [0.5, 0.5, 0.1]) == 0.75


def test_threshold_metrics_by_hand():
    at = evaluation.threshold_metrics([1, 1, 1, 0, 0], [0.9, 0.5, 0.2, 0.6, 0.1])

    assert at["accuracy"] == pytest.approx(3 / 5)
    assert at["recall"] == pytest.approx(2 / 3)
    assert at["specificity"] == pytest.approx(1 / 2)
    assert at["f1"] == pytest.approx(2 / 3)


def test_brier_score_by_hand():
    assert evaluation.brier([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)


def test_calibration_line_finds_what_was_done_to_the_scores():
    y, p = scored(60_000)
    z = evaluation.metrics.logit(p)

    slope, intercept = evaluation.calibration_line(y, p)
    assert slope == pytest.approx(1, abs=0.05)
    assert intercept == pytest.approx(0, abs=0.05)
    slope, _ = evaluation.calibration_line(y, evaluation.metrics.expit(2 * z))
    assert slope == pytest.approx(0.5, abs=0.03)
    _, intercept = evaluation.calibration_line(y, evaluation.metrics.expit(z + 1))
    assert intercept == pytest.approx(-1, abs=0.05)


def test_intervals_hold_the_value_and_narrow_with_more_patients():
    few = evaluation.metrics_with_intervals(*scored(100), draws=200)
    many = evaluation.metrics_with_intervals(*scored(1600), draws=200)

    assert set(few) == set(evaluation.METRICS)
    for name, entry in few.items():
        assert entry["lower"] <= entry["value"] <= entry["upper"], name
        wide, narrow = entry["upper"] - entry["lower"], many[name]["upper"] - many[name]["lower"]
        assert narrow < wide, name


def test_auroc_interval_agrees_with_hanley_and_mcneil():
    y, p = scored(500)
    area = evaluation.auroc(y, p)
    n1, n0 = y.sum(), (1 - y).sum()
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (area * (1 - area) + (n1 - 1) * (q1 - area**2) + (n0 - 1) * (q2 - area**2)) / (
        n1 * n0
    )

    entry = evaluation.metrics_with_intervals(y, p, draws=1000)["auroc"]

    width = (entry["upper"] - entry["lower"]) / (2 * 1.96)
    assert width == pytest.approx(np.sqrt(variance), rel=0.2)


def test_repeats_do_not_pass_for_more_patients():
    y, p = scored(150)
    once = evaluation.metrics_with_intervals(y, p, draws=200)
    tenfold = evaluation.metrics_with_intervals(y, np.tile(p[:, None], 10), draws=200)

    assert tenfold["auroc"] == pytest.approx(once["auroc"])


def test_the_same_scores_are_no_gain_and_better_ones_are():
    y, p = scored(400)
    noisy = p + np.random.default_rng(1).normal(0, 1, len(p))

    same = evaluation.auroc_difference(y, p, p, draws=50)
    better = evaluation.auroc_difference(y, p, noisy, draws=200)

    assert same == {"value": 0, "lower": 0, "upper": 0}
    assert 0 < better["lower"] < better["value"] < better["upper"]


def test_one_class_only_gives_no_number_rather_than_a_wrong_one():
    metrics = evaluation.metrics_with_intervals([1, 1, 1], [0.2, 0.4, 0.9], draws=20)

    assert np.isnan(metrics["auroc"]["value"])
    assert np.isnan(metrics["calibration_slope"]["value"])


def test_roc_curve_runs_from_corner_to_corner_and_keeps_its_area():
    y, p = scored(3000)

    curve = np.array(evaluation.roc_curve(y, p, points=60))

    assert len(curve) <= 60
    assert curve[0].tolist() == [0, 0]
    assert curve[-1].tolist() == [1, 1]
    assert np.all(np.diff(curve, axis=0) >= 0)
    area = np.trapezoid(curve[:, 1], curve[:, 0])
    assert area == pytest.approx(evaluation.auroc(y, p), abs=0.01)


def test_calibration_bins_count_every_patient_once():
    y, p = scored(203)

    bins = evaluation.calibration_bins(y, p, bins=10)

    assert sum(b["n"] for b in bins) == 203
    assert sum(b["n"] * b["observed"] for b in bins) == pytest.approx(y.sum())
    for b in bins:
        assert 0 <= b["lower"] <= b["observed"] <= b["upper"] <= 1


def test_wilson_interval_of_a_known_example():
    # Newcombe, Stat Med 1998;17:857-872, table I: 81 of 263.
    lower, upper = evaluation.wilson_interval(81, 263)

    assert lower == pytest.approx(0.2553, abs=5e-5)
    assert upper == pytest.approx(0.3662, abs=5e-5)


def test_a_score_on_a_limit_falls_into_one_band():
    bands = [
        SimpleNamespace(code="low", lower=0, upper=0.1, upper_inclusive=False),
        SimpleNamespace(code="middle", lower=0.1, upper=0.4, upper_inclusive=True),
        SimpleNamespace(code="high", lower=0.4, upper=1, upper_inclusive=True),
    ]
    p = [0, 0.0999, 0.1, 0.4, 0.4001, 1]

    counts = evaluation.band_counts([0, 1, 0, 1, 1, 1], p, bands)

    assert [(b["n"], b["events"]) for b in counts] == [(2, 1), (2, 1), (2, 2)]


def test_local_counts_cover_every_score_with_enough_patients():
    y, p = scored(130)

    ranges = evaluation.local_counts(y, p, smallest=20)

    assert ranges[0]["lower"] == 0
    assert ranges[-1]["upper"] == 1
    assert all(a["upper"] == b["lower"] for a, b in pairwise(ranges))
    assert all(r["n"] >= 20 for r in ranges)
    assert sum(r["n"] for r in ranges) == 130
    assert sum(r["events"] for r in ranges) == y.sum()


def test_flagged_table_by_hand():
    table = evaluation.flagged_table([1, 1, 0, 0, 0], [0.9, 0.1, 0.8, 0.2, 0.5], 0.5)

    assert table["flagged_per_100"] == pytest.approx(40)
    assert table["per_100_flagged_right"] == pytest.approx(50)
    assert table["missed_per_100_events"] == pytest.approx(50)


def test_censored_patients_are_unknown_and_others_stand_for_them():
    time, event = [1, 2, 3, 4, 5, 6], [1, 0, 1, 1, 0, 0]

    label = evaluation.horizon_labels(time, event, 4.5)
    weights = evaluation.inverse_probability_weights(time, event, 4.5)

    np.testing.assert_array_equal(label, [1, np.nan, 1, 1, 0, 0])
    # One of five still observed is lost at day 2, so the later four stand for five.
    np.testing.assert_allclose(weights, [1, 0, 1.25, 1.25, 1.25, 1.25])
    assert weights.sum() == pytest.approx(6)


def test_weighting_mends_the_bias_of_leaving_censored_patients_out():
    rng = np.random.default_rng(5)
    until, lost = rng.exponential(10, 40_000), rng.exponential(8, 40_000)
    time, event = np.minimum(until, lost), (until <= lost).astype(int)

    label = evaluation.horizon_labels(time, event, 5)
    weights = evaluation.inverse_probability_weights(time, event, 5)
    known = ~np.isnan(label)

    truth = 1 - np.exp(-0.5)
    assert label[known].mean() > truth + 0.02
    assert np.average(label[known], weights=weights[known]) == pytest.approx(truth, abs=0.01)


def schema_of(*directions):
    return FeatureSchema.from_dict(
        {
            "features": [
                {"name": f"x{i}", "label": LABEL, "kind": "number", "direction": direction}
                for i, direction in enumerate(directions)
            ]
        }
    )


def test_a_direction_against_expectation_is_a_contradiction():
    x = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)

    def model(rows):
        z = rows[:, 0] - rows[:, 1] + 3 * (rows[:, 3] ** 2 > 1) - 1
        return 1 / (1 + np.exp(-z))

    found = evaluation.directions(model, x, schema_of("raises", "raises", "raises", "either"))

    assert [r.actual for r in found] == ["raises", "lowers", "flat", "mixed"]
    assert [r.contradiction for r in found] == [False, True, False, False]
    assert found[1].effect < -0.3


def test_permutation_finds_the_column_that_matters():
    x = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    y = (x[:, 1] > 0).astype(float)

    losses = evaluation.permutation_importance(lambda rows: rows[:, 1], x, y)

    assert losses[1] > 0.3
    assert losses[[0, 2]].tolist() == [0, 0]


def test_leaks_of_the_light_chain_table_are_found():
    import pandas as pd

    from medportal.demo.build.table import HERE

    raw = pd.read_csv(HERE / "tables" / "flchain.csv")
    columns = raw.drop(columns=["death", "futime"]).to_dict("list")

    hints = {(h.code, h.column) for h in evaluation.leakage_hints(columns, raw["death"])}

    assert ("present_with_event", "chapter") in hints
    assert ("missingness", "creatinine") in hints
    assert not any(column in {"age", "sex", "kappa", "lambda"} for _, column in hints)


def test_a_copy_of_a_column_and_of_the_outcome_are_found():
    y, p = scored(200)
    columns = {"score": p, "twin": p * 10 + 1, "answer": y + 0.0}

    hints = {(h.code, h.column, h.other) for h in evaluation.leakage_hints(columns, y)}

    assert ("duplicate", "twin", "score") in hints
    assert ("too_good", "answer", "") in hints


def test_a_formula_gives_the_probability_of_its_regression():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(5000, 2))
    y = (rng.random(5000) < 1 / (1 + np.exp(-(0.5 + x @ [1.0, -2.0])))).astype(float)

    intercept, first, second = evaluation.fit_logistic(x, y)
    formula = {
        "intercept": intercept,
        "terms": [
            {"features": ["a"], "weight": first},
            {"features": ["b"], "weight": second},
        ],
    }

    assert [intercept, first, second] == pytest.approx([0.5, 1, -2], abs=0.15)
    p = evaluation.formula_probability(formula, {"a": 0.0, "b": 0.0})
    assert p == pytest.approx(1 / (1 + np.exp(-intercept)))
    assert evaluation.formula_probability(formula, {"a": 1.0}) is None
    assert evaluation.formula_probability(formula, {"a": 1.0, "b": float("nan")}) is None


def test_formula_transforms():
    formula = {
        "intercept": 0.0,
        "terms": [
            {"features": ["kappa", "lambda"], "transform": "log", "weight": 2.0},
            {"features": ["pain"], "transform": "equals", "value": 4, "weight": 1.0},
        ],
    }

    p = evaluation.formula_probability(formula, {"kappa": 1.0, "lambda": 1.0, "pain": 4})

    assert np.log(p / (1 - p)) == pytest.approx(2 * np.log(2) + 1)


def test_importing_the_evaluation_loads_neither_scikit_learn_nor_tensorflow():
    import subprocess
    import sys

    code = (
        "import sys, diagnosis.ml.evaluation, diagnosis.ml.explain;"
        "print(sorted({'sklearn', 'tensorflow', 'shap', 'pandas', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
