"""Filling in, logarithms, scaling and one-hot; calibration and solvers against references."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge

from diagnosis.ml import Category, Feature
from diagnosis.ml.evaluation import folds
from diagnosis.ml.families import calibration
from diagnosis.ml.families.linear.path import fit_path
from diagnosis.ml.families.preprocessing import Preprocessor, hide, wants_log
from diagnosis.ml.results.links import sigmoid, softmax
from diagnosis.ml.results.targets import Task

YES_OR_NO = Task("binary", ("y",), ("0", "1"))
CLASSES = Task("multiclass", ("y",), ("a", "b", "c"))
AGE = Feature("age", {"en": "Age"})
BILIRUBIN = Feature("bilirubin", {"en": "Bilirubin"})
SEX = Feature("sex", {"en": "Sex"}, "boolean")
SHAPE = Feature(
    "shape", {"en": "Shape"}, "category",
    categories=tuple(Category(c, str(c), {"en": str(c)}) for c in (1, 2, 4)),
)  # fmt: skip
FEATURES = (AGE, BILIRUBIN, SEX, SHAPE)


def rows(n: int = 200, seed: int = 0) -> np.ndarray:
    """Rows with a skewed laboratory value and a hole here and there."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [
            rng.normal(60, 10, n),
            np.exp(rng.normal(0, 1, n)),
            rng.integers(0, 2, n),
            rng.choice([1, 2, 4], n),
        ]
    )
    x[rng.random(x.shape) < 0.1] = np.nan
    return x.astype(np.float32)


def test_missing_numbers_become_the_median_and_categories_the_most_frequent() -> None:
    x = np.array([[50, 1, 0, 2], [60, 2, 1, 2], [90, 9, 1, 4], [np.nan] * 4], dtype=np.float32)
    fitted = Preprocessor(FEATURES, logs=False).fit(x)
    np.testing.assert_array_equal(fitted.fill_, [60, 2, 1, 2])


def test_the_design_has_no_gaps_and_numbers_are_standardised() -> None:
    fitted = Preprocessor(FEATURES).fit(rows())
    z = fitted.transform(rows())
    assert not np.isnan(z).any()
    assert z.shape == (200, 2 + 1 + 3)
    np.testing.assert_allclose(z[:, :2].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(z[:, :2].std(axis=0), 1, atol=1e-5)


def test_only_a_skewed_positive_number_enters_as_logarithm() -> None:
    assert Preprocessor(FEATURES).fit(rows()).log_features == ("bilirubin",)
    assert not wants_log(np.array([0.0, *np.exp(np.arange(20.0))]))


def test_a_code_that_no_category_has_counts_as_missing() -> None:
    fitted = Preprocessor(FEATURES).fit(rows())
    unseen, missing = rows()[:1].copy(), rows()[:1].copy()
    unseen[0, 3], missing[0, 3] = 3, np.nan
    np.testing.assert_array_equal(fitted.transform(unseen), fitted.transform(missing))


def test_a_number_far_outside_counts_as_at_the_edge() -> None:
    fitted = Preprocessor(FEATURES).fit(rows())
    far, farther = rows()[:1].copy(), rows()[:1].copy()
    far[0, 0], farther[0, 0] = 1e5, 1e38
    np.testing.assert_array_equal(fitted.transform(far), fitted.transform(farther))


def test_hiding_hides_the_share_asked_for_and_nothing_else() -> None:
    x = np.ones((2000, 4), dtype=np.float32)
    hidden = hide(x, FEATURES, {"shape": 0.25}, seed=1)
    assert np.isnan(hidden[:, 3]).mean() == pytest.approx(0.25, abs=0.03)
    assert not np.isnan(hidden[:, :3]).any()
    assert not np.isnan(x).any()


def problem(n: int = 300, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """A design matrix and labels that depend on it."""
    rng = np.random.default_rng(3)
    z = rng.normal(size=(n, 5))
    score = z @ rng.normal(size=(5, classes)) + rng.gumbel(size=(n, classes))
    return z, score.argmax(axis=1)


@pytest.mark.parametrize("penalty", [0.1, 3.0, 100.0])
def test_the_logistic_solver_agrees_with_scikit_learn(penalty: float) -> None:
    z, y = problem()
    weights, intercepts = fit_path(z, y[:, None].astype(float), "binary", np.array([penalty]))
    reference = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=1000).fit(z, y)
    np.testing.assert_allclose(weights[0, :, 0], reference.coef_[0], atol=1e-5)
    np.testing.assert_allclose(intercepts[0], reference.intercept_, atol=1e-5)


def test_the_softmax_solver_agrees_with_scikit_learn() -> None:
    z, y = problem(classes=3)
    weights, intercepts = fit_path(z, np.eye(3)[y], "multiclass", np.array([1.0]))
    reference = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(z, y)
    own = softmax(z @ weights[0] + intercepts[0])
    np.testing.assert_allclose(own, reference.predict_proba(z), atol=1e-5)


def test_the_ridge_solver_agrees_with_scikit_learn() -> None:
    z, _ = problem()
    y = z[:, :1] * 3 + 7
    weights, intercepts = fit_path(z, y, "regression", np.array([10.0]))
    reference = Ridge(alpha=10.0).fit(z, y[:, 0])
    np.testing.assert_allclose(weights[0, :, 0], reference.coef_, atol=1e-6)
    np.testing.assert_allclose(intercepts[0], reference.intercept_, atol=1e-6)


def test_a_table_wider_than_long_gives_the_same_as_solving_it_whole() -> None:
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(40, 90)), rng.integers(0, 2, (40, 1)).astype(float)
    path = np.array([5.0])
    weights, intercepts = fit_path(z, y, "binary", path)
    reference = LogisticRegression(C=1 / 5.0, tol=1e-10, max_iter=5000).fit(z, y[:, 0])
    np.testing.assert_allclose(weights[0, :, 0], reference.coef_[0], atol=1e-4)
    np.testing.assert_allclose(intercepts[0], reference.intercept_, atol=1e-4)


