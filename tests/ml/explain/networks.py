"""Random networks over numbers, categories, constants, twins and gaps."""

from itertools import pairwise

import numpy as np

from diagnosis.ml import Category, Feature
from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.pipeline import Fitted
from diagnosis.ml.families.preprocessing import Preprocessor

TEXT = {"en": "input", "zh-Hans": "输入"}
CODES = tuple(Category(value=f"c{code}", code=code, label=TEXT) for code in range(3))
KINDS = ("binary", "multiclass", "multilabel", "regression")


def features_of(numbers, categories):
    listed = [Feature(f"number_{j}", TEXT) for j in range(numbers)]
    return [
        *listed,
        *[Feature(f"word_{j}", TEXT, "category", categories=CODES) for j in range(categories)],
    ]


def table_of(rng, rows, numbers, categories, gaps=0.15):
    """The first number is constant, the last a copy of the one before; some values are missing."""
    x = np.column_stack(
        [
            np.exp(rng.normal(size=(rows, numbers))),
            rng.integers(0, 3, size=(rows, categories)),
        ]
    ).astype(np.float32)
    x[rng.random(x.shape) < gaps] = np.nan
    x[:, 0] = 1.0
    if numbers > 2:
        x[:, numbers - 1] = x[:, numbers - 2]
    return x


def network(seed=0, *, numbers=5, categories=2, kind="binary", hidden=(12, 8), isotonic=False):
    """A fitted pipeline with random weights, and the table it was shaped by."""
    rng = np.random.default_rng(seed)
    x = table_of(rng, 60, numbers, categories)
    shaped = Preprocessor(features_of(numbers, categories), missing_indicators=True).fit(x)
    outputs = {"binary": 1, "regression": 1, "multiclass": 3, "multilabel": 2}[kind]
    widths = [len(shaped.columns_), *hidden, outputs]
    layers = tuple(
        (rng.normal(size=(a, b)) * 1.5 / np.sqrt(a), rng.normal(size=b) * 0.4)
        for a, b in pairwise(widths)
    )
    return Fitted(shaped, layers, kind, _calibrator(kind, isotonic=isotonic)), x


def _calibrator(kind, *, isotonic):
    if isotonic:
        edges = np.array([-2.0, -0.5, 0.3, 2.5])
        return Calibrator(
            "isotonic", start=0.04, left=edges[:-1], right=edges[1:],
            heights=np.array([0.2, 0.3, 0.4]),
        )  # fmt: skip
    if kind == "regression":
        return Calibrator()
    return Calibrator("platt", slope=np.array([1.3]), intercept=np.array([-0.2]))
