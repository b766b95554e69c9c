"""What a reviewer looks at more closely: subgroups, single surprising cases, twins, leaks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import evaluation
from medportal.demo.build.study import Study

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Text = dict[str, str]

FEWEST_ROWS, FEWEST_EVENTS = 20, 10
SURPRISES = 10
TWINS = 0.8


def _groups(study: Study) -> list[tuple[str, Text, Mask]]:
    inputs = study.inputs
    middle = int(inputs["age"].median())
    older = inputs["age"].to_numpy() >= middle
    groups = [
        ("younger", {"en": f"under {middle} years", "zh-Hans": f"{middle}岁以下"}, ~older),
        ("older", {"en": f"{middle} years and over", "zh-Hans": f"{middle}岁及以上"}, older),
    ]
    if "sex" in inputs:
        men = inputs["sex"].to_numpy() == 1
        groups.append(("female", {"en": "women", "zh-Hans": "女性"}, ~men))
        groups.append(("male", {"en": "men", "zh-Hans": "男性"}, men))
    return groups


def subgroups(study: Study, threshold: float) -> list[dict[str, Any]]:
    """Return the metrics by sex and age, where there are enough patients to say anything."""
    found = []
    for code, label, rows in _groups(study):
        y, p, w = study.label[rows], study.measured.probabilities[rows], study.weights[rows]
        events = int(y.sum())
        if len(y) < FEWEST_ROWS or min(events, len(y) - events) < FEWEST_EVENTS:
            continue
        metrics = evaluation.metrics_with_intervals(y, p, weights=w, threshold=threshold)
        found.append(
            {"code": code, "label": label, "n": len(y), "events": events, "metrics": metrics}
        )
    return found


def surprising_cases(study: Study) -> list[dict[str, Any]]:
    """Return the patients whose outcome the model, not having seen them, expected least.

    The tables are public; a model of a hospital's own patients must not carry such rows.
    """
    p = study.measured.probabilities.mean(axis=1)
    surprise = np.abs(study.label - p)
    order = np.argsort(-surprise, kind="stable")[:SURPRISES]
    rows = study.inputs.iloc[order].to_dict("records")
    return [
        {"inputs": row, "probability": p[i], "outcome": int(study.label[i])}
        for i, row in zip(order, rows, strict=True)
    ]


def correlated(study: Study) -> list[list[str]]:
    """Return pairs of inputs so alike that their shares of a result mean little apart."""
    table = study.inputs.corr().abs().to_numpy()
    names = list(study.inputs.columns)
    return [
        [names[i], names[j]]
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if table[i, j] > TWINS
    ]


def leakage(study: Study) -> list[dict[str, Any]]:
    """Return hints that an input gives the outcome away; none is what a card should show."""
    columns = {str(name): values.tolist() for name, values in study.inputs.items()}
    return [
        {"code": hint.code, "feature": hint.column, "other": hint.other, "strength": hint.strength}
        for hint in evaluation.leakage_hints(columns, study.label)
    ]
