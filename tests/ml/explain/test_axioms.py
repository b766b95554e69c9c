"""What makes Shapley values what they are, and games whose values are known in closed form."""

import numpy as np
import pytest

from diagnosis.ml.explain import shapley_values
from tests.ml.explain.networks import network

RNG = np.random.default_rng(11)
BACKGROUND = RNG.normal(size=(40, 6)).astype(np.float32)
ROWS = RNG.normal(size=(5, 6)).astype(np.float32)
WIDE = RNG.normal(size=(20, 30)).astype(np.float32)
WAYS = {"exact": None, "paired": 1_200}


@pytest.mark.parametrize("budget", WAYS.values(), ids=WAYS)
def test_a_linear_model_gives_weight_times_distance_from_the_average(budget):
    weights = np.array([2.0, -1.0, 0.0, 0.5, 3.0, -0.25])

    explained = shapley_values(lambda x: x @ weights, ROWS, BACKGROUND, budget=budget)

    expected = weights * (ROWS - BACKGROUND.mean(axis=0))
    np.testing.assert_allclose(explained.values, expected, atol=1e-4)


def test_a_wide_linear_model_is_exact_whatever_is_left_unasked():
    weights = RNG.normal(size=30)

    explained = shapley_values(lambda x: x @ weights, WIDE[:2], WIDE, budget=4_000)

    assert explained.method == "paired"
    np.testing.assert_allclose(explained.values, weights * (WIDE[:2] - WIDE.mean(0)), atol=1e-4)


def test_an_additive_model_gives_each_its_own_part():
    def parts(x):
        return np.stack([np.sin(x[:, 0]), x[:, 1] ** 2, np.exp(x[:, 2] / 2)], axis=1)

    explained = shapley_values(lambda x: parts(x).sum(axis=1), ROWS[:, :3], BACKGROUND[:, :3])

    expected = parts(ROWS) - parts(BACKGROUND).mean(axis=0)
    np.testing.assert_allclose(explained.values, expected, atol=1e-6)


def test_two_that_multiply_share_alike():
    """x1 x2 - b1 b2 = (x1 - b1)(x2 + b2)/2 + (x2 - b2)(x1 + b1)/2."""
    x, b = ROWS[:, :2].astype(np.float64), BACKGROUND[:, :2].astype(np.float64)

    explained = shapley_values(lambda z: z[:, 0] * z[:, 1], ROWS[:, :2], BACKGROUND[:, :2])

    first = ((x[:, None, 0] - b[:, 0]) * (x[:, None, 1] + b[:, 1]) / 2).mean(axis=1)
    np.testing.assert_allclose(explained.values[:, 0], first, atol=1e-6)


@pytest.mark.parametrize("budget", [None, 3_000])
def test_efficiency_the_parts_add_up_to_the_whole(budget):
    fitted, x = network(8, numbers=9, categories=3)

    explained = shapley_values(fitted, x[:6], x[6:36], budget=budget)

    whole = fitted.probabilities(x[:6]) - fitted.probabilities(x[6:36]).mean(axis=0)
    np.testing.assert_allclose(explained.values.sum(axis=1), whole, atol=1e-6)


def test_symmetry_players_that_act_alike_get_alike():
    def model(x):
        return np.tanh(x[:, 0] + x[:, 1]) * x[:, 2]

    row, background = np.full((1, 3), 0.7, "f4"), np.full((5, 3), -0.2, "f4")

    values = shapley_values(model, row, background).values[0]

    assert values[0] == pytest.approx(values[1], abs=1e-12)
    assert values[0] != pytest.approx(values[2], abs=1e-3)


def test_dummy_what_the_model_does_not_read_gets_nothing():
    fitted, x = network(9)
    weights, _ = fitted.layers[0]
    silent = [j for j, c in enumerate(fitted.preprocessor.columns_) if c.feature == 2]
    weights[silent] = 0.0

    explained = shapley_values(fitted, x[:4], x[4:30])

    np.testing.assert_allclose(explained.values[:, 2], 0.0, atol=1e-7)
    assert np.abs(explained.values[:, 1]).max() > 1e-3


def test_linearity_values_of_a_sum_are_the_sum_of_values():
    one, x = network(1)
    other, _ = network(2)

    def both(rows):
        return 0.3 * one.probabilities(rows)[:, 0] + 0.7 * other.probabilities(rows)[:, 0]

    together = shapley_values(both, x[:3], x[3:20]).values
    parts = [shapley_values(m, x[:3], x[3:20]).values[..., 0] for m in (one, other)]

    np.testing.assert_allclose(together, 0.3 * parts[0] + 0.7 * parts[1], atol=2e-6)
