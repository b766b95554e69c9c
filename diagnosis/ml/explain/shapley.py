"""Shapley values of whatever the library makes: artifacts, functions, trees."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np

from diagnosis.ml.batch import Batch, table_of
from diagnosis.ml.explain.explainer import Explainer, Plan
from diagnosis.ml.explain.explanation import Explanation
from diagnosis.ml.explain.games import QuickGames
from diagnosis.ml.explain.model_function import (
    Matrix,
    ModelFunction,
    estimates_of,
    rows_of,
)
from diagnosis.ml.explain.players import Played, played
from diagnosis.ml.explain.trees import is_trees, tree_values
from diagnosis.ml.families import family_of
from diagnosis.ml.families.pipeline import Fitted
from diagnosis.ml.results.estimate import Estimates

OUTPUTS = ("probability", "logit")
KEPT = 20

_lock = Lock()
_kept: OrderedDict[Any, Explainer] = OrderedDict()


def shapley_values(  # noqa: PLR0913  # the library's own door: what, whose, how, of which answer
    model: Any,
    rows: Any,
    background: Any = None,
    seed: int = 0,
    *,
    output: str = "probability",
    budget: int | None = None,
    estimate: str | None = None,
) -> Explanation:
    """Explain rows by interventional Shapley values against real reference patients.

    Parameters
    ----------
    model : Artifact, Fitted, fitted trees, or callable
        An artifact; a fitted pipeline; trees of scikit-learn or XGBoost with ``predict_proba``;
        or a function from a float32 matrix (n, d) to (n,) or (n, k). NaN is missing.
    rows : (n, d) array
        Rows to explain; an artifact also takes raw rows as its ``predict`` does.
    background : (m, d) array, optional
        Reference patients, real rows; an artifact has its own.
    seed : int
        Decides which coalitions are asked for, where not all are. The same seed gives the same
        values.
    output : str
        ``probability``: of each class, or the number of a regression. ``logit``: the log-odds;
        for trees by TreeSHAP, which is exact there and only there. A plain function is explained
        as it is.
    budget : int, optional
        Model rows that a patient may cost. The default enumerates up to a million and otherwise
        asks for 150,000.
    estimate : str, optional
        Of an artifact: explain this estimate alone, in its own unit (a class, «this class or a
        higher one», a label). All outputs where not given.

    Returns
    -------
    Explanation

    Raises
    ------
    ValueError
        The background has no rows or another width, the output or the estimate is unknown, or the
        budget is too small.

    Notes
    -----
    The value of a coalition is the mean prediction with its features taken from the patient and
    the others from a reference row (Lundberg and Lee 2017; Janzing et al. 2020). The method is
    chosen row by row, by the model rows that it would take, so a row's result does not depend on
    the rows explained with it.
    """
    if output not in OUTPUTS:
        raise ValueError(f"The output is one of {', '.join(OUTPUTS)}, not {output}.")
    given, known = rows_of(model, rows, background)
    asked = () if estimate is None else (estimate,)
    if isinstance(given, Batch) and isinstance(known, Batch):
        plays = played(model.schema, given, known)
        explainer = _made(model, plays.background, seed, output, asked, plays)
        explained = replace(explainer.explain(plays.x, budget), output=output, estimate=estimate)
        return plays.by_feature(_without_single_axis(explained, explainer.model))
    x, reference = table_of(given), table_of(known)
    if output == "logit" and is_trees(model):
        return tree_values(model, x, reference)
    explainer = explainer_for(model, reference, seed, output, asked)
    explained = replace(explainer.explain(x, budget), output=output, estimate=estimate)
    return _without_single_axis(explained, explainer.model)


def plan(model: Any, row: Any, background: Any, budget: int | None = None) -> Plan:
    """Say by which method, and with how many model rows, one row would be explained."""
    x, reference = rows_of(model, row, background)
    if isinstance(x, Batch) and isinstance(reference, Batch):
        plays = played(model.schema, x, reference)
        x, reference = plays.x, plays.background
    return Explainer(ModelFunction(model), table_of(reference)).plan(table_of(x)[0], budget)


def explainer_for(
    model: Any, background: Matrix, seed: int, output: str, estimates: Sequence[str] = ()
) -> Explainer:
    """Return what explains one output of a model, kept ready where it is an artifact.

    ``estimates`` are those that are asked for of several outputs; all outputs where none is named.
    """
    digest = getattr(model, "digest", None)
    if digest is None:
        return _made(model, background, seed, output, estimates)
    key = (digest, background.tobytes(), seed, output, tuple(estimates))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _made(model, background, seed, output, estimates)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _made(  # as explainer_for, and who plays
    model: Any,
    background: Matrix,
    seed: int,
    output: str,
    estimates: Sequence[str],
    plays: Played | None = None,
) -> Explainer:
    of = estimates_of(model, estimates, output)
    quick = _quick(model, background, output, of) if plays is None else None
    function = ModelFunction(model, output, of, None if plays is None else plays.batch)
    function(background[:1])  # tells the shape of its answers
    return Explainer(
        function,
        background,
        quick=quick,
        population=_population(model, background if plays is None else plays.table),
        seed=seed,
    )


def _quick(model: Any, background: Matrix, output: str, of: Estimates | None) -> QuickGames | None:
    """Return how the family of a model explains it quickly, if it does."""
    fitted = model if isinstance(model, Fitted) else getattr(model, "fitted", None)
    return None if fitted is None else family_of(model).game(fitted, background, output, of)


def _population(model: Any, background: Matrix) -> int | None:
    """From how many patients the reference rows were drawn: known of an artifact's own alone."""
    own = getattr(model, "background", None)
    if own is None or not np.array_equal(own, background, equal_nan=True):
        return None
    found: int | None = getattr(model, "population", None)
    return found


def _without_single_axis(explained: Explanation, model: ModelFunction) -> Explanation:
    """Drop the output axis of single-output models; errors that are nowhere known are None."""
    errors = explained.standard_errors
    if errors is not None and errors.size and np.isnan(errors).all():
        errors = None
    if not model.single_output:
        return replace(explained, standard_errors=errors)
    return replace(
        explained,
        values=explained.values[..., 0],
        standard_errors=None if errors is None else errors[..., 0],
        coalition_errors=explained.coalition_errors[..., 0],
        base_value=float(np.ravel(explained.base_value)[0]),
        predictions=explained.predictions[:, 0],
    )
