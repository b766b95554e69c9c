"""Every explainer of shap that takes a table, as it comes and as good as it can be made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medportal.tools.bench.explain.callables import Counted, Function
from medportal.tools.bench.explain.measure import Method

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]
Explain = Callable[[Matrix], Array]

EXACT_UP_TO = 15
DEFAULT, PLAIN = "KernelExplainer, default", "KernelExplainer, l1_reg=0"
EXACT = "ExactExplainer"


def of(call: str, function: Function, background: Matrix, *, tuned: bool) -> Iterator[Method]:
    """Yield those that only call the model; ``tuned``: also with more and fewer samples."""
    logging.getLogger("shap").setLevel(logging.ERROR)
    d = background.shape[1]
    makers: dict[str, Callable[[Function, Matrix], Explain]] = {
        DEFAULT: _kernel(),
        PLAIN: _kernel(l1_reg=0),
        "PermutationExplainer": _masked("PermutationExplainer"),
        "SamplingExplainer": _sampling,
        "PartitionExplainer": _masked("PartitionExplainer", "Partition"),
        EXACT: _masked(EXACT, max_evals=2**d + 1 if d <= EXACT_UP_TO else 100_000),
    }
    if tuned:
        for samples in (200, 1000, 10_000):
            makers[f"{PLAIN}, {samples} samples"] = _kernel(l1_reg=0, nsamples=samples)
        rounds = 10 * (2 * d + 1)
        makers["PermutationExplainer, 100 rounds"] = _masked(
            "PermutationExplainer", max_evals=10 * rounds
        )
    for name, make in makers.items():
        counted = Counted(function)
        yield Method(name, call, _late(make, counted, background), lambda c=counted: c.rows)  # type: ignore[misc]


def _late(make: Callable[[Function, Matrix], Explain], function: Function, rows: Matrix) -> Explain:
    """Make the explainer at its first call, so that its failure is that method's own."""
    made: list[Explain] = []

    def explain(x: Matrix) -> Array:
        if not made:
            made.append(make(function, rows))
        return made[0](x)

    return explain


def _plain(values: Any) -> Array:
    return np.asarray(values[0] if isinstance(values, list) else values, np.float64).reshape(-1)


def _kernel(**options: Any) -> Callable[[Function, Matrix], Explain]:
    def make(function: Function, background: Matrix) -> Explain:
        import shap

        explainer = shap.KernelExplainer(function, background)
        return lambda x: _plain(explainer.shap_values(x, silent=True, **options))

    return make


def _sampling(function: Function, background: Matrix) -> Explain:
    import shap

    explainer = shap.SamplingExplainer(function, background)
    return lambda x: _plain(explainer.shap_values(x, silent=True))


def _masked(
    name: str, masker: str = "Independent", **options: Any
) -> Callable[[Function, Matrix], Explain]:
    def make(function: Function, background: Matrix) -> Explain:
        import shap

        around = getattr(shap.maskers, masker)(background, max_samples=len(background))
        explainer = getattr(shap, name)(function, around)
        return lambda x: _plain(explainer(x, silent=True, **options).values)

    return make


def of_graph(name: str, model: Any, background: Matrix) -> Method:
    """Return the one that reads the network itself: ``DeepExplainer`` or ``GradientExplainer``."""

    def make(_: Function, rows: Matrix) -> Explain:
        import shap

        explainer = getattr(shap, name)(model, rows)
        return lambda x: _plain(explainer.shap_values(x))

    return Method(name, "graph", _late(make, lambda x: x, background), lambda: 0)


def of_trees(model: Any, background: Matrix, output: str) -> Method:
    """Return ``TreeExplainer`` for the ``raw`` log-odds or its ``probability``."""

    def make(_: Function, rows: Matrix) -> Explain:
        import shap

        explainer = shap.TreeExplainer(
            model, rows, feature_perturbation="interventional", model_output=output
        )
        return lambda x: _plain(explainer.shap_values(x))

    return Method(
        f"TreeExplainer, {output}", "trees", _late(make, lambda x: x, background), lambda: 0
    )
