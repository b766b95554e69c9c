"""The goals of the benchmark: what was asked for, what was measured, and whether it is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from medportal.tools.bench.explain import ours, rivals
from medportal.tools.bench.explain.measure import Line

EXACT_ERROR = 1e-4  # single precision and no more
COMPILED = ("XLA", "NumPy")


@dataclass
class Results:
    """The lines of one case, the error of its reference, seconds a patient alone and together."""

    lines: list[Line] = field(default_factory=list)
    reference: float = 0.0
    cohort: dict[str, float] = field(default_factory=dict)

    @property
    def own(self) -> list[Line]:
        """Our lines on the probability, quickest first."""
        found = [line for line in self.lines if line.call == ours.NAME and not line.failure]
        return sorted((x for x in found if x.scale == "probability"), key=lambda line: line.ms)

    def of(self, start: str, calls: Sequence[str]) -> list[Line]:
        """Return lines that shap gave, by the begin of their names and how the model was called."""
        return [
            line
            for line in self.lines
            if line.method.startswith(start) and line.call in calls and not line.failure
        ]


@dataclass(frozen=True)
class Goal:
    """One goal; ``value`` tells the measurement, ``met`` is None where it only stands beside."""

    name: str
    value: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """In a word."""
        return "for comparison" if self.met is None else "met" if self.met else "NOT MET"


def time_at(lines: Sequence[Line], error: float, patients: int | None = None) -> float:
    """Return our ms at an error: between two measurements a straight line in logarithms.

    Never quicker than the quickest measurement; infinite if none reaches the error.
    """
    frontier: list[tuple[float, float]] = []
    for line in sorted(lines, key=lambda line: line.ms):
        reached = max(line.error(patients), 1e-12)
        if not frontier or reached < frontier[-1][1]:
            frontier.append((line.ms, reached))
    if not frontier or frontier[-1][1] > error:
        return float("inf")
    ms, errors = (np.log(part) for part in zip(*frontier, strict=True))
    return float(np.exp(np.interp(-np.log(max(error, 1e-12)), -errors, ms)))


def all_of(results: dict[str, Results]) -> list[Goal]:
    """Judge a whole run."""
    networks = {"heart": 13, "breast": 30, "synthetic": 100}
    found = [_exact(results["heart"])]
    found += _against_compiled(results["breast"])
    found += [_at_three_and_a_half(results["breast"])]
    for name, features in networks.items():
        found.append(_against_predict(features, results[name]))
    for name, features in networks.items():
        alone, together = (1000 * results[name].cohort[k] for k in ("single", "together"))
        told = f"{together:.1f} ms a patient of 100, {alone:.1f} ms alone"
        found.append(
            Goal(f"{features} features: a cohort's patient below a single", told, together < alone)
        )
    return found


def _exact(heart: Results) -> Goal:
    own = min(line.ms for line in heart.own if line.error() < EXACT_ERROR)
    theirs = [
        line
        for line in heart.of("", COMPILED)
        if line.error() < EXACT_ERROR and line.method != rivals.DEFAULT
    ]
    best = min(theirs, key=lambda line: line.ms)
    rival = f"{best.method} over {best.call} ({best.ms:.0f} ms)"
    told = f"{own:.1f} ms; {best.ms / own:.1f} × faster than {rival}"
    met = own <= 10 and best.ms >= 5 * own
    return Goal("13 features: exact in 10 ms, 5 × faster than the best exact shap", told, met)


def _against_compiled(breast: Results) -> list[Goal]:
    """Judge against shap with its own number of samples; show it for others."""
    found = []
    best: dict[str, Line] = {}
    for line in breast.of(rivals.PLAIN, COMPILED):
        if line.method not in best or line.ms < best[line.method].ms:
            best[line.method] = line
    for line in best.values():
        own = time_at(breast.own, line.error(), len(line.misses))
        told = (
            f"{line.ms / own:.1f} × at {line.error():.1%} "
            f"({own:.1f} ms against {line.ms:.0f} ms over {line.call})"
        )
        samples = line.method.removeprefix(rivals.PLAIN).strip(", ")
        name = "30 features: 10 × faster than KernelExplainer, l1_reg=0, over a compiled function"
        met = None if samples else line.ms >= 10 * own
        found.append(Goal(f"{name}{samples and ' with '}{samples}", told, met))
    return found


def _at_three_and_a_half(breast: Results) -> Goal:
    own = time_at(breast.own, 0.035)
    return Goal("30 features: 20 ms at 3.5 %", f"{own:.1f} ms", own <= 20)


def _against_predict(features: int, case: Results) -> Goal:
    (line,) = case.of(rivals.PLAIN, ("predict",))
    own = time_at(case.own, line.error(), len(line.misses))
    told = f"{line.ms / own:.0f} × at {line.error():.1%} ({own:.1f} ms against {line.ms:.0f} ms)"
    name = f"{features} features: 250 × faster than KernelExplainer over model.predict, l1_reg=0"
    return Goal(name, told, line.ms >= 250 * own)
