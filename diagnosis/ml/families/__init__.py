"""How models are fitted, kept and described: a recipe's ``model`` is a line in ``FAMILIES``."""

from __future__ import annotations

from collections.abc import Sequence

from diagnosis.ml.errors import RecipeError
from diagnosis.ml.families.cox.family import Cox
from diagnosis.ml.families.dense.family import Dense
from diagnosis.ml.families.family import Family
from diagnosis.ml.families.linear.family import Linear
from diagnosis.ml.results.targets import Task
from diagnosis.ml.schema import Feature

FAMILIES: dict[str, Family] = {
    "logistic": Linear(),
    "network": Dense(),
    "classic": Dense(classic=True),
    "cox": Cox(),
}

AUTO = "auto"
CANDIDATES = ("logistic", "network")
"""What ``auto`` chooses from, the simplest first."""


def family(model: str) -> Family:
    """Return the family of a model that is chosen."""
    return FAMILIES[model]


def refuse_unfit(model: str, task: Task, features: Sequence[Feature]) -> None:
    """Raise RecipeError where a model can not answer a task, or not learn from its inputs."""
    if model == AUTO:
        return
    asked = FAMILIES[model]
    problem = asked.problem(task)
    if problem:
        raise RecipeError(f"Recipe: the model {model} {problem}.")
    strange = [feature.name for feature in features if feature.kind not in asked.takes]
    if strange:
        raise RecipeError(f"Recipe: the model {model} does not learn from {', '.join(strange)}.")
