"""Rows at the edge of what a model is asked about."""

import numpy as np
import pytest

from diagnosis.ml.explain import shapley_values
from tests.ml.explain.definition import by_permutations
from tests.ml.explain.networks import network


def test_a_patient_like_every_reference_patient_has_no_reasons():
    fitted, x = network(1)

    explained = shapley_values(fitted, x[:1], np.repeat(x[:1], 20, axis=0))

    np.testing.assert_array_equal(explained.values, 0.0)
    np.testing.assert_allclose(explained.predictions[0], explained.base_value, atol=1e-7)
    assert explained.rows_evaluated <= 21


def test_one_feature_takes_the_whole_difference():
    x = np.linspace(-2, 2, 21, dtype=np.float32)[:, None]

    explained = shapley_values(lambda z: 1 / (1 + np.exp(-z[:, 0])), x[-1:], x)

    whole = explained.predictions - explained.base_value
    np.testing.assert_allclose(explained.values[:, 0], whole, atol=1e-12)


@pytest.mark.parametrize("shift", [-20.7, 20.7])
def test_saturated_probabilities_keep_their_sum_and_stay_finite(shift):
    """p = 1e-9 and its mirror image."""
    fitted, x = network(2, numbers=6, categories=1)
    weights, bias = fitted.layers[-1]
    weights *= 1e-3
    bias[:] = shift / 1.3

    explained = shapley_values(fitted, x[:4], x[4:40])
    margin = shapley_values(fitted, x[:4], x[4:40], output="logit")

    assert explained.predictions.min() < 1e-8 or explained.predictions.max() > 1 - 1e-8
    assert np.isfinite(explained.values).all()
    assert np.abs(explained.values).max() < 1e-7
    assert explained.additivity_gap < 1e-12
    assert np.abs(margin.values).max() > 1e-6


def test_a_row_with_nothing_measured_is_explained():
    fitted, x = network(3)
    empty = np.full((1, x.shape[1]), np.nan, dtype=np.float32)

    explained = shapley_values(fitted, empty, x[:20])

    general = shapley_values(fitted.probabilities, empty, x[:20])
    np.testing.assert_allclose(explained.values, general.values, atol=2e-6)


def test_an_unseen_category_is_explained_as_what_it_is_filled_in_with():
    fitted, x = network(4)
    unseen, usual = x[:1].copy(), x[:1].copy()
    unseen[0, -1], usual[0, -1] = 99.0, fitted.preprocessor.fill_[-1]
    background = x[1:30][~np.isnan(x[1:30, -1])]

    as_unseen = shapley_values(fitted, unseen, background)
    as_usual = shapley_values(fitted, usual, background)

    np.testing.assert_allclose(as_unseen.values, as_usual.values, atol=1e-6)


def test_each_of_several_labels_has_values_of_its_own():
    fitted, x = network(5, numbers=3, categories=2, kind="multilabel")

    explained = shapley_values(fitted, x[:2], x[2:12])

    assert explained.values.shape == (2, 5, 2)
    for label in range(2):
        expected = by_permutations(
            lambda rows, label=label: fitted.probabilities(rows)[:, label], x[0], x[2:12]
        )
        np.testing.assert_allclose(explained.values[0, :, label], expected, atol=2e-6)


def test_a_single_reference_row_gives_values_without_a_standard_error():
    fitted, x = network(6)

    explained = shapley_values(fitted, x[:1], x[1:2])

    assert explained.standard_errors is None
    assert explained.additivity_gap < 1e-6
