"""Figures of small and one-sided tables: what can not be measured is None, nothing is made up."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from diagnosis.ml.learning.scores import measure
from diagnosis.ml.results.targets import Task

RNG = np.random.default_rng(0)
NAN = math.nan
YES_OR_NO = Task("binary", ("y",), ("0", "1"))
LABELS = Task("multilabel", ("l1", "l2"), ("l1", "l2"))
CLASSES = Task("multiclass", ("y",), ("a", "b", "c"))
NUMBER = Task("regression", ("y",))


def test_a_label_that_no_row_knows_has_no_figures() -> None:
    y = np.array([[1, NAN], [0, NAN], [1, NAN]])
    p = np.array([[0.8, 0.5], [0.3, 0.5], [0.2, 0.5]])
    found = measure(LABELS, y, p[None])
    assert found["auroc"]["value"] == 0.5
    assert found["accuracy"]["value"] == pytest.approx(2 / 3)
    labels = LABELS.result.details(LABELS, y, p)["labels"]
    assert labels["l1"]["events"] == 2
    nothing = dict.fromkeys(("accuracy", "auroc", "auprc", "brier"))
    assert labels["l2"] == {"rows": 0, "events": 0, **nothing}


def test_labels_that_all_rows_have_have_no_area() -> None:
    found = measure(LABELS, np.ones((5, 2)), RNG.uniform(size=(1, 5, 2)))
    assert found["auroc"] == {"value": None, "lower": None, "upper": None}
    assert found["brier"]["value"] is not None


def test_of_one_class_only_there_is_no_area() -> None:
    y = np.eye(3)[[1, 1, 1, 1]]
    found = measure(CLASSES, y, RNG.dirichlet(np.ones(3), size=(1, 4)))
    assert found["auroc"]["value"] is None
    assert found["accuracy"]["value"] is not None


@pytest.mark.parametrize("event", [0.0, 1.0])
def test_of_events_alone_there_is_no_area_and_no_slope(event: float) -> None:
    found = measure(YES_OR_NO, np.full((6, 1), event), RNG.uniform(size=(1, 6, 1)))
    assert found["auroc"]["value"] is None
    assert found["calibration_slope"]["value"] is None
    assert found["brier"]["value"] is not None


@pytest.mark.parametrize("y", [[7.0], [7.0, 7.0, 7.0]])
def test_of_a_number_that_does_not_vary_nothing_is_explained(y: list[float]) -> None:
    found = measure(NUMBER, np.array(y)[:, None], np.full((1, len(y), 1), 5.0))
    assert found["r2"] == {"value": None, "lower": None, "upper": None}
    assert found["mae"]["value"] == 2


@pytest.mark.parametrize("task", [YES_OR_NO, NUMBER])
def test_one_patient_alone_has_no_interval(task: Task) -> None:
    found = measure(task, np.ones((4, 1)), np.full((1, 4, 1), 0.7), groups=["a"] * 4)
    assert all(entry["lower"] is None and entry["upper"] is None for entry in found.values())
    assert json.dumps(found, allow_nan=False)
