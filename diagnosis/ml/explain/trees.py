"""Log-odds of boosted trees, exactly, by the paths of the trees.

TreeSHAP (Lundberg et al. 2020, interventional) is exact for the margin only. Its probability mode
rescales the margin's values and was 30 % off the definition: probabilities of trees are explained
like those of any other function.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np

from diagnosis.ml.explain.explanation import Explanation
from diagnosis.ml.explain.model_function import Matrix

_lock = Lock()
_kept: dict[bytes, tuple[Any, list[Any]]] = {}
_LIBRARIES = ("sklearn.ensemble", "xgboost", "lightgbm")


def is_trees(model: Any) -> bool:
    """Whether TreeSHAP knows the model."""
    return type(model).__module__.startswith(_LIBRARIES) and hasattr(model, "predict_proba")


def tree_values(model: Any, x: Matrix, background: Matrix) -> Explanation:
    """Explain the log-odds of the rows (n, d) of a binary classifier of boosted trees.

    The standard error counts the reference rows as for every other method: TreeSHAP is run
    against each of them.
    """
    wide = x.astype(np.float64)
    each = [explainer.shap_values(wide) for explainer in _explainers(model, background)]
    found = np.stack(each).astype(np.float64)
    if found.ndim != 3:
        raise ValueError("Trees with several outputs are explained on the probability scale.")
    base, at = _margins(model, background), _margins(model, x)
    b = len(background)
    return Explanation(
        values=found.mean(axis=0),
        standard_errors=found.std(axis=0, ddof=1) / np.sqrt(b) if b > 1 else None,
        coalition_errors=np.zeros(x.shape),
        base_value=float(base.mean()),
        predictions=at,
        method="tree",
        rows_evaluated=b * len(x),
        background_rows=b,
        output="logit",
    )


def _explainers(model: Any, background: Matrix) -> list[Any]:
    """Return one explainer a reference row, kept for the next call with the same model."""
    import shap  # 230 MB, only on this path

    key = background.tobytes()
    with _lock:
        kept = _kept.get(key)
    if kept is None or kept[0] is not model:
        made = [
            shap.TreeExplainer(model, row[None].astype(np.float64), "raw", "interventional")
            for row in background
        ]
        kept = model, made
        with _lock:
            _kept.clear()
            _kept[key] = kept
    return kept[1]


def _margins(model: Any, x: Matrix) -> Any:
    p = np.asarray(model.predict_proba(x), dtype=np.float64)[:, 1]
    return np.log(p) - np.log1p(-p)
