"""Interactions of two inputs against the definition of the index, computed the slow way."""

from itertools import combinations, pairwise
from math import factorial

import numpy as np
import pytest

from diagnosis.ml.explain import shapley_values
from diagnosis.ml.explain.pairs.interactions import shapley_interactions
from diagnosis.ml.explain.pairs.pairs_sampled import orders


def by_definition(model, x, background):
    """Grabisch and Roubens: the weighted mean of second differences over all coalitions."""
    d = len(x)
    full = np.zeros((d, d))
    for i, j in combinations(range(d), 2):
        others = [f for f in range(d) if f not in (i, j)]
        for size in range(d - 1):
            weight = factorial(size) * factorial(d - size - 2) / factorial(d - 1)
            for coalition in combinations(others, size):
                full[i, j] += weight * second_difference(model, x, background, coalition, i, j)
    return full + full.T


def second_difference(model, x, background, coalition, i, j):
    def value(*joined):
        rows = background.copy()
        taken = [*coalition, *joined]
        rows[:, taken] = x[taken]
        return float(model(rows).mean())

    return value(i, j) - value(i) - value(j) + value()


def random_network(seed, d):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(d, 6)), rng.normal(size=6)

    def model(x):
        z = np.maximum(np.nan_to_num(x.astype(np.float64), nan=-1.5) @ first, 0) @ second
        return 1 / (1 + np.exp(-z))

    return model


def table(seed, n, d):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)).astype(np.float32)
    x[:, -1] = rng.integers(0, 2, n)  # equal values: not every feature differs
    x[::3, 0] = np.nan
    return x


def off_diagonal(matrix):
    return matrix - np.diag(np.diag(matrix))


@pytest.mark.parametrize("seed", range(4))
def test_interactions_are_those_of_the_definition(seed):
    model, x = random_network(seed, 5), table(seed, 8, 5)

    found = shapley_interactions(model, x[:2], x[2:])

    assert found.method == "exact"
    for i in range(2):
        expected = by_definition(model, x[i], x[2:])
        np.testing.assert_allclose(2 * off_diagonal(found.values[i]), expected, atol=1e-9)
        np.testing.assert_allclose(found.values[i], found.values[i].T, atol=1e-12)


def test_rows_sum_to_shapley_values_and_everything_to_the_prediction():
    model, x = random_network(7, 6), table(7, 20, 6)

    found = shapley_interactions(model, x[:3], x[3:])

    np.testing.assert_allclose(
        found.values.sum(axis=2), shapley_values(model, x[:3], x[3:]).values, atol=1e-9
    )
    np.testing.assert_allclose(
        found.base_values + found.values.sum(axis=(1, 2)), found.predictions, atol=1e-9
    )


@pytest.mark.parametrize("budget", [1_000_000, 60])
def test_an_additive_model_has_no_interactions(budget):
    x = table(1, 9, 4)

    found = shapley_interactions(
        lambda rows: np.nan_to_num(rows.astype(np.float64)) @ [1.0, -2.0, 0.5, 3.0],
        x[:1], x[1:], budget=budget,
    )  # fmt: skip

    np.testing.assert_allclose(off_diagonal(found.values[0]), 0, atol=1e-9)
    assert found.strongest(least=1e-6) == []


@pytest.mark.parametrize("budget", [1_000_000, 30])
def test_a_product_of_two_has_its_closed_form(budget):
    """Of x0 * x1 against b: (x0 - b0)(x1 - b1), whatever else there is."""
    rng = np.random.default_rng(2)
    x, background = rng.normal(size=(1, 5)).astype(np.float32), np.zeros((3, 5), np.float32)
    background[:] = rng.normal(size=5)

    found = shapley_interactions(
        lambda rows: rows[:, 0].astype(np.float64) * rows[:, 1] + rows[:, 2],
        x, background, budget=budget,
    )  # fmt: skip

    expected = float(x[0, 0] - background[0, 0]) * float(x[0, 1] - background[0, 1])
    assert 2 * found.values[0, 0, 1] == pytest.approx(expected, abs=1e-6)
    [pair] = found.strongest()
    assert (pair.first, pair.second) == (0, 1)
    assert pair.effect == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("even", [2, 4, 10, 30])
