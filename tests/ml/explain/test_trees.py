"""Boosted trees: the log-odds by their paths, the probability by enumeration."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from diagnosis.ml.explain import shapley_values


@pytest.fixture(scope="module")
def trees():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(300, 6)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + x[:, 2] + rng.normal(size=300) * 0.3 > 0).astype(int)
    return GradientBoostingClassifier(n_estimators=40, random_state=0).fit(x, y), x


def _log_odds(model):
    def called(x):
        p = model.predict_proba(x)[:, 1]
        return np.log(p) - np.log1p(-p)

    return called


def test_log_odds_by_the_paths_equal_the_enumeration(trees):
    model, x = trees

    by_paths = shapley_values(model, x[:3], x[10:40], output="logit")
    enumerated = shapley_values(_log_odds(model), x[:3], x[10:40])

    assert by_paths.method == "tree"
    assert enumerated.method == "exact"
    np.testing.assert_allclose(by_paths.values, enumerated.values, atol=1e-6)
    np.testing.assert_allclose(by_paths.standard_errors, enumerated.standard_errors, atol=1e-6)
    assert by_paths.additivity_gap < 1e-6


def test_probabilities_are_enumerated_because_rescaled_log_odds_are_off(trees):
    import shap

    model, x = trees
    own = shapley_values(model, x[:3], x[10:40])
    enumerated = shapley_values(lambda rows: model.predict_proba(rows)[:, 1], x[:3], x[10:40])
    theirs = shap.TreeExplainer(
        model, x[10:40].astype(float), "probability", "interventional"
    ).shap_values(x[:3].astype(float))

    assert own.method == "exact"
    np.testing.assert_allclose(own.values, enumerated.values, atol=1e-12)
    off = np.abs(theirs - own.values).sum() / np.abs(own.values).sum()
    assert off > 0.02  # its sum is right, its parts are not
