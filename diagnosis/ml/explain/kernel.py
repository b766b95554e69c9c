"""Sampled Shapley values by shap, for rows too wide to enumerate. Slow: for the batch worker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.model_function import Matrix, ModelFunction

Floats = NDArray[np.float64]


def kernel_values(
    model: ModelFunction, x: Matrix, background: Matrix, seed: int, outputs: int
) -> Floats:
    """Return (d, outputs) for one row, by KernelSHAP without feature selection.

    ``l1_reg=0``: shap's default keeps ten features and sets the others to zero. shap draws from
    NumPy's global generator, so its state is set and put back.
    """
    import shap  # 230 MB, only on this path

    state = np.random.get_state()
    np.random.seed(seed)
    try:
        explainer = shap.KernelExplainer(
            lambda rows: model(rows.astype(np.float32)), background.astype(np.float64)
        )
        values = explainer.shap_values(x.astype(np.float64), l1_reg=0, silent=True)
    finally:
        np.random.set_state(state)
    return np.asarray(values, dtype=np.float64).reshape(len(x), outputs)