def test_every_pair_stands_side_by_side_exactly_once(even):
    neighbours = [frozenset(pair) for order in orders(even) for pair in pairwise(order)]

    assert len(neighbours) == len(set(neighbours)) == even * (even - 1) // 2
    assert all(len(set(order)) == even for order in orders(even))


def test_sampled_values_lie_about_the_exact_ones_as_their_errors_say():
    """Also for an odd number of features; rows still sum to the prediction exactly."""
    model, x = random_network(3, 9), table(3, 61, 9)
    exact = shapley_interactions(model, x[:1], x[1:])
    pairs = np.triu_indices(9, k=1)

    far = []
    for seed in range(12):
        found = shapley_interactions(model, x[:1], x[1:], seed=seed, budget=12_000)
        assert found.method == "sampled"
        assert found.rows_evaluated < 12_500
        np.testing.assert_allclose(
            found.base_values + found.values.sum(axis=(1, 2)), found.predictions, atol=1e-9
        )
        far.append((found.values[0] - exact.values[0])[pairs])

    mean, error = np.mean(far, axis=0), np.std(far, axis=0, ddof=1) / np.sqrt(12)
    assert np.mean(np.abs(mean) < 3.2 * error + 1e-12) > 0.9  # no bias
    inside = np.abs(far) < 1.96 * found.standard_errors[0][pairs] + 1e-12
    assert inside.mean() > 0.9


def test_the_same_seed_gives_the_same_sample():
    model, x = random_network(3, 12), table(3, 30, 12)
    first, second = (
        shapley_interactions(model, x[:1], x[1:], seed=4, budget=3_000) for _ in range(2)
    )

    np.testing.assert_array_equal(first.values, second.values)


def test_classes_have_interactions_each():
    def model(rows):
        p = random_network(1, 4)(rows)
        return np.column_stack([p, 1 - p])

    x = table(5, 10, 4)

    found = shapley_interactions(model, x[:2], x[2:])

    assert found.values.shape == (2, 4, 4, 2)
    np.testing.assert_allclose(found.values[..., 0], -found.values[..., 1], atol=1e-12)


def test_a_patient_equal_to_the_references_has_none():
    x = np.ones((4, 3), dtype=np.float32)

    found = shapley_interactions(random_network(0, 3), x[:1], x[1:])

    assert not found.values.any()


def test_one_feature_is_all_main_effect():
    found = shapley_interactions(lambda rows: rows[:, 0] ** 2, [[2.0]], [[1.0], [0.0]])

    assert found.values[0, 0, 0] == pytest.approx(3.5)


def test_a_background_of_other_features_is_refused():
    with pytest.raises(ValueError, match="background"):
        shapley_interactions(random_network(0, 3), np.ones((1, 3)), np.ones((2, 4)))


def test_a_small_budget_uses_some_references_and_still_adds_up():
    model, x = random_network(3, 12), table(3, 200, 12)

    found = shapley_interactions(model, x[:1], x[1:], budget=3_000)

    total = found.base_values + found.values.sum(axis=(1, 2))
    np.testing.assert_allclose(total, found.predictions, atol=1e-9)


def test_chance_names_no_pair_of_an_additive_model_that_is_noisy():
    """Each reference patient answers with a jitter of its own: no pair is more than noise."""
    x = table(6, 41, 10)

    def jittered(rows):
        noise = np.sin(1e4 * np.nan_to_num(rows.astype(np.float64)).sum(axis=1))
        return np.nan_to_num(rows[:, 1]) + 0.05 * noise

    named = [
        shapley_interactions(jittered, x[i : i + 1], x[20:], seed=i, budget=5_000).strongest()
        for i in range(20)
    ]

    assert sum(map(bool, named)) <= 3
