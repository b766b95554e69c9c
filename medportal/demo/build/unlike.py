"""``python -m medportal.demo.build.unlike``: measures of unlikeness side by side, on real tables.

What ``docs/decisions/0055`` rests on. Every candidate gets its threshold in the same way, from
rows that it had not seen; the demonstration's patients choose nothing and are shown last.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.preprocessing import Preprocessor
from diagnosis.ml.novelty import fitting
from diagnosis.ml.novelty.faults import Fault, unnoticed
from diagnosis.ml.novelty.fitting import Fitter, Scorer
from diagnosis.ml.novelty.measure import Measure
from diagnosis.ml.schema import Feature
from medportal.demo.build import study
from medportal.demo.build.plans import PLANS
from medportal.demo.build.table import DemoTable

Array = NDArray[np.float64]
Matrix = NDArray[np.float32]

NEIGHBOURS = 5
_AT_ONCE = 200
KINDS = ("tenfold", "tenth", "other_unit", "same_unit_tenfold", "same_unit_tenth", "swapped",
         "other_people")  # fmt: skip


@dataclass(frozen=True)
class Mahalanobis:
    """Squared Mahalanobis distance in the design matrix, shrunk (Ledoit and Wolf 2004)."""

    design: Preprocessor
    mean: Array
    scale: Array
    precision: Array

    @classmethod
    def fit(cls, x: Matrix, features: Sequence[Feature]) -> Mahalanobis:
        """Learn from raw rows."""
        design = Preprocessor(features).fit(x)
        z = design.transform(x)
        mean, spread = z.mean(axis=0), z.std(axis=0)
        scale = np.where(spread > 0, spread, 1.0)
        z = (z - mean) / scale
        covariance = z.T @ z / len(z)
        level = np.trace(covariance) / len(covariance)
        target = level * np.eye(len(covariance))
        noise = sum(float(((np.outer(r, r) - covariance) ** 2).sum()) for r in z) / len(z) ** 2
        drawn = min(1.0, noise / float(((covariance - target) ** 2).sum()))
        return cls(design, mean, scale, np.linalg.inv((1 - drawn) * covariance + drawn * target))

    def score(self, x: Matrix) -> Array:
        """Return the distance of rows."""
        z = (self.design.transform(x) - self.mean) / self.scale
        distances: Array = np.einsum("ij,jk,ik->i", z, self.precision, z)
        return distances


@dataclass(frozen=True)
class Neighbours:
    """Distance to the fifth nearest training row; an artifact would have to hold all of them."""

    design: Preprocessor
    rows: Array

    @classmethod
    def fit(cls, x: Matrix, features: Sequence[Feature]) -> Neighbours:
        """Keep the rows."""
        design = Preprocessor(features).fit(x)
        return cls(design, design.transform(x))

    def score(self, x: Matrix) -> Array:
        """Return the distance of rows."""
        z = self.design.transform(x)
        parts = [self._nearest(z[i : i + _AT_ONCE]) for i in range(0, len(z), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _nearest(self, z: Array) -> Array:
        squares = ((z[:, None] - self.rows[None]) ** 2).sum(axis=2)
        fifth: Array = np.sqrt(np.partition(squares, NEIGHBOURS, axis=1)[:, NEIGHBOURS])
        return fifth


CANDIDATES: Mapping[str, Fitter] = {
    "Mahalanobis, Ledoit-Wolf": Mahalanobis.fit,
    "fifth nearest neighbour": Neighbours.fit,
    "**copula and tree (chosen)**": Measure.fit,
}


def training_matrix(table: DemoTable) -> Matrix:
    """Return the raw rows that a service's model learns from."""
    return table.schema.matrix(study.training_frame(table))


def from_other_tables(slug: str, matrices: Mapping[str, Matrix], seed: int = 0) -> Matrix:
    """Return rows of the other services' tables in the columns of this one, inside its limits.

    A column of the same name is taken as it is, every other from the donor's columns of the same
    kind in turn; codes that this table does not have become one of its own at random.
    """
    features = PLANS[slug].load().schema.features
    rng = np.random.default_rng(seed)
    parts = [
        _disguised(features, PLANS[other].load().schema.features, x[:_AT_ONCE], rng)
        for other, x in matrices.items()
        if other != slug
    ]
    rows = np.concatenate(parts)
    everything = Fault("other_table", tuple(range(len(features))), lambda part: part)
    return rows[unnoticed(features, everything, np.full_like(rows, -1.0), rows)]


def _disguised(
    features: Sequence[Feature], donors: Sequence[Feature], x: Matrix, rng: np.random.Generator
) -> Matrix:
    named = {donor.name: k for k, donor in enumerate(donors)}
    columns, turn = [], 0
    for feature in features:
        same_kind = [k for k, d in enumerate(donors) if bool(d.codes) == bool(feature.codes)]
        if feature.name in named:
            column = x[:, named[feature.name]]
        elif same_kind:
            column, turn = x[:, same_kind[turn % len(same_kind)]], turn + 1
        else:
            column = np.full(len(x), np.nan, dtype=np.float32)
        if feature.codes:
            known = np.isin(column, feature.codes)
            column = np.where(known, column, rng.choice(feature.codes, len(x)))
        columns.append(column)
    return np.column_stack(columns).astype(np.float32)


def rows_of(slug: str, matrices: Mapping[str, Matrix]) -> Iterator[list[str]]:
    """Yield a line of the table a candidate."""
    table = PLANS[slug].load()
    x, features = matrices[slug], table.schema.features
    foreign = from_other_tables(slug, matrices)
    patients = table.schema.matrix(table.inputs[table.held_out])
    for name, fit in CANDIDATES.items():
        shipped: Scorer = fit(x, features)
        found = fitting.find(x, features, 0, fit=fit, shipped=shipped)
        planted, caught = Counter[str](), Counter[str]()
        for one in found.planted:
            planted[one.fault.kind] += one.rows
            caught[one.fault.kind] += one.caught
        cells = [_share(caught[kind], planted[kind]) for kind in KINDS]
        over = shipped.score(foreign) > found.value
        demo = shipped.score(patients) > found.value
        yield [
            f"`{slug}`", name,
            f"{found.refused:.1%} ({found.lower:.1%} to {found.upper:.1%})",
            *cells, _share(int(over.sum()), len(foreign)), f"{int(demo.sum())} of {len(patients)}",
        ]  # fmt: skip


def _share(caught: int, planted: int) -> str:
    return f"{caught / planted:.0%} of {planted}" if planted else "–"


def main() -> int:
    """Print the table in Markdown."""
    matrices = {slug: training_matrix(plan.load()) for slug, plan in PLANS.items()}
    head = ["service", "measure", "held-out rows refused", *(k.replace("_", " ") for k in KINDS),
            "rows of other tables", "demonstration patients refused"]  # fmt: skip
    for line in (head, ["---"] * len(head)):
        sys.stdout.write("| " + " | ".join(line) + " |\n")
    for slug in PLANS:
        for cells in rows_of(slug, matrices):
            sys.stdout.write("| " + " | ".join(cells) + " |\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
