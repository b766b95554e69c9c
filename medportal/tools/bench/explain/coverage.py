"""Whether the 95 % interval of a value holds what the whole cohort would have given.

Reference patients are drawn again and again from a cohort of real patients, all of whom are known
here; so the values against all of them are known, too. Run as ``python -m
medportal.tools.bench.explain.coverage FOLDER``; prints JSON, a line for each way of drawing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagnosis.inference.scoring.soundness import SURE
from diagnosis.ml import Artifact
from diagnosis.ml.explain import shapley_values
from medportal.tools.bench.explain import cases
from medportal.tools.bench.explain.goals import Goal

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]

SPREAD = 1e-9  # a standard error below that is none: the feature was alike in everybody
TRIES = 200


class Drawn:
    """A network as an artifact holds it: with its reference patients, and from how many."""

    def __init__(self, artifact: Artifact, background: Matrix, population: int) -> None:
        """Take the network of an artifact, but other reference patients."""
        self.fitted, self.predict_matrix = artifact.fitted, artifact.predict_matrix
        self.background, self.population = background, population


@dataclass(frozen=True)
class Design:
    """One way of drawing reference patients, and the model rows that an explanation may cost.

    As in training: without repetition, of 200 samples the one whose mean prediction is nearest to
    that of everyone, and it is known of how many it is a sample. Else simply at random, as a
    caller's own reference patients may come from a cohort of any size: with repetition.
    """

    background: int
    training: bool = True
    budget: int | None = None

    def draw(self, everyone: Matrix, predicted: Array, rng: np.random.Generator) -> Matrix:
        """Return the reference patients."""
        if not self.training:
            return everyone[rng.choice(len(everyone), self.background)]
        tries = [rng.choice(len(everyone), self.background, replace=False) for _ in range(TRIES)]
        aim = predicted.mean()
        return everyone[min(tries, key=lambda rows: abs(predicted[rows].mean() - aim))]


DRAWS, PATIENTS = 100, 6
DESIGNS = (
    Design(50), Design(100), Design(200), Design(100, training=False),
    Design(50, budget=12_000), Design(100, budget=12_000), Design(100, budget=40_000),
)  # fmt: skip
HEAD = (
    "reference patients", "drawn", "method", "interval holds", "in 90 % of draws", "error", "rms z"
)  # fmt: skip


@dataclass(frozen=True)
class Covered:
    """How often the interval of one design held, over all draws and within most single ones."""

    background: int
    drawn: str
    method: str
    draws: int
    cases: int
    inside: float
    one_draw: tuple[float, float]
    error: float
    rms_z: float


def simulate(
    artifact: Artifact, everyone: Matrix, patients: Matrix, design: Design, draws: int
) -> Covered:
    """Return how often 1.96 standard errors hold the value against everyone, and how far off.

    Counted over draws, patients and features whose values vary at all.
    """
    aim = shapley_values(artifact, patients, everyone).values
    predicted = artifact.predict_matrix(everyone)
    rng = np.random.default_rng(0)
    ratios, off, shares, methods = [], [], [], set()
    for seed in range(draws):
        drawn = design.draw(everyone, predicted, rng)
        model = Drawn(artifact, drawn, len(everyone)) if design.training else artifact
        explained = shapley_values(model, patients, drawn, seed, budget=design.budget)
        assert explained.standard_errors is not None
        wrong = np.abs(explained.values - aim)
        known = explained.standard_errors > SPREAD
        ratios.append(wrong[known] / explained.standard_errors[known])
        shares.append(float((ratios[-1] < SURE).mean()))
        off.append(float(wrong.sum() / np.abs(aim).sum()))
        methods.add(explained.method)
    z = np.concatenate(ratios)
    low, high = (float(q) for q in np.quantile(shares, (0.05, 0.95)))
    return Covered(
        background=design.background,
        drawn="as in training" if design.training else "at random",
        method="/".join(sorted(methods)) + (f", {design.budget:,} rows" if design.budget else ""),
        draws=draws,
        cases=len(z),
        inside=float((z < SURE).mean()),
        one_draw=(low, high),
        error=float(np.mean(off)),
        rms_z=float(np.sqrt((z**2).mean())),
    )


def text(found: Sequence[Covered]) -> list[str]:
    """Return the table for a screen."""
    cells = [HEAD, *rows(found)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEAD))]
    return ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells]


def rows(found: Sequence[Covered]) -> list[tuple[str, ...]]:
    """Return the cells of a table."""
    return [
        (
            str(each.background),
            each.drawn,
            each.method,
            f"{each.inside:.1%}",
            f"{each.one_draw[0]:.0%} to {each.one_draw[1]:.0%}",
            f"{each.error:.1%}",
            f"{each.rms_z:.2f}",
        )
        for each in found
    ]


def goals(found: Sequence[Covered]) -> list[Goal]:
    """Judge those with 100 reference patients, which is what artifacts hold."""
    return [
        Goal(
            f"95 % interval, {each.method}, 100 patients drawn {each.drawn}",
            f"holds the value of the whole cohort in {each.inside:.1%}",
            0.92 <= each.inside <= 0.97,
        )
        for each in found
        if each.background == 100
    ]


def main(folder: Path) -> None:
    """Simulate every design on the real heart table."""
    case = cases.load("heart", folder)
    rng = np.random.default_rng(2)
    patients = case.rows[rng.choice(len(case.rows), PATIENTS, replace=False)]
    for design in DESIGNS:
        told = simulate(case.model, case.rows, patients, design, DRAWS)
        print(json.dumps(asdict(told)), flush=True)  # noqa: T201  # what the parent reads


if __name__ == "__main__":
    main(Path(sys.argv[1]))
