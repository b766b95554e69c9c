"""The explanations against the definition of the Shapley value, computed the slow way."""

import numpy as np
import pytest

from diagnosis.ml.explain import shapley_values
from tests.ml.explain.definition import by_permutations, interacting


@pytest.fixture
def table():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(12, 5)).astype(np.float32)
    x[:, 3] = rng.integers(0, 2, 12)
    x[[0, 4, 5], 1] = np.nan
    return x


def test_values_are_those_of_the_definition(table):
    rows, background = table[:3], table[3:]

    explained = shapley_values(interacting, rows, background)

    expected = [by_permutations(interacting, row, background) for row in rows]
    assert explained.method == "exact"
    np.testing.assert_allclose(explained.values, expected, atol=1e-9)


def test_a_wrong_coalition_weight_would_be_noticed(table, monkeypatch):
    from diagnosis.ml.explain import exact

    flat = np.where(exact.subsets(4), 1 / 8, -1 / 8).T
    monkeypatch.setattr(exact, "_table", lambda _: flat)
    rows = np.array([[1, 1, 1, 1]], dtype=np.float32)
    background = np.zeros((2, 4), dtype=np.float32)

    wrong = shapley_values(interacting, rows, background)

    assert np.abs(wrong.values[0] - by_permutations(interacting, rows[0], background)).max() > 1e-3


def test_contributions_add_up_to_the_prediction(table):
    explained = shapley_values(interacting, table, table)

    assert explained.additivity_gap < 1e-9
    total = explained.base_value + explained.values.sum(axis=1)
    np.testing.assert_allclose(total, interacting(table), atol=1e-9)


def test_the_gap_is_seen_when_a_value_is_off(table):
    from dataclasses import replace

    explained = shapley_values(interacting, table, table)
    spoiled = replace(explained, values=explained.values + 0.01)

    assert spoiled.additivity_gap == pytest.approx(0.05)


def test_missing_in_both_is_no_difference(table):
    row, background = table[4:5], table[[0, 5]]

    explained = shapley_values(interacting, row, background)

    assert explained.values[0, 1] == 0
    assert explained.rows_evaluated <= 2 * 2**4 + 3


def test_a_missing_value_against_a_known_one_counts(table):
    explained = shapley_values(interacting, table[:1], table[6:])

    expected = by_permutations(interacting, table[0], table[6:])
    assert abs(explained.values[0, 1]) > 1e-3
    np.testing.assert_allclose(explained.values[0], expected, atol=1e-9)


def test_a_feature_the_model_ignores_gets_nothing(table):
    explained = shapley_values(lambda x: interacting(x[:, [0, 1, 2]]), table[:2], table[6:])

    assert np.abs(explained.values[:, 3:]).max() < 1e-12


def test_features_that_act_alike_get_alike():
    background = np.zeros((3, 3), dtype=np.float32)
    row = np.ones((1, 3), dtype=np.float32)

    explained = shapley_values(lambda x: 1 / (1 + np.exp(-x.sum(axis=1))), row, background)

    np.testing.assert_allclose(explained.values[0], explained.values[0, 0])


def test_several_outputs_are_explained_at_once(table):
    def both(x):
        return np.column_stack([interacting(x), 1 - interacting(x)])

    explained = shapley_values(both, table[:2], table[6:])
    alone = shapley_values(interacting, table[:2], table[6:])

    assert explained.values.shape == (2, 5, 2)
    np.testing.assert_allclose(explained.values[..., 0], alone.values, atol=1e-12)
    np.testing.assert_allclose(explained.values[..., 1], -alone.values, atol=1e-12)
    assert explained.additivity_gap < 1e-9


def test_standard_errors_say_how_much_the_background_matters(table):
    explained = shapley_values(interacting, table[:1], table[6:])

    each = [shapley_values(interacting, table[:1], b[None]).values[0] for b in table[6:]]
    expected = np.std(each, axis=0, ddof=1) / np.sqrt(len(each))
    np.testing.assert_allclose(explained.standard_errors[0], expected, atol=1e-9)


def test_a_row_is_explained_alike_alone_and_in_company(table):
    together = shapley_values(interacting, table, table)
    alone = shapley_values(interacting, table[7], table)

    np.testing.assert_allclose(alone.values[0], together.values[7], atol=1e-12)


def test_no_rows_give_an_empty_explanation(table):
    explained = shapley_values(interacting, table[:0], table)

    assert explained.values.shape == (0, 5)
    assert explained.additivity_gap == 0


def test_a_background_of_another_width_is_refused(table):
    with pytest.raises(ValueError, match="background"):
        shapley_values(interacting, table, table[:, :4])


def test_an_unknown_output_is_refused(table):
    with pytest.raises(ValueError, match="probability, logit"):
        shapley_values(interacting, table, table, output="odds")
