"""A cohort in one call: every patient's explanation is the one that they would get alone."""

import numpy as np
import pytest

from diagnosis.ml.explain import shapley_values
from tests.ml.explain.networks import network

CASES = {
    "exact": (None, {}),
    "exact, several classes": (None, {"kind": "multiclass"}),
    "paired": (4_000, {"numbers": 10, "categories": 3}),
    "paired, several labels": (4_000, {"numbers": 9, "categories": 3, "kind": "multilabel"}),
}


def alone(model, rows, background, **asked):
    return [shapley_values(model, row[None], background, **asked) for row in rows]


def assert_alike(together, singles):
    for name in ("values", "standard_errors", "coalition_errors", "predictions"):
        expected = np.concatenate([getattr(single, name) for single in singles])
        np.testing.assert_allclose(
            getattr(together, name), expected, rtol=1e-6, atol=1e-7, err_msg=name
        )
    np.testing.assert_allclose(together.base_value, singles[0].base_value, atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_many_rows_at_once_are_explained_as_one_by_one(case):
    budget, shape = CASES[case]
    fitted, x = network(5, **shape)
    rows, background = x[:9], x[20:]

    together = shapley_values(fitted, rows, background, budget=budget)

    assert together.method == case.split(",")[0]
    assert_alike(together, alone(fitted, rows, background, budget=budget))


def test_a_row_does_not_depend_on_its_neighbours_or_its_place():
    fitted, x = network(6)
    rows, background = x[:7], x[20:]
    order = np.array([3, 0, 6, 1, 5, 2, 4])

    first = shapley_values(fitted, rows, background)
    shuffled = shapley_values(fitted, rows[order], background)

    np.testing.assert_allclose(shuffled.values, first.values[order], rtol=1e-6, atol=1e-7)


def test_rows_of_which_only_some_can_be_enumerated_each_get_their_own_method():
    fitted, x = network(7, numbers=10, categories=3)
    background = x[20:]
    near = np.nanmedian(background, axis=0).astype(np.float32)
    rows = np.stack([background[0], near, x[0]])
    background = np.repeat(background[:1], 30, axis=0)  # the first row differs in nothing from it

    together = shapley_values(fitted, rows, background, budget=4_000)
    singles = alone(fitted, rows, background, budget=4_000)

    assert together.method == "mixed"
    assert {single.method for single in singles} == {"exact", "paired"}
    assert_alike(together, singles)


def test_a_plain_function_is_explained_alike_too():
    def risk(x):
        filled = np.nan_to_num(x, nan=-1.0).astype(np.float64)
        return 1 / (1 + np.exp(-(filled[:, 0] * filled[:, 1] + filled[:, 2])))

    rng = np.random.default_rng(2)
    x = rng.normal(size=(40, 5)).astype(np.float32)
    x[::4, 2] = np.nan

    assert_alike(shapley_values(risk, x[:8], x[10:]), alone(risk, x[:8], x[10:]))
