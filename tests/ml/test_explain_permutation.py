"""How much worse a model gets without what one input says."""

import numpy as np
import pytest

from diagnosis.ml import evaluation
from diagnosis.ml.explain.permutation import permutation_importance


def patients(n=300, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    y = (rng.random(n) < 1 / (1 + np.exp(-2 * x[:, 1]))).astype(float)
    return x, y


def model(rows):
    return 1 / (1 + np.exp(-2.0 * rows[:, 1].astype(np.float64)))


@pytest.mark.parametrize("loss", ["auroc", "brier", "log_loss"])
def test_the_input_that_tells_has_an_interval_above_nothing_and_the_others_are_nothing(loss):
    x, y = patients()

    found = permutation_importance(model, x, y, loss=loss)

    assert 0 < found.lower[1] < found.value[1] < found.upper[1]
    np.testing.assert_allclose(found.value[[0, 2]], 0, atol=1e-12)
    np.testing.assert_allclose(found.upper[[0, 2]], 0, atol=1e-12)


def test_its_value_is_that_of_the_figure_in_the_manifests():
    x, y = patients()

    found = permutation_importance(model, x, y)

    plain = evaluation.permutation_importance(model, x, y)
    np.testing.assert_allclose(found.value, plain, atol=1e-12)


def test_the_log_loss_rises_by_what_shuffling_costs():
    x, y = patients(2000)
    sure = np.where(y > 0, 0.9, 0.1)
    x[:, 0] = sure

    found = permutation_importance(lambda rows: rows[:, 0], x, y, loss="log_loss")

    event = y.mean()
    wrong = 2 * event * (1 - event) * (np.log(0.9) - np.log(0.1))  # chance of the other label
    assert found.value[0] == pytest.approx(wrong, rel=0.05)
    assert found.lower[0] < wrong < found.upper[0]


def test_what_can_not_be_measured_is_refused():
    x, y = patients(20)

    with pytest.raises(ValueError, match="Unknown loss"):
        permutation_importance(model, x, y, loss="profit")
    with pytest.raises(ValueError, match="one output"):
        permutation_importance(lambda rows: rows[:, :2], x, y)
