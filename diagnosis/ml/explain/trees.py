"""Log-odds of boosted trees, exactly, by the paths of the trees.

TreeSHAP (Lundberg et al. 2020, interventional) is exact for the margin only. Its probability mode
rescales the margin's values and was 30 % off the definition: probabilities of trees are explained
like those of any other function.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diagnosis.ml.explain.explanation import Explanation
from diagnosis.ml.explain.model_function import Matrix

_LIBRARIES = ("sklearn.ensemble", "xgboost", "lightgbm")


def is_trees(model: Any) -> bool:
    """Whether TreeSHAP knows the model."""
    return type(model).__module__.startswith(_LIBRARIES) and hasattr(model, "predict_proba")


def tree_values(model: Any, x: Matrix, background: Matrix) -> Explanation:
    """Explain the log-odds of the rows (n, d) of a binary classifier of boosted trees.

    The standard error counts the reference rows as for every other method: TreeSHAP is run
    against each of them.
    """
    import shap  # 230 MB, only on this path

    each = []
    for reference in background:
        explainer = shap.TreeExplainer(
            model, reference[None].astype(np.float64), "raw", "interventional"
        )
        each.append(np.asarray(explainer.shap_values(x.astype(np.float64)), dtype=np.float64))
    found = np.stack(each)
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


def _margins(model: Any, x: Matrix) -> Any:
    p = np.asarray(model.predict_proba(x), dtype=np.float64)[:, 1]
    return np.log(p) - np.log1p(-p)
