"""How often intervals hold with known truth: ``python -m medportal.tools.bench.intervals [N]``.

Patients are drawn from a world whose every probability is known, so a metric has a true value and
two models that learnt from other patients can be compared. Prints the tables of
``docs/mechanisms/intervals.md``, from N replications (500); takes half an hour on a core, and
``tests/ml/test_coverage.py`` less than one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.evaluation.metrics import expit, logit
from diagnosis.ml.families.linear.fitting import fit_logistic
from diagnosis.ml.families.pipeline import Sample
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.refits import LEVEL, refit
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.threads import single_thread
from diagnosis.ml.uncertainty.other_models import other_models

Array = NDArray[np.float64]
Ends = tuple[float, float]

RATES = {0.33: -0.92, 0.04: -4.06}
"""The share with the event, and the mean log-odds that gives it."""
MANY = 1_000_000
SHOWN = ("auroc", "auprc", "brier", "accuracy", "recall", "specificity",
         "calibration_slope", "calibration_intercept")  # fmt: skip


@dataclass(frozen=True)
class Patients:
    """Outcomes, what two judges say of them, and who belongs to a subgroup."""

    y: Array
    model: Array
    own: Array
    younger: NDArray[np.bool_]


def patients(n: int, rate: float, rng: np.random.Generator) -> Patients:
    """Draw n patients; the model is blurred and too sure, the other judge more so."""
    z = rng.normal(RATES[rate], 1.5, n)
    young = rng.random(n) < 0.4
    z = z - 0.5 * young
    y = (rng.random(n) < expit(z)).astype(float)
    model = expit(0.15 + 0.85 * z + rng.normal(0, 0.5, n))
    own = np.round(expit(0.2 + 0.6 * z + rng.normal(0, 1.0, n)), 2)
    return Patients(y, model, own, young)


def truth(rate: float) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Return the metrics of the model, of the model in the subgroup, and those of the few."""
    everyone = patients(MANY, rate, np.random.default_rng(1))
    y, model, own = everyone.y, everyone.model, everyone.own
    group = everyone.younger
    few = {
        "Brier score": evaluation.brier(y, own),
        "Brier score, difference": evaluation.brier(y, own) - evaluation.brier(y, model),
        "AUROC": evaluation.auroc(y, own),
        "AUROC, difference": evaluation.auroc(y, own) - evaluation.auroc(y, model),
    }
    return (
        evaluation.point_metrics(y, model, threshold=rate),
        evaluation.point_metrics(y[group], model[group], threshold=rate),
        few,
    )


def share(held: Sequence[bool]) -> float:
    return float(np.mean(held)) if len(held) else float("nan")


def of_metrics(n: int, rate: float, replications: int, draws: int = 200) -> dict[str, float]:
    """Return how often the intervals of the metrics hold, that of a subgroup's intercept too."""
    whole, part, _ = truth(rate)
    held: dict[str, list[bool]] = {name: [] for name in (*SHOWN, "subgroup")}
    for seed in range(replications):
        drawn = patients(n, rate, np.random.default_rng(1000 + seed))
        found = evaluation.metrics_with_intervals(drawn.y, drawn.model, threshold=rate, draws=draws)
        for name in SHOWN:
            _note(held[name], found[name], whole[name])
        group = drawn.younger
        of_group = evaluation.metrics_with_intervals(
            drawn.y[group], drawn.model[group], threshold=rate, draws=draws
        )
        name = "calibration_intercept"
        _note(held["subgroup"], of_group[name], part[name])
    return {name: share(each) for name, each in held.items()}


def _note(held: list[bool], found: Mapping[str, float], true: float) -> None:
    """Intervals that were not given claim nothing."""
    if np.isfinite(found["lower"]):
        held.append(bool(found["lower"] <= true <= found["upper"]))


def of_few(n: int, rate: float, replications: int) -> dict[str, float]:
    """Return how often the intervals of own tallies hold."""
    _, _, true = truth(rate)
    held: dict[str, list[bool]] = {name: [] for name in true}
    for seed in range(replications):
        drawn = patients(n, rate, np.random.default_rng(5000 + seed))
        found = {
            "Brier score": evaluation.brier_of_few(drawn.y, drawn.own),
            "Brier score, difference": evaluation.brier_difference_of_few(
                drawn.y, drawn.own, drawn.model
            ),
            "AUROC": evaluation.auroc_of_few(drawn.y, drawn.own),
            "AUROC, difference": evaluation.auroc_difference_of_few(
                drawn.y, drawn.own, drawn.model
            ),
        }
        for name, one in found.items():
            if one is not None:
                held[name].append(one.lower <= true[name] <= one.upper)
    return {name: share(each) for name, each in held.items()}


