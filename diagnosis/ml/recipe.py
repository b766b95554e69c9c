"""The recipe: everything that turns a table into a model, as JSON with a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from typing import Any

from diagnosis.ml.errors import RecipeError
from diagnosis.ml.families import AUTO, FAMILIES
from diagnosis.ml.results import RESULT_KINDS

MODELS = (AUTO, *FAMILIES)
CALIBRATIONS = ("auto", "none", "temperature", "platt", "isotonic")


def _times(given: Any) -> tuple[float, ...]:
    try:
        times = tuple(float(time) for time in given)
    except (TypeError, ValueError):
        times = (inf,)
    if list(times) != sorted({time for time in times if 0 < time < inf}):
        raise RecipeError("Recipe: horizons are positive times that rise, as 365, 1095.")
    return times


@dataclass(frozen=True)
class Recipe:
    """How a model is made. Everything but the target has a default.

    Parameters
    ----------
    target : str or tuple of str
        The column to predict; several columns of 0 and 1 make a multilabel task.
    model : str
        ``logistic``: penalised logistic regression (ridge for numbers), the penalty chosen by
        inner cross-validation. ``network``: a small regularised network, stopped early.
        ``classic``: dense 64-32-16-1, Adam, binary cross-entropy, 10 epochs, batches of 32.
        ``auto``: the best of logistic and network in cross-validation; logistic unless the
        network is better beyond chance.
    task, positive
        ``auto`` looks at the target, else a name in ``RESULT_KINDS``; ``positive`` names the
        value that is the event.
    unit : str
        The unit of a number that is predicted, or of time, in UCUM; written only where given.
    ordered : bool or tuple of str
        Classes that go from low to high: by the number in each, or in the order given here;
        written only where it is said.
    horizons : tuple of float
        The times at which a risk is told, where time is asked for; written only where given.
    group : str
        The column that says whose row it is, where patients have several: rows of one patient
        share a fold, are refitted and counted together, and the column is no feature.
    features, exclude : tuple of str
        Only these columns, or all but those.
    calibration : str
        The last layer, fitted on predictions for rows that the model did not see. ``auto`` is
        Platt's for yes or no, temperature for classes, none for numbers.
    hide : mapping of str to float
        Feature -> share of training rows in which it is hidden, so that it may be missing later.
    missing_indicators : bool
        Whether absence itself is an input. Off: in clinical tables absence often tells who was
        examined, not who is ill.
    logs : bool
        Whether skewed positive numbers enter as their logarithm.
    refits : int
        Refits on bootstrap resamples behind the interval; 0 leaves it out.
    folds, repeats : int
        The cross-validation that measures the recipe; 0 repeats: as many as the table's size
        asks for.
    hidden : tuple of int
        Hidden layers of ``network``.
    epochs : int
        The most rounds that ``network`` may train.
    seed : int
        All randomness.
    """

    target: str | tuple[str, ...] = ""
    model: str = "auto"
    task: str = "auto"
    positive: str | None = None
    unit: str | None = None
    ordered: bool | tuple[str, ...] = False
    horizons: tuple[float, ...] = ()
    group: str | None = None
    features: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    calibration: str = "auto"
    hide: Mapping[str, float] = field(default_factory=dict)
    missing_indicators: bool = False
    logs: bool = True
    refits: int = 40
    folds: int = 5
    repeats: int = 0
    hidden: tuple[int, ...] = (16, 8)
    epochs: int = 150
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what can not be done, in one line."""
        for name in ("features", "exclude", "hidden"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not isinstance(self.ordered, bool | str):
            object.__setattr__(self, "ordered", tuple(self.ordered))
        object.__setattr__(self, "horizons", _times(self.horizons))
        if not isinstance(self.target, str):
            object.__setattr__(self, "target", tuple(self.target))
        problem = self._problem()
        if problem:
            raise RecipeError(problem)

    def _problem(self) -> str | None:
        choices = {"model": MODELS, "task": ("auto", *RESULT_KINDS), "calibration": CALIBRATIONS}
        for name, known in choices.items():
            if getattr(self, name) not in known:
                return f"Recipe: {name} must be one of {', '.join(known)}."
        checks = (
            (
                any(not 0 <= share < 1 for share in self.hide.values()),
                "hide takes shares from 0 to below 1",
            ),
            (
                self.folds < 2 or min(self.refits, self.repeats) < 0 or self.epochs < 1,
                "needs folds >= 2, refits >= 0, repeats >= 0, epochs >= 1",
            ),
            (any(width < 1 for width in self.hidden), "a hidden layer needs at least one unit"),
            (
                not isinstance(self.group, str | None) or self.group == "",
                "group is the name of one column",
            ),
            (
                not isinstance(self.ordered, bool | tuple) or self.ordered == (),
                "ordered is true, or the classes from the lowest to the highest",
            ),
            (
                not isinstance(self.unit, str | None) or self.unit == "",
                "unit is one unit, as kg or mmol/L",
            ),
        )
        return next((f"Recipe: {text}." for wrong, text in checks if wrong), None)

    @property
    def targets(self) -> tuple[str, ...]:
        """The target columns; RecipeError when none is named."""
        names = (self.target,) if isinstance(self.target, str) else self.target
        if not names or not all(names):
            raise RecipeError("Recipe: name the target column.")
        return names

    def with_model(self, model: str) -> Recipe:
        """Return the same recipe for another model."""
        return replace(self, model=model)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        given["hide"] = dict(sorted(self.hide.items()))
        for name in ("unit", "ordered", "horizons"):  # older recipes keep their digests
            if not given[name]:
                del given[name]
        return {k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Recipe:
        """Read back what ``to_dict`` wrote; RecipeError for a field that no recipe has."""
        if not isinstance(given, Mapping):
            raise RecipeError("A recipe is a JSON object.")
        unknown = sorted(set(given) - {f.name for f in fields(cls)})
        if unknown:
            raise RecipeError(f"Recipe: unknown fields {', '.join(unknown)}.")
        try:
            return cls(**given)
        except (TypeError, AttributeError) as error:
            raise RecipeError(f"Recipe: a field has the wrong type: {error}.") from error

    @property
    def digest(self) -> str:
        """SHA-256 of the recipe's canonical JSON."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def __hash__(self) -> int:
        """Equal recipes hash alike, though a mapping is among the fields."""
        return hash(self.digest)
