"""Where not all coalitions can be asked for: accuracy, its own error, and the same every time."""

import numpy as np
import pytest

from diagnosis.ml.explain import plan, shapley_values
from diagnosis.ml.explain.design import designs
from tests.ml.explain.networks import network


@pytest.fixture(scope="module")
def wide():
    """A network of 13 inputs that can still be enumerated, to judge the estimate by."""
    fitted, x = network(21, numbers=10, categories=3, hidden=(16, 8))
    exact = shapley_values(fitted, x[:8], x[10:50])
    assert exact.method == "exact"
    return fitted, x[:8], x[10:50], exact


def test_the_estimate_lies_near_the_exact_values(wide):
    fitted, rows, background, exact = wide

    estimate = shapley_values(fitted, rows, background, budget=8_000)

    assert estimate.method == "paired"
    error = np.abs(estimate.values - exact.values).sum() / np.abs(exact.values).sum()
    assert 0 < error < 0.05


def test_more_answers_make_a_better_estimate(wide):
    fitted, rows, background, exact = wide

    def error(budget):
        estimates = [
            shapley_values(fitted, rows, background, seed, budget=budget).values
            for seed in range(5)
        ]
        return np.mean([np.abs(found - exact.values).sum() for found in estimates])

    assert error(16_000) < error(4_000) < error(2_200)


def test_the_same_seed_gives_the_same_values_and_another_seed_others(wide):
    fitted, rows, background, _ = wide

    first = shapley_values(fitted, rows, background, 3, budget=4_000).values
    designs.cache_clear()
    again = shapley_values(fitted, rows, background, 3, budget=4_000).values
    other = shapley_values(fitted, rows, background, 4, budget=4_000).values

    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4


@pytest.mark.parametrize("budget", [3_000, 8_000])
def test_the_coalitions_error_covers_what_it_should_over_many_seeds(wide, budget):
    fitted, rows, background, exact = wide
    inside = []
    for seed in range(25):
        estimate = shapley_values(fitted, rows, background, seed, budget=budget)
        off = np.abs(estimate.values - exact.values)
        # What nothing moves is known without an error.
        moved = np.abs(exact.values) > 1e-6
        inside.append((off <= 1.96 * estimate.coalition_errors)[moved].mean())

    assert 0.88 < np.mean(inside) <= 1.0
    assert np.mean(inside) < 0.999  # an error that covers everything says nothing


def test_the_shown_error_counts_the_background_on_top_of_the_coalitions(wide):
    fitted, rows, background, exact = wide

    estimate = shapley_values(fitted, rows, background, budget=8_000)

    assert (estimate.standard_errors >= estimate.coalition_errors).all()
    assert np.median(estimate.coalition_errors / estimate.standard_errors) < 0.5
    ratio = estimate.standard_errors / np.maximum(exact.standard_errors, 1e-4)
    assert 0.9 < np.median(ratio) < 1.3


def test_the_method_is_the_one_that_can_be_afforded():
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(120, 30)).astype(np.float32)
    almost_alike = wide[:100].copy()
    almost_alike[:, 10:] = wide[110, 10:]

    assert plan(np.sum, wide[110], wide[:100]).method == "paired"
    assert plan(np.sum, wide[110], almost_alike).method == "exact"
    assert plan(np.sum, wide[110], almost_alike, 50_000).method == "paired"
    assert plan(np.sum, np.zeros(510, "f4"), np.ones((10, 510), "f4")).method == "kernel"


def test_one_call_may_need_two_methods(wide):
    fitted, rows, background, _ = wide
    near = background[:1].copy()

    explained = shapley_values(fitted, np.concatenate([near, rows[:1]]), near, budget=60)

    assert explained.method == "mixed"
    np.testing.assert_array_equal(explained.values[0], 0.0)
    np.testing.assert_array_equal(explained.coalition_errors[0], 0.0)


def test_a_budget_too_small_for_any_estimate_is_refused(wide):
    fitted, rows, background, _ = wide

    with pytest.raises(ValueError, match="at least 2080"):
        shapley_values(fitted, rows, background, budget=100)


def test_five_hundred_features_are_estimated_with_their_error():
    rng = np.random.default_rng(5)
    weights = rng.normal(size=500) / 20
    x = rng.normal(size=(42, 500)).astype(np.float32)

    def model(rows):
        return 1 / (1 + np.exp(-(rows @ weights)))

    explained = shapley_values(model, x[:1], x[2:])

    assert explained.method == "paired"
    assert explained.additivity_gap < 1e-6
    rough = weights * (x[0] - x[2:].mean(axis=0))
    assert np.corrcoef(rough, explained.values[0])[0, 1] > 0.95
    assert np.isfinite(explained.standard_errors).all()


@pytest.mark.slow
def test_beyond_what_designs_are_made_for_shap_samples_reproducibly():
    rng = np.random.default_rng(0)
    background = rng.normal(size=(2, 510)).astype(np.float32)
    row = rng.normal(size=(1, 510)).astype(np.float32)
    weights = rng.normal(size=510)

    def linear(x):
        return x @ weights

    first = shapley_values(linear, row, background, seed=1)
    again = shapley_values(linear, row, background, seed=1)

    assert first.method == "kernel"
    assert first.standard_errors is None
    np.testing.assert_array_equal(first.values, again.values)
    assert first.additivity_gap < 1e-4
