"""The figures of risks over time: as another library has them, and intervals that hold."""

from __future__ import annotations

import json

import numpy as np
import pytest

from diagnosis.ml.evaluation.followed import Followed, event_share
from diagnosis.ml.evaluation.time_to_event import concordances
from diagnosis.ml.learning.scores import measure
from diagnosis.ml.results.time.horizons import details, paired, points
from tests.ml.survival.cohorts import (
    HORIZONS,
    TASK,
    followed,
    pbc_followed,
    simulated,
    usual_risks,
)

# scikit-survival 0.28.0 (Uno's and Harrell's C, AUC, Brier) and lifelines 0.30.3 (Kaplan-Meier)
# on pbc.csv; they differ in whether a patient censored at the very moment still counts.
SCIKIT_SURVIVAL = {
    "uno_c": 0.8439959,
    "harrell_c": 0.8256341,
    "auc_365": 0.8632302,
    "auc_1095": 0.8794715,
    "auc_1825": 0.9094985,
    "brier_365": 0.0543141,
    "brier_1095": 0.1074802,
    "brier_1825": 0.1104314,
}
LIFELINES = {
    365.0: (0.0717703, 0.0507359, 0.1010493),
    1095.0: (0.1986698, 0.1632690, 0.2405764),
    1825.0: (0.2971348, 0.2535616, 0.3463015),
}


@pytest.mark.parametrize("name", SCIKIT_SURVIVAL)
def test_each_is_that_of_scikit_survival(name: str) -> None:
    table = pbc_followed()
    found = points(TASK, followed(table), usual_risks(table))
    assert found[name] == pytest.approx(SCIKIT_SURVIVAL[name], abs=3e-5)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_share_observed_and_its_interval_are_those_of_lifelines(horizon: float) -> None:
    found = event_share(Followed.of(followed(pbc_followed())), horizon)
    assert found == pytest.approx(LIFELINES[horizon], abs=1e-6)


def test_four_patients_by_hand() -> None:
    """Times 1 (event), 2 (censored), 3 (event), 4 (censored); risks 0.8, 0.5, 0.2, 0.6."""
    once = np.ones((1, 4))
    cohort = Followed(np.array([1.0, 2, 3, 4]), np.array([1.0, 0, 1, 0]))
    # After 1: 3/4. After 3, two at risk: 3/4 * 1/2.
    np.testing.assert_allclose(
        cohort.event_free(once).at([0.5, 1, 2, 3])[0], [1, 0.75, 0.75, 0.375]
    )
    # Not censored: 1 before 2, then 2/3; at 4 the last goes.
    np.testing.assert_allclose(cohort.observed(once).before([1, 2, 3, 4])[0], [1, 1, 2 / 3, 2 / 3])
    risk = np.array([0.8, 0.5, 0.2, 0.6])
    uno, harrell = concordances(cohort, risk, 3.5, once)
    # The first outranks three of three later ones, the third none of one.
    assert harrell[0] == pytest.approx(3 / 4)
    assert uno[0] == pytest.approx(3 / (3 + (3 / 2) ** 2))


def test_without_censoring_they_are_those_of_yes_or_no() -> None:
    y, risk = simulated(400, 0, censored=False)
    found = points(TASK, y, risk)
    event = y[:, 0] <= 1095
    assert found["brier_1095"] == pytest.approx(float(((event - risk[:, 1]) ** 2).mean()))
    assert found["oe_1095"] == pytest.approx(event.mean() / risk[:, 1].mean())
    assert found["uno_c"] == pytest.approx(
        concordances(Followed.of(y), risk[:, 2], 1825.0, np.ones((1, 400)))[0][0]
    )


def test_a_drawn_patient_counts_as_often_as_drawn() -> None:
    y, risk = simulated(60, 1)
    counts = np.random.default_rng(0).integers(0, 3, 60)
    rows = np.repeat(np.arange(60), counts)
    whole = concordances(Followed.of(y), risk[:, 2], 1825.0, counts[None].astype(float))
    apart = concordances(Followed.of(y[rows]), risk[rows, 2], 1825.0, np.ones((1, len(rows))))
    np.testing.assert_allclose(whole, apart)


def test_everybody_alike_has_no_skill() -> None:
    y, risk = simulated(200, 2)
    found = points(TASK, y, np.full_like(risk, 0.3))
    assert found["uno_c"] == 0.5
    assert found["auc_1095"] == 0.5
    assert found["scaled_brier_1095"] <= 0