def overconfident(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are twice too large and shifted, and their outcomes."""
    rng = np.random.default_rng(5)
    true = rng.normal(-0.5, 1.2, n)
    y = (rng.random(n) < sigmoid(true)).astype(float)
    return (2 * true + 0.8)[:, None], y[:, None]


@pytest.mark.parametrize("kind", ["platt", "isotonic"])
def test_calibration_brings_probabilities_back(kind: str) -> None:
    raw, y = overconfident()
    p = sigmoid(calibration.fit(kind, YES_OR_NO, raw, y).logits(raw))[:, 0]
    for low, high in ((0.1, 0.3), (0.3, 0.5), (0.5, 0.8)):
        inside = (p >= low) & (p < high)
        assert p[inside].mean() == pytest.approx(y[inside, 0].mean(), abs=0.04)


def test_platt_finds_slope_and_intercept() -> None:
    raw, y = overconfident(20000)
    fitted = calibration.fit("platt", YES_OR_NO, raw, y)
    assert fitted.slope[0] == pytest.approx(0.5, abs=0.03)
    assert fitted.intercept[0] == pytest.approx(-0.4, abs=0.06)


def test_isotonic_ramps_follow_the_pooled_steps_of_scikit_learn() -> None:
    raw, y = overconfident(2000)
    fitted = calibration.fit("isotonic", YES_OR_NO, raw, y)
    reference = IsotonicRegression(out_of_bounds="clip").fit(raw[:, 0], y[:, 0])
    own = sigmoid(fitted.logits(raw))[:, 0]
    assert np.abs(own - reference.predict(raw[:, 0])).mean() < 0.02
    order = np.argsort(raw[:, 0])
    assert np.all(np.diff(own[order]) >= -1e-12)


def test_temperature_leaves_the_ranking_of_classes() -> None:
    rng = np.random.default_rng(1)
    raw = rng.normal(size=(500, 4)) * 3
    y = np.eye(4)[[rng.choice(4, p=p) for p in softmax(raw / 3)]]
    fitted = calibration.fit("temperature", CLASSES, raw, y)
    assert fitted.slope[0] == pytest.approx(1 / 3, abs=0.08)
    np.testing.assert_array_equal(fitted.logits(raw).argmax(1), raw.argmax(1))


def test_a_model_no_better_than_chance_gives_everybody_the_average() -> None:
    rng = np.random.default_rng(0)
    y = np.tile([1.0, 0.0, 0.0, 0.0], 100)[:, None]
    raw = -y + rng.normal(0, 0.1, y.shape)
    p = sigmoid(calibration.fit("platt", YES_OR_NO, raw, y).logits(raw))
    assert np.ptp(p) < 1e-12
    assert p[0, 0] == pytest.approx(0.25, abs=0.01)


def test_folds_are_stratified_and_copies_stay_together() -> None:
    y = (np.arange(103) < 30).astype(float)[:, None]
    fold = folds.assign(y, 5, seed=0)
    events = [y[fold == k].sum() for k in range(5)]
    assert max(events) - min(events) <= 1
    drawn = folds.bootstrap(y, seed=1)
    grouped = folds.assign(y[drawn], 5, 0, drawn)
    for row in np.unique(drawn):
        assert len(set(grouped[drawn == row])) == 1
