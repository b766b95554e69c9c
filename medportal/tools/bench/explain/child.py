"""One case in a process: ``python -m medportal.tools.bench.explain.child CASE PART FOLDER``.

Prints JSON, a line for each method as soon as it is measured. ``DeepExplainer`` and
``GradientExplainer`` are parts of their own: a failure of the first spoils the second for good.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from diagnosis.ml.results.links import sigmoid
from medportal.tools.bench.explain import callables, cases, ours, references, rivals
from medportal.tools.bench.explain.cases import Array, Case
from medportal.tools.bench.explain.measure import Method, Truth, measured

SECONDS = 1.5  # of work that a method may take for its patients, however many those are then
GRAPHS = ("DeepExplainer", "GradientExplainer")


def main(name: str, part: str, folder: Path) -> None:
    """Measure one part of a case."""
    case = cases.load(name, folder)
    if name == cases.TREE:
        _trees(case)
    elif part in GRAPHS:
        layers = callables.layers_of(case.model)
        truth, _ = _truth_of_network(case, layers, folder)
        _report(rivals.of_graph(part, callables.dense_model(layers), case.background), truth)
    else:
        _network(case, folder)


def _network(case: Case, folder: Path) -> None:
    layers = callables.layers_of(case.model)
    truth, uncertain = _truth_of_network(case, layers, folder)
    _say(reference=uncertain)
    _say(cohort=ours.cohort(case.model, case.background, case.patients))
    exact = case.rows.shape[1] <= rivals.EXACT_UP_TO
    for method in ours.methods(case.model, case.background, exact=exact):
        _report(method, truth)
    for call, make in (("XLA", callables.by_xla), ("NumPy", callables.by_numpy)):
        for method in rivals.of(call, make(layers), case.background, tuned=True):
            _report(method, truth)
    predict = callables.by_predict(case.model)
    predict(case.background)  # the first calls trace
    for method in rivals.of("predict", predict, case.background, tuned=False):
        _report(method, truth, warm=False)


def _truth_of_network(case: Case, layers: callables.Layers, folder: Path) -> tuple[Truth, float]:
    """Return what the values should be, and the relative error of that itself."""
    function = callables.by_numpy(layers)
    gap = float(np.abs(function(case.rows) - case.function(case.rows)).max())
    if gap > callables.ALIKE:
        raise ValueError(f"The network handed to shap differs from ours by {gap:.1e}.")
    patients = case.patients[: cases.PATIENTS]
    sums = function(patients) - function(case.background).mean()
    if case.rows.shape[1] > rivals.EXACT_UP_TO:
        values, errors = references.kept(layers, patients, case.background, folder)
        off = np.sqrt(2 / np.pi) * errors.sum() / np.abs(values).sum()
        return Truth(patients, values, sums), float(off)
    found = [references.enumerated(function, x, case.background, whole=True) for x in patients]
    return Truth(patients, np.array(found), sums), 0.0


def _trees(case: Case) -> None:
    def both(x: Any) -> Array:
        margin = case.log_odds(x)
        return np.column_stack([margin, sigmoid(margin)])

    patients = case.patients[: cases.PATIENTS]
    found = np.array(
        [references.enumerated(both, x, case.background, whole=False) for x in patients]
    )
    sums = both(patients) - both(case.background).mean(axis=0)
    margin, probability = (
        Truth(patients, found[..., i], sums[:, i], scale)
        for i, scale in enumerate(("log-odds", "probability"))
    )
    _say(reference=0.0)
    _say(cohort=ours.cohort(case.model, case.background, case.patients[:20]))
    for method in ours.methods(case.model, case.background, exact=True):
        _report(method, probability)
    for method in _by_paths(case):
        _report(method, margin)
    _report(rivals.of_trees(case.model, case.background, "probability"), probability)
    for method in rivals.of("predict_proba", case.function, case.background, tuned=False):
        _report(method, probability)


def _by_paths(case: Case) -> Iterator[Method]:
    """Yield both ways to the log-odds."""
    own = ours.Own(case.model, case.background, output="logit")
    yield Method(f"{ours.NAME}, automatic", ours.NAME, own, lambda: own.rows, own.told)
    yield rivals.of_trees(case.model, case.background, "raw")


def _report(method: Method, truth: Truth, *, warm: bool = True) -> None:
    _say(line=measured(method, truth, SECONDS, warm=warm).to_dict())


def _say(**told: object) -> None:
    print(json.dumps(told), flush=True)  # noqa: T201  # what the parent reads


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
