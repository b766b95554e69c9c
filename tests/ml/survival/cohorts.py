"""Cohorts followed over time: a real one, and simulated ones whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.results.targets import Task
from tests.ml.conftest import TABLES

Array = NDArray[np.float64]
HORIZONS = (365.0, 1095.0, 1825.0)
TASK = Task("survival", ("time", "event"), (), "d", HORIZONS, HORIZONS)


def pbc_followed() -> pd.DataFrame:
    """Primary biliary cholangitis, 418 patients: time to death, transplanted ones censored."""
    raw = pd.read_csv(TABLES / "pbc.csv")
    return pd.DataFrame(
        {
            "age": raw["age"],
            "bilirubin": raw["bili"],
            "albumin": raw["albumin"],
            "oedema": (raw["edema"] > 0).astype(int),
            "time": raw["time"],
            "event": (raw["status"] == 2).astype(int),
        }
    )


def followed(table: pd.DataFrame) -> Array:
    """The target of a cohort, (n, 2)."""
    return table[["time", "event"]].to_numpy(dtype=np.float64)


def usual_risks(table: pd.DataFrame) -> Array:
    """Risks by a formula that nobody fitted, (n, 3): what the metrics are checked on."""
    score = (
        0.04 * (table["age"] - 50)
        + 0.9 * np.log(table["bilirubin"])
        - 2.5 * np.log(table["albumin"] / 3.5)
    ).to_numpy()
    return np.column_stack([1 - np.exp(-1e-4 * h * np.exp(score)) for h in HORIZONS])


def simulated_inputs(n: int, seed: int) -> tuple[Array, Array]:
    """Return two inputs (2, n), of which the first counts, and (time, event)."""
    rng = np.random.default_rng(500 + seed)
    x = rng.normal(size=(2, n)).round(4)
    time = (rng.exponential(1, n) * np.exp(7.4 - 0.8 * x[0])).round(2)
    end = rng.uniform(400, 4000, n).round(2)
    return x, np.column_stack([np.minimum(time, end), (time <= end).astype(float)])


def simulated(n: int, seed: int, *, censored: bool = True) -> tuple[Array, Array]:
    """Return (time, event) and risks at one, three, five years that are wrong in a known way.

    Hazards are exp(-7.4 + x) a day; the risks come from exp(-7.4 + 0.7 x + 0.4 noise), so they
    rank less well and are a little too flat. A third to a half are censored before five years.
    """
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=(2, n))
    time = rng.exponential(1, n) * np.exp(7.4 - x)
    end = rng.uniform(200, 4000, n) if censored else np.full(n, np.inf)
    y = np.column_stack([np.minimum(time, end), (time <= end).astype(float)])
    rate = np.exp(-7.4 + 0.7 * x + 0.4 * noise)
    return y, np.column_stack([1 - np.exp(-rate * h) for h in HORIZONS])
