"""How models are fitted, kept and described: a recipe's ``model`` is a line in ``FAMILIES``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from diagnosis.ml.errors import RecipeError
from diagnosis.ml.families.cox.family import Cox
from diagnosis.ml.families.dense.family import Dense
from diagnosis.ml.families.family import Family
from diagnosis.ml.families.linear.family import Linear
from diagnosis.ml.families.pipeline import Fitted, Matrix
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


class Made(Protocol):
    """An artifact, as far as it says by which family it was made."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What it says of itself."""

    @property
    def fitted(self) -> Fitted | None:
        """The model in plain numbers."""

    @property
    def background(self) -> Matrix:
        """The table of its reference rows."""


def family_of(made: object) -> Family:
    """Return by which family an artifact was made; of the simplest where it does not say."""
    choice = getattr(made, "manifest", {}).get("choice") or {}
    return FAMILIES.get(str(choice.get("model")), FAMILIES[CANDIDATES[0]])


def describe(made: Made) -> dict[str, Any] | None:
    """Return how a model is made; None where its family can not say.

    Raises
    ------
    ArtifactError
        Its numbers are not those of the model that answers.
    """
    fitted = made.fitted
    return None if fitted is None else family_of(made).describe(fitted, made.background)


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
