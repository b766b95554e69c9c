"""Sets and ranges hold the truth as often as they say; who is missed is named."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from diagnosis.ml import Artifact, ArtifactError, Recipe
from diagnosis.ml.evaluation.counts import exact_interval
from diagnosis.ml.families.linear.fitting import fit_logistic
from diagnosis.ml.learning import coverage
from diagnosis.ml.learning.problem import Problem, pose
from diagnosis.ml.learning.validation import OutOfFold, cross_validate
from diagnosis.ml.uncertainty.conformal import ClassSets, Ranges, quantile_of
from diagnosis.ml.uncertainty.coverage import Conformal, Coverage, Group
from tests.ml.conftest import CASES

Find = Callable[[str], Artifact]
QUICK = {"model": "logistic", "repeats": 1, "refits": 0, "folds": 3}


def lowest(nominal: float, n: int) -> float:
    """The share below which a right set falls once in a thousand such tests."""
    return nominal - 3.1 * math.sqrt(nominal * (1 - nominal) / n)


# The rank, and the exact interval


def test_the_next_score_is_no_greater_as_often_as_promised() -> None:
    """Exact for any distribution: of 21 scores in random order the last has each rank alike."""
    rng, level, n = np.random.default_rng(0), 0.8, 20
    scores = rng.lognormal(size=(20_000, n + 1))

    held = np.mean([row[-1] <= quantile_of(row[:-1], level) for row in scores])

    assert held == pytest.approx(math.ceil((n + 1) * level) / (n + 1), abs=0.01)


def test_of_too_few_rows_nothing_can_be_left_out() -> None:
    assert quantile_of(np.arange(8.0), 0.9) == math.inf
    assert quantile_of(np.arange(9.0), 0.9) == 8.0


@pytest.mark.parametrize(("held", "n"), [(0, 7), (7, 7), (3, 7), (317, 352), (6600, 7338)])
def test_the_exact_interval_is_where_the_binomial_tails_are_two_and_a_half(
    held: int, n: int
) -> None:
    lower, upper = exact_interval(held, n)

    assert lower == 0 if held == 0 else binom.sf(held - 1, n, lower) == pytest.approx(0.025)
    assert upper == 1 if held == n else binom.cdf(held, n, upper) == pytest.approx(0.025)


# Sets and ranges


def test_a_gap_between_two_ordered_classes_is_filled() -> None:
    answers, quantile = np.array([[0.45, 0.05, 0.5, 0.0]]), 0.6

    assert ClassSets().inside(answers, quantile).tolist() == [[True, False, True, False]]
    assert ClassSets(ordered=True).inside(answers, quantile).tolist() == [[True, True, True, False]]


def test_no_set_is_empty() -> None:
    answers = np.array([[0.4, 0.3, 0.3]])

    assert ClassSets().inside(answers, 0.1).tolist() == [[True, False, False]]


def test_a_range_reaches_as_far_below_as_above() -> None:
    assert Ranges().ends(np.array([[72.0]]), 3.5).tolist() == [[68.5, 75.5]]


# The whole procedure, where the truth is known


def weights(n: int, seed: int) -> pd.DataFrame:
    """Two inputs and a number with heavy tails about a line."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    return pd.DataFrame({"a": a, "b": b, "y": 70 + 5 * a - 3 * b + 2 * rng.standard_t(4, n)})


def stages(n: int, seed: int) -> pd.DataFrame:
    """Four ordered stages of something that two inputs tell about."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    latent = a + 0.5 * b + rng.logistic(size=n)
    return pd.DataFrame({"a": a, "b": b, "y": 1 + np.digitize(latent, (-1.5, 0.0, 1.5))})


def measured(recipe: Recipe, table: pd.DataFrame) -> tuple[Problem, OutOfFold]:
    problem = pose(recipe, table)
    return problem, cross_validate(problem.recipe, problem)


@pytest.mark.parametrize(
    ("world", "recipe", "n", "worlds"),
    [
        (weights, Recipe("y", task="regression", **QUICK), 60, 24),
        (stages, Recipe("y", task="multiclass", ordered=True, **QUICK), 120, 8),
    ],
    ids=["range", "ordered set"],
)
def test_new_patients_lie_inside_as_often_as_it_says(
    world: Callable[[int, int], pd.DataFrame], recipe: Recipe, n: int, worlds: int
) -> None:
    """The shipped model on 2,000 new patients; what is printed is the procedure's coverage."""
    truly, printed = [], []
    for seed in range(worlds):
        problem, found = measured(recipe, world(n, seed))
        verified = coverage.verify(found, problem.sample)
        assert verified is not None
        entry = coverage.described(found, problem.sample, verified)
        new = world(2_000, 10_000 + seed)
        answers = fit_logistic(problem.recipe, problem.sample, 0).probabilities(
            problem.schema.matrix(new)
        )
        held = verified.region.holds(problem.task.read(new), answers, entry.quantile).mean()
        truly.append(held)
        printed.append(entry.coverage.ends)

    level = verified.region.level
    assert np.mean(truly) >= level - 0.02
    assert np.mean(truly) <= level + 0.06  # no wider than it has to be
    told = [lower <= np.mean(truly) <= upper for lower, upper in printed]
    assert np.mean(told) >= lowest(0.95, worlds)


