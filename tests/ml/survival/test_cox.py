"""The Cox model: that of other libraries, penalised, and the same numbers wherever it is kept."""

from __future__ import annotations

import numpy as np
import pytest

from diagnosis.ml import Recipe
from diagnosis.ml.families import family, plain
from diagnosis.ml.families.cox.partial_likelihood import RiskSets, log_hazards, slopes
from diagnosis.ml.learning.problem import pose
from tests.ml.survival.cohorts import HORIZONS, followed, pbc_followed, simulated

# scikit-survival 0.28.0 and lifelines 0.30.3 on pbc.csv, times rounded up to quarters of a year.
EFRON = (0.40753455, 0.92353555, -0.35198278, 0.20572033)
PENALISED = (0.35094398, 0.81612165, -0.33234292, 0.21235105)  # by 20
BRESLOW = (0.03291636, 0.11843649, 0.24284718)


def tied() -> tuple[np.ndarray, RiskSets]:
    table = pbc_followed()
    z = np.column_stack(
        [
            (table["age"] - 50) / 10,
            np.log(table["bilirubin"]),
            table["albumin"] - 3.5,
            table["oedema"].astype(float),
        ]
    )
    time, event = followed(table).T
    return (z - z.mean(axis=0)) / z.std(axis=0), RiskSets.of(np.ceil(time / 90) * 90, event)


def test_coefficients_are_those_of_other_libraries_with_ties() -> None:
    z, sets = tied()
    np.testing.assert_allclose(slopes(z, sets, 0.0), EFRON, atol=1e-6)
    np.testing.assert_allclose(slopes(z, sets, 20.0), PENALISED, atol=1e-6)


def test_the_baseline_is_that_of_breslow() -> None:
    z, sets = tied()
    steps = np.exp(log_hazards(z @ slopes(z, sets, 0.0), sets, HORIZONS))
    np.testing.assert_allclose(np.cumsum(steps), BRESLOW, atol=1e-6)


def test_three_patients_by_hand() -> None:
    """Events at 1 (x = 1) and 2 (x = 0), the third (x = 0) censored: b - log(e^b + 2) - log 2."""
    sets = RiskSets.of(np.array([1.0, 2, 3]), np.array([1.0, 1, 0]))
    (b,) = slopes(np.array([[1.0], [0], [0]]), sets, 0.5)
    assert 1 - np.exp(b) / (np.exp(b) + 2) == pytest.approx(0.5 * b, abs=1e-6)


def test_it_learns_what_is_true() -> None:
    """Of 3,000 patients with hazards exp(-7.4 + x) a day."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=3000)
    time = rng.exponential(1, 3000) * np.exp(7.4 - x)
    end = rng.uniform(200, 4000, 3000)
    table = pbc_followed().iloc[:0]
    table = (
        table[["age"]]
        .reindex(range(3000))
        .assign(age=x, time=np.minimum(time, end), event=(time <= end).astype(int))
    )
    problem = pose(Recipe(("time", "event"), "cox", task="survival", logs=False), table)
    fitted = family("cox").fit(problem.recipe, problem.sample)
    weights = fitted.layers[0][0] / fitted.preprocessor.scale_
    np.testing.assert_allclose(weights, 1.0, atol=0.08)
    truth = 1 - np.exp(-1095 * np.exp(-7.4 + x))
    place = problem.task.times.index(1095.0)
    assert np.abs(fitted.probabilities(problem.sample.x)[:, place] - truth).max() < 0.05


def test_noise_is_shrunk_to_nothing() -> None:
    y, _ = simulated(200, 3)
    noise = np.random.default_rng(0).normal(size=(200, 5))
    table = pbc_followed().iloc[:0]
    table = pbc_followed().head(200).assign(
        time=y[:, 0], event=y[:, 1].astype(int),
        **dict(zip(["age", "bilirubin", "albumin", "oedema", "more"], noise.T, strict=True)),
    )  # fmt: skip
    problem = pose(Recipe(("time", "event"), "cox", task="survival", logs=False), table)
    fitted = family("cox").fit(problem.recipe, problem.sample)
    assert np.ptp(fitted.probabilities(problem.sample.x)[:, -1]) < 0.15
    assert fitted.facts["slope"] <= 1.0


def test_it_is_kept_as_plain_numbers() -> None:
    problem = pose(Recipe(("time", "event"), "cox", task="survival"), pbc_followed())
    fitted = family("cox").fit(problem.recipe, problem.sample)
    again = plain.from_bytes(
        plain.to_bytes(fitted), problem.sample.features, "survival", problem.task.outputs
    )
    np.testing.assert_array_equal(
        again.probabilities(problem.sample.x), fitted.probabilities(problem.sample.x)
    )
    assert again.calibrator.kind == "log_hazard"
