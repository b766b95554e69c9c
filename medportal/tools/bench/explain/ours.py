"""The product's own explanations: what is timed is the call that the product makes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain import shapley_values
from diagnosis.ml.explain.paired import FEWEST_ANSWERS
from medportal.tools.bench.explain.measure import Method

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]

NAME = "ours"
BUDGETS = (6_000, 12_000, 24_000, 40_000, 80_000, 150_000)
ALL = 10**7  # rows that allow every coalition of 13 features


class Own:
    """Explains patients, and remembers what the explanations say of themselves."""

    def __init__(self, model: Any, background: Matrix, **options: Any) -> None:
        """Store them; ``options`` are those of ``shapley_values``."""
        self.model, self.background, self.options = model, background, options
        self.rows = 0
        self.methods: set[str] = set()

    def __call__(self, x: Matrix) -> Array:
        """Return the values of one patient."""
        explained = shapley_values(self.model, x, self.background, **self.options)
        self.rows += explained.rows_evaluated
        self.methods.add(explained.method)
        return np.asarray(explained.values[0])

    def told(self) -> str:
        """Return the methods that were chosen; patients differ."""
        return "/".join(sorted(self.methods))


def methods(model: Any, background: Matrix, *, exact: bool, **options: Any) -> Iterator[Method]:
    """Yield the automatic choice, the exact values where they can be had, and every budget."""
    needed = FEWEST_ANSWERS * background.shape[0] * background.shape[1]  # below: refused
    asked: dict[str, int | None] = {f"{NAME}, automatic": None}
    if exact:
        asked[f"{NAME}, exact"] = ALL
    asked |= {f"{NAME}, {rows:,} rows": rows for rows in BUDGETS if rows >= needed}
    for name, budget in asked.items():
        own = Own(model, background, budget=budget, **options)
        yield Method(name, NAME, own, lambda o=own: o.rows, own.told)  # type: ignore[misc]


def cohort(model: Any, background: Matrix, patients: Matrix) -> dict[str, float]:
    """Return seconds a patient, one by one and all in one call; and that of a first call."""
    first = _cpu(model, background, [patients[:1]])
    single = _cpu(model, background, [patients[i : i + 1] for i in range(len(patients))])
    together = _cpu(model, background, [patients])
    n = len(patients)
    return {"first": first, "single": single / n, "together": together / n}


def _cpu(model: Any, background: Matrix, batches: list[Matrix]) -> float:
    began = time.process_time()
    for batch in batches:
        shapley_values(model, batch, background)
    return time.process_time() - began