@pytest.mark.slow
def test_each_interval_holds_what_is_true_of_all_patients() -> None:
    """Three hundred cohorts of 250; the truth is that of 40,000 of whom nobody was censored."""
    y, risk = simulated(40_000, 99, censored=False)
    truth = {**points(TASK, y[:8_000], risk[:8_000]), **_of_many(y, risk)}
    inside: dict[str, list[bool]] = {name: [] for name in truth if name != "harrell_c"}
    for seed in range(300):
        found = measure(TASK, *_one(seed), draws=80)
        for name, held in inside.items():
            lower, upper = found[name]["lower"], found[name]["upper"]
            assert lower is not None
            assert upper is not None
            held.append(lower <= truth[name] <= upper)
    coverage = {name: float(np.mean(held)) for name, held in inside.items()}
    assert min(coverage.values()) >= 0.915, coverage
    assert max(coverage.values()) <= 0.99, coverage


@pytest.mark.slow
def test_the_interval_of_a_difference_holds_the_true_one() -> None:
    """The other risks are noisier; a hundred cohorts of 250."""
    y, risk = simulated(8_000, 98, censored=False)
    other = _noisier(risk, 97)
    truth = points(TASK, y, risk)["uno_c"] - points(TASK, y, other)["uno_c"]
    held = []
    for seed in range(100):
        y, risk = simulated(250, 1000 + seed)
        found = paired(TASK, y, risk, _noisier(risk, seed), draws=60)["uno_c"]
        assert found["lower"] is not None
        assert found["upper"] is not None
        held.append(found["lower"] <= truth <= found["upper"])
    assert 0.89 <= np.mean(held) <= 0.995


def _noisier(risk: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 0.6, (len(risk), 1))
    return np.asarray(1 - (1 - risk) ** np.exp(noise))


def _one(seed: int) -> tuple[np.ndarray, np.ndarray]:
    y, risk = simulated(250, seed)
    return y, risk[None]


def _of_many(y: np.ndarray, risk: np.ndarray) -> dict[str, float]:
    found = {}
    for horizon, p in zip(HORIZONS, risk.T, strict=True):
        event = (y[:, 0] <= horizon).astype(float)
        usual = event.mean() * (1 - event.mean())
        found[f"brier_{horizon:g}"] = float(((event - p) ** 2).mean())
        found[f"scaled_brier_{horizon:g}"] = 1 - found[f"brier_{horizon:g}"] / usual
        found[f"oe_{horizon:g}"] = float(event.mean() / p.mean())
    return found


def test_a_horizon_with_hardly_an_event_has_no_interval() -> None:
    y, risk = simulated(60, 5)
    y[:, 0] += 360
    found = measure(TASK, y, risk[None], draws=20)
    assert found["auc_365"]["lower"] is None
    assert found["auc_1825"]["lower"] is not None


def test_patients_with_several_rows_are_drawn_whole() -> None:
    y, risk = simulated(120, 6)
    twice = np.repeat(np.arange(120), 3)
    narrow = measure(TASK, y[twice], risk[None, twice], draws=60)["uno_c"]
    wide = measure(TASK, y[twice], risk[None, twice], draws=60, groups=twice)["uno_c"]
    assert narrow["value"] == wide["value"]
    assert None not in (wide["upper"], wide["lower"], narrow["upper"], narrow["lower"])
    assert wide["upper"] - wide["lower"] > 1.4 * (narrow["upper"] - narrow["lower"])


@pytest.mark.parametrize("event", [0.0, 1.0])
def test_of_a_few_rows_of_one_sort_what_is_not_known_is_none(event: float) -> None:
    y = np.column_stack([np.array([100.0, 200, 300]), np.full(3, event)])
    risk = np.full((3, 3), 0.2)
    found = measure(TASK, y, risk[None], draws=10)
    assert found["auc_365"] == {"value": None, "lower": None, "upper": None}
    assert json.dumps(found, allow_nan=False)
    assert json.dumps(details(TASK, y, risk), allow_nan=False)


def test_details_say_whom_a_horizon_rests_on() -> None:
    table = pbc_followed()
    found = details(TASK, followed(table), usual_risks(table))["horizons"]
    assert [one["at_risk"] for one in found] == [388, 313, 197]
    assert [one["censored_before"] for one in found] == [0, 24, 106]
    assert [one["events"] for one in found] == [30, 82, 115]
    assert all(len(one["curve"]) == 41 for one in found)
