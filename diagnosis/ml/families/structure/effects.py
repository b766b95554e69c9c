"""What each raw input weighs in the calibrated log-odds, all its columns together.

A linear model answers with its coefficients; a network with the mean over the background rows of
what a step does there, and its middle half, because a step does not do the same for everybody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.pipeline import Fitted, forward
from diagnosis.ml.families.structure.spreads import each_rounded

Array = NDArray[np.float64]


def of_feature(fitted: Fitted, z: Array, feature: int) -> list[dict[str, Any]]:
    """Return the steps of one input and what each does, for design rows ``z``.

    ``step`` is ``sd`` (one standard deviation more, of the logarithm where that enters),
    ``category`` (this code instead of the one that stands in for a missing value) or ``missing``
    (the indicator alone).
    """
    own = [i for i, c in enumerate(fitted.preprocessor.columns_) if c.feature == feature]
    found = []
    for i in own:
        column = fitted.preprocessor.columns_[i]
        if column.missing:
            change = _logits(fitted, _put(z, {i: 1.0})) - _logits(fitted, _put(z, {i: 0.0}))
            found.append({"step": "missing", **_told(change)})
        elif column.code is None:
            up, down = _moved(z, i, 0.5), _moved(z, i, -0.5)
            found.append({"step": "sd", **_told(_logits(fitted, up) - _logits(fitted, down))})
    codes = fitted.preprocessor.features[feature].codes
    return _categories(fitted, z, feature, codes) + found if codes else found


def _categories(
    fitted: Fitted, z: Array, feature: int, codes: tuple[int, ...]
) -> list[dict[str, Any]]:
    reference = int(fitted.preprocessor.fill_[feature])
    columns = {
        i: c.code
        for i, c in enumerate(fitted.preprocessor.columns_)
        if c.feature == feature and c.code is not None
    }

    def as_if(code: int) -> Array:
        return _logits(fitted, _put(z, {i: float(own == code) for i, own in columns.items()}))

    usual = as_if(reference)
    return [
        {"step": "category", "code": code, "reference": reference, **_told(as_if(code) - usual)}
        for code in codes
        if code != reference
    ]


def _logits(fitted: Fitted, z: Array) -> Array:
    return fitted.calibrator.logits(forward(fitted.layers, z))


def _moved(z: Array, column: int, by: float) -> Array:
    moved = z.copy()
    moved[:, column] += by
    return moved


def _put(z: Array, values: dict[int, float]) -> Array:
    put = z.copy()
    for column, value in values.items():
        put[:, column] = value
    return put


def _told(change: Array) -> dict[str, list[float]]:
    """Return mean and middle half over the rows, one number an output."""
    lower, upper = np.quantile(change, (0.25, 0.75), axis=0)
    return {
        "mean": each_rounded(change.mean(axis=0)),
        "lower": each_rounded(lower),
        "upper": each_rounded(upper),
    }