@dataclass(frozen=True)
class OtherModels:
    """How many models of other patients the interval holds, and how many that of the refits."""

    models: int
    held: float
    held_by_refits: float


def of_models(samples: Sequence[Sample], x: NDArray[np.float32], recipe: Recipe) -> OtherModels:
    """Fit and refit on each of disjoint samples; look where the models of the others lie."""
    points, refits = [], []
    with single_thread():
        for sample in samples:
            fitted = fit_logistic(recipe, sample, recipe.seed)
            members = refit(recipe, sample, fitted)
            points.append(logit(fitted.probabilities(x)[:, 0]))
            refits.append(np.stack([logit(m.probabilities(x)[:, 0]) for m in members], axis=1))

    def held(ends: Callable[[Array, Array], tuple[Array, Array]]) -> float:
        found = [ends(*pair) for pair in zip(points, refits, strict=True)]
        return share(
            [
                bool(inside)
                for i, (low, high) in enumerate(found)
                for j, other in enumerate(points)
                if i != j
                for inside in (low <= other) & (other <= high)
            ]
        )

    def middle(_: Array, each: Array) -> tuple[Array, Array]:
        low, high = np.quantile(each, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=1)
        return low, high

    wide = held(lambda point, each: other_models(point, each, LEVEL))
    return OtherModels(len(points), wide, held(middle))


def table(n: int, seed: int) -> pd.DataFrame:
    """Draw a table whose truth has a bend, an interaction and holes: no model of it is right."""
    rng = np.random.default_rng(seed)
    a, b, c, d = rng.normal(size=(4, n))
    sex = rng.integers(0, 2, n)
    z = -0.9 + 0.8 * a + 0.6 * b**2 / 2 + 0.5 * sex + 0.4 * a * c - 0.3 * d
    frame = pd.DataFrame({"a": a, "b": b, "c": np.exp(c / 2), "d": d, "sex": sex.astype(float)})
    frame.loc[rng.random(n) < 0.1, "d"] = np.nan
    return frame.assign(y=(rng.random(n) < expit(z)).astype(int))


def drawn_models(n: int, models: int, refits: int) -> OtherModels:
    """Models that each learnt from n other patients of one world."""
    recipe = Recipe(target="y", model="logistic", refits=refits)
    posed = pose(recipe, table(4000, 0))
    samples = [pose(recipe, table(n, 100 + i), posed.schema).sample for i in range(models)]
    return of_models(samples, posed.sample.x[:300], recipe)


def real_models(pieces: int, refits: int) -> OtherModels:
    """Models that each learnt from another piece of the table of light chains."""
    from medportal.demo.build.plans import PLANS
    from medportal.demo.build.study import training_frame

    plan = PLANS["flc-mortality"]
    frame = training_frame(whole := plan.load())
    recipe = replace(plan.recipe, refits=refits)
    sample = pose(recipe, frame, whole.schema).sample
    rows = np.random.default_rng(0).permutation(len(sample))
    parts = [sample.take(part) for part in np.array_split(rows[400:], pieces)]
    return of_models(parts, sample.x[rows[:400]], recipe)


def _line(*cells: object) -> None:
    written = [f"{cell:.1%}" if isinstance(cell, float) else str(cell) for cell in cells]
    sys.stdout.write("| " + " | ".join(written) + " |\n")
    sys.stdout.flush()


def _head(*cells: str) -> None:
    sys.stdout.write("\n")
    _line(*cells)
    _line(*["---"] * len(cells))


def main(replications: int) -> None:
    _head("patients", "events", *SHOWN, "intercept of a subgroup")
    for rate in RATES:
        for n in (300, 1000):
            _line(n, f"{rate:.0%}", *of_metrics(n, rate, replications).values())
    _head("cases", "events", "Brier score", "difference", "AUROC", "difference")
    for rate in RATES:
        for n in (20, 60):
            _line(n, f"{rate:.0%}", *of_few(n, rate, 2 * replications).values())
    _head("models of", "refits", "the interval holds of other models", "that of the refits")
    for n, refits in ((300, 20), (300, 40), (300, 200)):
        found = drawn_models(n, 20, refits)
        _line(f"{n} drawn patients", refits, found.held, found.held_by_refits)
    found = real_models(10, 40)
    _line("one of 10 pieces of the light-chain table", 40, found.held, found.held_by_refits)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
