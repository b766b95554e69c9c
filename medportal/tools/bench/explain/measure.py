"""One line of the table: how long a method takes for a patient, and how far it is off."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Method:
    """A way to explain one patient, (1, d) -> (d,), and the model rows counted so far."""

    name: str
    call: str
    explain: Callable[[Matrix], Array]
    rows: Callable[[], float]
    told: Callable[[], str] = str  # how it says that it went about it


@dataclass(frozen=True)
class Truth:
    """The patients, the values which they should get, and what those should sum to."""

    patients: Matrix
    values: Array
    sums: Array
    scale: str = "probability"


@dataclass
class Line:
    """What was measured; times are per patient, the errors relative to the values' size."""

    method: str
    call: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    rows: float = 0.0
    misses: list[float] = field(default_factory=list)  # sum of |error|, a patient
    sizes: list[float] = field(default_factory=list)  # sum of |value|, a patient
    gap: float = 0.0
    told: str = ""
    scale: str = "probability"
    failure: str = ""

    @property
    def ms(self) -> float:
        """Median milliseconds of one core's work."""
        return 1000 * median(self.cpu)

    @property
    def wall_ms(self) -> float:
        """Median milliseconds by the clock on the wall."""
        return 1000 * median(self.wall)

    def error(self, patients: int | None = None) -> float:
        """Relative L1 error, over the first ``patients`` only where two lines are compared."""
        return sum(self.misses[:patients]) / sum(self.sizes[:patients])

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        given = asdict(self)
        if not self.failure:
            given |= {"ms": self.ms, "wall_ms": self.wall_ms, "error": self.error()}
        return given

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Line:
        """Read back."""
        return cls(**{k: v for k, v in given.items() if k not in ("ms", "wall_ms", "error")})


def measured(method: Method, truth: Truth, seconds: float, *, warm: bool = True) -> Line:
    """Explain patients one by one, at least one, till all are done or ``seconds`` are used up.

    ``warm``: the first call compiles or prepares something once for the model, and is not counted.
    """
    line = Line(method.name, method.call, scale=truth.scale)
    try:
        if warm:
            method.explain(truth.patients[:1])
        for i in range(len(truth.patients)):
            if sum(line.cpu) > seconds:
                break
            _once(method, truth, i, line)
        line.rows /= len(line.wall)
        line.told = method.told()
    except Exception as error:  # noqa: BLE001  # which explainer fails on what is a result
        line.failure = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return line


def _once(method: Method, truth: Truth, i: int, line: Line) -> None:
    patient = truth.patients[i : i + 1]
    np.random.seed(i)  # shap draws from the global generator
    before = method.rows()
    wall, cpu = time.perf_counter(), time.process_time()
    values = method.explain(patient)
    line.cpu.append(time.process_time() - cpu)
    line.wall.append(time.perf_counter() - wall)
    line.rows += method.rows() - before
    line.misses.append(float(np.abs(values - truth.values[i]).sum()))
    line.sizes.append(float(np.abs(truth.values[i]).sum()))
    line.gap = max(line.gap, abs(float(values.sum()) - float(truth.sums[i])))
