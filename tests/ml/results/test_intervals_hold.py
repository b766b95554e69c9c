"""How often the 95 % intervals of classes, labels and numbers hold where the truth is known.

Few replications, so the bounds are those of chance (one in a thousand).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from diagnosis.ml.evaluation.metrics import expit
from diagnosis.ml.learning.by_estimate import expected_observed, flagged_apart
from diagnosis.ml.learning.scores import measure
from diagnosis.ml.results import ordinal
from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]
WORLDS, DRAWS, MANY = 80, 80, 200_000
TASKS = {
    "classes": Task("multiclass", ("y",), ("1-2", "3", "4"), ordered=True),
    "labels": Task("multilabel", ("a", "b"), ("a", "b")),
    "numbers": Task("regression", ("y",), unit="kg"),
}


def world(name: str, n: int, seed: int) -> tuple[Array, Array]:
    """Truths and what a blurred model says of them, (n, k) each."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n)
    if name == "numbers":
        truth = 70 + 12 * z + 4 * rng.standard_t(5, n)
        return truth[:, None], (71 + 11 * z + rng.normal(0, 1, n))[:, None]
    if name == "labels":
        logits = np.column_stack([1.5 * z - 1, z + rng.normal(size=n)])
        return (rng.random((n, 2)) < expit(logits)).astype(float), expit(0.8 * logits + 0.1)
    above = expit(z[:, None] * 1.2 - np.array([-0.8, 0.7]))
    place = (rng.random(n)[:, None] < above).sum(axis=1)
    said = expit((z + rng.normal(0, 0.4, n))[:, None] - np.array([-0.8, 0.7]))
    edges = np.column_stack([np.ones(n), said, np.zeros(n)])
    return np.eye(3)[place], edges[:, :-1] - edges[:, 1:]


@pytest.mark.parametrize("name", TASKS)
def test_the_intervals_of_each_kind_hold(name: str) -> None:
    task = TASKS[name]
    true = task.result.points(task, *world(name, MANY, 10**6))
    held: dict[str, list[bool]] = {metric: [] for metric in true}
    for seed in range(WORLDS):
        y, p = world(name, 60, seed)
        for metric, found in measure(task, y, p[None], draws=DRAWS).items():
            assert found["lower"] is not None
            assert found["upper"] is not None
            held[metric].append(found["lower"] <= true[metric] <= found["upper"])

    lowest = 0.94 - 3.1 * math.sqrt(0.94 * 0.06 / WORLDS)
    assert {metric: np.mean(each) for metric, each in held.items() if np.mean(each) < lowest} == {}


def test_expected_to_observed_holds() -> None:
    held, true = [], 0.0
    for seed in range(-1, 400):
        rng = np.random.default_rng(seed + 1)
        n = MANY if seed < 0 else 150
        z = rng.normal(-1.5, 1, n)
        y, p = (rng.random(n) < expit(z)).astype(float), expit(z + 0.3)
        found = expected_observed(y, p)
        if seed < 0:
            true = found["value"]
        else:
            held.append(found["lower"] <= true <= found["upper"])

    assert true > 1.15
    assert np.mean(held) >= 0.95 - 3.1 * math.sqrt(0.95 * 0.05 / 400)


def test_expected_to_observed_of_few_events_or_of_copies_is_no_surer() -> None:
    y, p = np.r_[np.ones(4), np.zeros(40)], np.full(44, 0.1)
    assert math.isnan(expected_observed(y, p)["lower"])
    rng = np.random.default_rng(0)
    y, p = (rng.random(80) < 0.3).astype(float), rng.uniform(0.2, 0.4, 80)
    once = expected_observed(y, p)
    copied = expected_observed(np.repeat(y, 4), np.repeat(p, 4), np.repeat(np.arange(80), 4))
    assert copied["upper"] / copied["lower"] == pytest.approx(
        once["upper"] / once["lower"], rel=0.02
    )


def test_a_threshold_is_judged_on_rows_that_did_not_choose_it() -> None:
    """Of noise a threshold for nine of ten events finds nine of ten elsewhere, too, and no more."""
    rng = np.random.default_rng(3)
    y, p, fold = (rng.random(4000) < 0.1).astype(float), rng.random(4000), rng.integers(0, 5, 4000)

    found = flagged_apart(y, p, fold)

    assert found is not None
    assert found.right + found.missed == y.sum()
    assert found.right / y.sum() == pytest.approx(0.9, abs=0.05)
    assert found.flagged / len(y) == pytest.approx(0.9, abs=0.03)
    alone = fold == 0
    planted = np.where(alone & (y == 0), 2.0, p)  # what one fold's rows say can not move its own
    assert flagged_apart(y, planted, fold) is not None


def test_the_order_of_classes_is_that_of_their_numbers_or_the_one_that_is_given() -> None:
    assert ordinal.in_order(["3", "4", "1-2"], None) == ("1-2", "3", "4")
    assert ordinal.in_order(["high", "low"], ("low", "high")) == ("low", "high")
    assert ordinal.cumulative(("1-2", "3", "4")) == {"3+": 1}


def test_ranked_probability_score_and_kappa_by_hand() -> None:
    y = np.eye(3)[[0, 1, 2]]
    p = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.5, 0.3, 0.2]])

    found = ordinal.points(y, p)

    by_hand = [(0.4**2 + 0.1**2) / 2, (0.2**2 + 0.3**2) / 2, (0.5**2 + 0.8**2) / 2]
    assert found["rps"] == pytest.approx(np.mean(by_hand))
    assert found["rps_base"] == pytest.approx(np.mean([5 / 18, 2 / 18, 5 / 18]))
    # Said 1, 2, 1 of 1, 2, 3: apart by 0, 0, 2; by chance (0+1+4 + 1+0+1 + 0+1+4) / 9.
    assert found["kappa"] == pytest.approx(1 - (4 / 3) / (12 / 9))


def test_a_number_is_judged_by_its_limits_of_agreement() -> None:
    y = np.array([[100.0], [50.0], [80.0], [70.0]])
    found = TASKS["numbers"].result.points(
        TASKS["numbers"], y, y + np.array([[9.0], [6.0], [-3.0], [0.0]])
    )

    assert (found["bias"], found["mae"], found["within_10"]) == (3.0, 4.5, 0.75)
    reach = 1.959964 * np.std([9, 6, -3, 0], ddof=1)
    assert found["upper_limit"] == pytest.approx(3 + reach)
    assert list(found)[-1] == "r2"
