"""Judging by a table that nothing was learnt from: the recipe is written down before it is read.

``registered.json`` stands in the repository: the recipe with its digest, how often the table had
been looked at before, and every recipe that was ever scored on it. A recipe is scored once; made
again, it gives the same figures and counts once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.targets import Task
from diagnosis.ml.results.time.horizons import details, measured, paired
from medportal.demo.build.recurrence.tables import FOLDER, gbsg

Array = NDArray[np.float64]
PATH = FOLDER / "registered.json"
LOOKS_BEFORE = 15
"""While the facts of this service were gathered, by other models; choices were not made by it."""
DRAWS = 400
BEHIND = 0.01  # of Uno's C: not so far behind Cox


@dataclass(frozen=True)
class Registered:
    """What is in ``registered.json``."""

    recipe: Recipe
    scored: tuple[str, ...] = ()

    @property
    def looks(self) -> int:
        """How often the table was looked at."""
        return LOOKS_BEFORE + len(self.scored)

    def write(self) -> None:
        """Write it down."""
        said = {
            "recipe": self.recipe.to_dict(),
            "digest": self.recipe.digest,
            "looks_before": LOOKS_BEFORE,
            "scored": list(self.scored),
        }
        PATH.write_text(json.dumps(said, indent=1) + "\n")


def read() -> Registered | None:
    """Return what is written down; None where nothing is yet.

    Raises
    ------
    ValueError
        The digest is not that of the recipe beside it.
    """
    if not PATH.exists():
        return None
    said = json.loads(PATH.read_text())
    found = Registered(Recipe.from_dict(said["recipe"]), tuple(said["scored"]))
    if found.recipe.digest != said["digest"]:
        raise ValueError(f"{PATH.name}: the digest is not that of the recipe.")
    return found


def register(recipe: Recipe) -> None:
    """Write a recipe down, before anything is judged by it; those scored before stay counted."""
    older = read()
    Registered(recipe, older.scored if older else ()).write()


def judged(recipe: Recipe, task: Task, models: Mapping[str, Any]) -> dict[str, Any]:
    """Return how risks of women agree with what became of them; the model is ``shipped``.

    Parameters
    ----------
    recipe : Recipe
        Must be the one that is written down.
    task : Task
        With its grid of times.
    models : mapping of str to callable
        From the table to risks (n, k); one is ``shipped``, the others stand beside it.
    """
    registered = read()
    if registered is None or registered.recipe.digest != recipe.digest:
        raise ValueError("Write the recipe down before the external table is read.")
    table = gbsg()
    y = task.result.read_target(task, table)
    risks = {code: model(table) for code, model in models.items()}
    if recipe.digest not in registered.scored:
        Registered(recipe, (*registered.scored, recipe.digest)).write()
    own, registered = risks.pop("shipped"), read()
    assert registered is not None
    return {
        "rows": len(y),
        "events": int(y[:, 1].sum()),
        "recipe_digest": recipe.digest,
        "looks": registered.looks,
        "metrics": measured(task, y, own[None], draws=DRAWS, groups=None),
        **details(task, y, own),
        "comparators": [_beside(task, y, own, code, risk) for code, risk in risks.items()],
    }


def _beside(task: Task, y: Array, own: Array, code: str, risk: Array) -> dict[str, Any]:
    difference = paired(task, y, own, risk, draws=DRAWS)["uno_c"]
    return {
        "code": code,
        "metrics": measured(task, y, risk[None], draws=DRAWS, groups=None),
        "difference": difference,
        "verdict": verdict(difference),
    }


def verdict(difference: Mapping[str, float | None]) -> str:
    """Return what the interval of a difference shows."""
    lower, upper = difference["lower"], difference["upper"]
    assert lower is not None
    assert upper is not None
    if lower > 0:
        return "better"
    if upper < 0:
        return "worse"
    return "no difference shown"