def test_a_row_has_no_part_in_the_quantile_it_is_tried_against() -> None:
    """Whatever the outcomes of one fold are: what its rows are measured by stays as it was."""
    problem, found = measured(Recipe("y", task="regression", **QUICK), weights(80, 1))
    first = found.folds[0] == 0
    absurd = np.where(first[:, None], 1e6, found.y)

    honest = coverage.verify(found, problem.sample)
    planted = coverage.verify(replace(found, y=absurd), replace(problem.sample, y=absurd))

    assert honest is not None
    assert planted is not None
    np.testing.assert_array_equal(planted.sizes[first], honest.sizes[first])
    assert (planted.sizes[~first] != honest.sizes[~first]).any()
    assert not planted.held[first].any()


def test_of_a_patient_with_several_rows_one_counts() -> None:
    groups = np.repeat(np.arange(30), 4)

    counted = coverage.one_a_patient(len(groups), groups, 0)

    assert counted.sum() == 30
    assert len(np.unique(groups[counted])) == 30
    table = weights(120, 2).assign(patient=groups)
    problem, found = measured(Recipe("y", task="regression", group="patient", **QUICK), table)
    verified = coverage.verify(found, problem.sample)
    assert verified is not None
    entry = coverage.described(found, problem.sample, verified)
    assert (entry.rows, entry.coverage.rows) == (30, 30)


def test_ordered_sets_are_contiguous() -> None:
    rng = np.random.default_rng(0)
    answers = rng.dirichlet(np.full(5, 0.4), size=500)

    inside = ClassSets(ordered=True).inside(answers, 0.85)

    steps = np.abs(np.diff(inside.astype(int), axis=1)).sum(axis=1)
    ends = inside[:, 0].astype(int) + inside[:, -1]
    assert (steps + ends <= 2).all()
    assert (ClassSets().inside(answers, 0.85) <= inside).all()


# What is written down


def entry_of(**given: object) -> Conformal:
    base = Conformal("set", 0.9, 0.8, 200, Coverage(180, 200), 2.1, 0.2)
    return replace(base, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("held", "verdict"), [(180, "holds"), (150, "below"), (199, "above")])
def test_the_verdict_is_whether_the_interval_holds_the_level(held: int, verdict: str) -> None:
    assert entry_of(coverage=Coverage(held, 200)).verdict == verdict


def test_a_class_wholly_more_than_ten_points_below_is_named_and_one_that_may_not_be_is_not() -> (
    None
):
    rare = Group("class", Coverage(2, 21), code="1")
    few = Group("class", Coverage(14, 20), code="2")

    assert entry_of(classes=(rare, few)).missed == (rare,)


def test_it_is_read_back_as_it_was_written() -> None:
    told = entry_of(
        classes=(Group("class", Coverage(30, 40), code="1"),),
        subgroups=(Group("age", Coverage(50, 60), low=45.0, label={"en": "over 45"}),),
    )

    assert Conformal.from_dict(told.to_dict()) == told


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "cloud"}, {"level": 1.5}, {"quantile": -1}, {"coverage": {"held": 3, "rows": 2}}],
)
def test_an_impossible_entry_is_refused_with_the_artifact(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no kind|can not have held"):
        Conformal.from_dict({**entry_of().to_dict(), **wrong})


@pytest.mark.slow
def test_an_artifact_answers_sets_and_says_whom_they_miss(trained: Find) -> None:
    artifact, rows = trained("multiclass"), CASES["multiclass"][1]().head(40)

    sets, missed = artifact.sets(rows), artifact.missed(rows)

    assert sets is not None
    assert artifact.set_level == 0.9
    assert artifact.ranges(rows) is None
    assert artifact.interval_level is None
    likeliest = artifact.predict(rows).argmax(axis=1)
    for one, place in zip(sets, likeliest, strict=True):
        assert artifact.task.classes[place] in one
    # Stage 1 has 21 patients: nine of ten sets do not hold it, and each result has to say so.
    assert all("1" in [group.code for group in groups if group.by == "class"] for groups in missed)
    told = artifact.manifest["conformal"]
    assert told["verdict"] == "holds"
    assert {group["code"] for group in told["classes"]} == {"1", "2", "3", "4"}


@pytest.mark.slow
def test_a_number_is_estimated_with_its_range(trained: Find) -> None:
    artifact, rows = trained("regression"), CASES["regression"][1]().head(40)

    ranges = artifact.ranges(rows)

    assert ranges is not None
    assert artifact.interval_level == 0.8
    assert artifact.sets(rows) is None
    for (estimate,), (low, high) in zip(artifact.estimates(rows), ranges, strict=True):
        assert estimate.interval == (low, high)
        assert estimate.value == pytest.approx((low + high) / 2)
    parted = {group["by"] for group in artifact.manifest["conformal"]["subgroups"]}
    assert parted == {"age", "sex", "estimate"}


@pytest.mark.slow
def test_a_damaged_entry_stops_the_artifact(trained: Find) -> None:
    artifact = trained("regression")
    broken = {**artifact.manifest["conformal"], "level": 2}
    content = artifact.with_manifest(conformal=broken)
    with pytest.raises(ArtifactError, match="contradicts itself"):
        content._check_inside()


@pytest.mark.slow
@pytest.mark.parametrize("case", ["logistic", "multilabel"])
def test_yes_or_no_has_neither(trained: Find, case: str) -> None:
    artifact, rows = trained(case), CASES[case][1]().head(2)

    assert (artifact.sets(rows), artifact.ranges(rows)) == (None, None)
    assert (artifact.set_level, artifact.interval_level) == (None, None)
    assert "conformal" not in artifact.manifest
