"""The band of a curve holds what models would say that learnt from other patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Recipe
from diagnosis.ml.families import family
from diagnosis.ml.learning.problem import Problem, pose
from diagnosis.ml.learning.refits import LEVEL, refit
from diagnosis.ml.uncertainty.other_models import curve_band
from tests.ml.survival.cohorts import simulated_inputs

COHORTS, ROWS = 5, 300


@pytest.mark.slow
@pytest.mark.parametrize("model", ["logistic", "cox"])
def test_nine_of_ten_others_lie_in_it(model: str) -> None:
    """Five cohorts of 300, twenty refits each; every model is asked about the others' band."""
    recipe = Recipe(
        ("time", "event"), model, task="survival", horizons=(365, 1095), refits=20, logs=False
    )
    problems = [_posed(recipe, seed) for seed in range(COHORTS)]
    places = [-1]  # the last horizon, which all grids have
    at = problems[0].sample.x[:60]
    fits = [family(model).fit(recipe, problem.sample) for problem in problems]
    answers = [fitted.probabilities(at)[:, places] for fitted in fits]
    inside = []
    for i, (problem, fitted) in enumerate(zip(problems, fits, strict=True)):
        others = refit(recipe, problem.sample, fitted)
        said = np.stack([one.probabilities(at)[:, places] for one in others], axis=1)
        low, high = curve_band(answers[i], said.astype(np.float32), LEVEL)[:, 0].T
        inside += [
            float(((low <= other[:, 0]) & (other[:, 0] <= high)).mean())
            for j, other in enumerate(answers)
            if j != i
        ]
    assert 0.82 <= np.mean(inside) <= 0.98


def _posed(recipe: Recipe, seed: int) -> Problem:
    x, y = simulated_inputs(ROWS, seed)
    return pose(recipe, pd.DataFrame({"x": x[0], "z": x[1], "time": y[:, 0], "event": y[:, 1]}))
