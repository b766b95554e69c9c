"""A network's own way, without hybrid rows, against the definition and the general way."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from diagnosis.ml.explain import shapley_values
from tests.ml.explain.definition import by_permutations
from tests.ml.explain.networks import KINDS, network


@pytest.mark.parametrize("seed", range(4))
def test_values_of_random_networks_are_those_of_the_definition(seed):
    """With interactions, a constant, twins, categories and missing values."""
    fitted, x = network(seed, numbers=4, categories=2)

    explained = shapley_values(fitted, x[:3], x[3:13])

    def model(rows):
        return fitted.probabilities(rows)[:, 0]

    expected = [by_permutations(model, row, x[3:13]) for row in x[:3]]
    assert explained.method == "exact"
    np.testing.assert_allclose(explained.values[:, :, 0], expected, atol=2e-6)
    assert explained.additivity_gap < 1e-6


@pytest.mark.parametrize("output", ["probability", "logit"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_output_equals_the_general_way(kind, output):
    fitted, x = network(7, kind=kind)
    call = fitted.probabilities if output == "probability" else fitted.logits

    own = shapley_values(fitted, x[:4], x[4:24], output=output)
    general = shapley_values(call, x[:4], x[4:24])

    scale = max(1.0, np.abs(general.values).max())
    assert own.values.shape == general.values.shape
    np.testing.assert_allclose(own.values / scale, general.values / scale, atol=2e-6)
    np.testing.assert_allclose(own.standard_errors, general.standard_errors, atol=2e-6 * scale)


@pytest.mark.parametrize("hidden", [(), (6,), (16, 12, 8, 4)])
def test_any_depth_equals_the_general_way(hidden):
    fitted, x = network(3, hidden=hidden)

    own = shapley_values(fitted, x[:3], x[3:20])
    general = shapley_values(fitted.probabilities, x[:3], x[3:20])

    np.testing.assert_allclose(own.values, general.values, atol=2e-6)


def test_an_isotonic_calibration_is_explained_with_the_rest():
    fitted, x = network(5, isotonic=True)

    own = shapley_values(fitted, x[:3], x[3:20])
    general = shapley_values(fitted.probabilities, x[:3], x[3:20])

    np.testing.assert_allclose(own.values, general.values, atol=5e-6)


def test_more_coalitions_than_a_block_holds_are_put_together_in_order():
    fitted, x = network(1, numbers=14, categories=0, hidden=(64, 8))
    differing = ~((x[0] == x[1:6]) | (np.isnan(x[0]) & np.isnan(x[1:6])))
    assert differing.sum(axis=1).max() > 11  # a block holds 2^11 rows of 64

    own = shapley_values(fitted, x[:1], x[1:6])
    general = shapley_values(fitted.probabilities, x[:1], x[1:6])

    np.testing.assert_allclose(own.values, general.values, atol=2e-6)


def test_asked_for_some_coalitions_it_answers_as_the_general_way_does():
    fitted, x = network(2, numbers=14, categories=4)

    own = shapley_values(fitted, x[:2], x[2:22], budget=4_000)
    general = shapley_values(fitted.probabilities, x[:2], x[2:22], budget=4_000)

    assert own.method == general.method == "paired"
    assert own.rows_evaluated == general.rows_evaluated
    np.testing.assert_allclose(own.values, general.values, atol=2e-6)
    np.testing.assert_allclose(own.standard_errors, general.standard_errors, atol=2e-5)


def test_many_patients_in_one_call_are_explained_as_one_by_one():
    fitted, x = network(4, numbers=8, categories=3)

    together = shapley_values(fitted, x[:30], x[30:])
    alone = [shapley_values(fitted, row, x[30:]).values[0] for row in x[:30]]

    np.testing.assert_allclose(together.values, alone, atol=1e-7)


def test_threads_that_share_a_model_do_not_share_memory():
    fitted, x = network(6, numbers=12, categories=3)
    from diagnosis.ml.explain.shapley import explainer_for

    explainer = explainer_for(fitted, x[20:], 0, "probability")
    expected = [explainer.explain(row[None], 6_000).values for row in x[:16]]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: explainer.explain(row[None], 6_000).values, x[:16]))

    np.testing.assert_array_equal(found, expected)


def test_more_patients_than_are_held_at_a_time_are_explained_alike(monkeypatch):
    fitted, x = network(4, numbers=6, categories=2)
    whole = shapley_values(fitted, x[:30], x[30:])

    monkeypatch.setattr("diagnosis.ml.explain.explainer.AT_ONCE", 7)
    parted = shapley_values(fitted, x[:30], x[30:])

    np.testing.assert_allclose(parted.values, whole.values, atol=1e-7)
    np.testing.assert_allclose(parted.predictions, whole.predictions, atol=1e-7)
    assert parted.additivity_gap < 1e-6
