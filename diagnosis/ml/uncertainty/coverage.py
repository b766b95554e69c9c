"""How often sets and ranges held, for whom not, and the verdict: an entry of the manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation.counts import exact_interval

if TYPE_CHECKING:
    from diagnosis.ml.results.targets import Task

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]

TOLERANCE = 0.10
"""Points below the level from which a class or subgroup is named on every result in it."""


@dataclass(frozen=True)
class Coverage:
    """In how many rows the truth lay inside; one row a patient."""

    held: int
    rows: int

    @property
    def ends(self) -> tuple[float, float]:
        """The exact 95 % interval of the share (Clopper and Pearson 1934)."""
        return exact_interval(self.held, self.rows)

    def verdict(self, level: float) -> str:
        """Say whether the interval ``holds`` the level or lies wholly ``below`` or ``above``."""
        lower, upper = self.ends
        return "below" if upper < level else "above" if lower > level else "holds"

    def to_dict(self) -> dict[str, float]:
        """Return what JSON can hold."""
        lower, upper = self.ends
        share = self.held / self.rows
        return {
            "held": self.held, "rows": self.rows, "value": share, "lower": lower, "upper": upper,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Coverage:
        """Read back what ``to_dict`` wrote; ValueError for more held than there are."""
        found = cls(int(given["held"]), int(given["rows"]))
        if not 0 <= found.held <= found.rows or found.rows == 0:
            raise ValueError(f"{found.held} of {found.rows} rows can not have held.")
        return found


@dataclass(frozen=True)
class Group:
    """Rows of one kind, and how often sets or ranges held for them.

    Attributes
    ----------
    by : str
        ``class`` (that was there), ``estimate`` (that was said), or what parts the rows: the name
        of an input, or of something that a study knows.
    code : str, optional
        The class, or the code of a category.
    low, high : float, optional
        From (included) and up to (left out) which number; open where not given.
    label : mapping, optional
        What a study calls it, by language.
    """

    by: str
    coverage: Coverage
    code: str | None = None
    low: float | None = None
    high: float | None = None
    label: Mapping[str, str] = field(default_factory=dict)

    def takes(self, value: float) -> bool:
        """Whether a number, or a code as a number, belongs to the group."""
        if math.isnan(value):
            return False
        if self.code is not None:
            return str(int(value)) == self.code
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold; what is not given is left out."""
        ends = {"code": self.code, "low": self.low, "high": self.high, "label": self.label or None}
        told = {name: value for name, value in ends.items() if value is not None}
        return {"by": self.by, **told, **self.coverage.to_dict()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Group:
        """Read back what ``to_dict`` wrote."""
        known = {name: given[name] for name in ("code", "low", "high", "label") if name in given}
        return cls(str(given["by"]), Coverage.from_dict(given), **known)


@dataclass(frozen=True)
class Conformal:
    """What an artifact knows of its sets or ranges.

    Attributes
    ----------
    kind : str
        ``set`` or ``range``.
    level : float
        The share of truths that is to lie inside.
    quantile : float
        Of the scores; see ``conformal.quantile_of``.
    rows : int
        Out-of-fold rows whose scores set it, one a patient.
    coverage : Coverage
        On rows that neither fitted, calibrated nor set the quantile.
    classes, subgroups : tuple of Group
        The same by the class that was there, and by sex, age and estimate.
    mean_size : float
        Classes in a set, or width of a range, on average.
    all_open : float, optional
        The share of sets that leave every class possible.
    """

    kind: str
    level: float
    quantile: float
    rows: int
    coverage: Coverage
    mean_size: float
    all_open: float | None = None
    classes: tuple[Group, ...] = ()
    subgroups: tuple[Group, ...] = ()

    @property
    def verdict(self) -> str:
        """``holds``: the interval of the coverage holds the level; else ``below`` or ``above``."""
        return self.coverage.verdict(self.level)

    @property
    def missed(self) -> tuple[Group, ...]:
        """Classes and subgroups whose whole interval lies more than ten points below the level."""
        least = self.level - TOLERANCE
        return tuple(g for g in (*self.classes, *self.subgroups) if g.coverage.ends[1] < least)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "kind": self.kind,
            "level": self.level,
            "quantile": self.quantile,
            "rows": self.rows,
            "coverage": self.coverage.to_dict(),
            "verdict": self.verdict,
            "mean_size": self.mean_size,
            "all_open": self.all_open,
            "classes": [group.to_dict() for group in self.classes],
            "subgroups": [group.to_dict() for group in self.subgroups],
            "missed": [group.to_dict() for group in self.missed],
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Conformal:
        """Read back what ``to_dict`` wrote.

        Raises
        ------
        ValueError
            It is no set and no range, or its numbers are impossible.
        """
        level, quantile = float(given["level"]), float(given["quantile"])
        if given["kind"] not in ("set", "range") or not 0 < level < 1 or not quantile >= 0:
            raise ValueError("The sets or ranges are of no kind that there is.")
        return cls(
            str(given["kind"]),
            level,
            quantile,
            int(given["rows"]),
            Coverage.from_dict(given["coverage"]),
            float(given["mean_size"]),
            None if given["all_open"] is None else float(given["all_open"]),
            tuple(map(Group.from_dict, given["classes"])),
            tuple(map(Group.from_dict, given["subgroups"])),
        )


def missed(
    known: Conformal, task: Task, x: Matrix, names: Sequence[str], answers: Floats
) -> list[tuple[Group, ...]]:
    """Return for every row of a matrix what ``known.missed`` means for it."""
    said = answers.argmax(axis=1) if known.kind == "set" else answers[:, 0]

    def belongs(group: Group, i: int) -> bool:
        if group.by == "class":
            return True
        if group.by == "estimate" and known.kind == "set":
            return task.classes[int(said[i])] == group.code
        if group.by == "estimate":
            return group.takes(float(said[i]))
        return group.by in names and group.takes(float(x[i, names.index(group.by)]))

    return [tuple(g for g in known.missed if belongs(g, i)) for i in range(len(x))]
