"""Models trained once for all tests of the library, on the real tables of the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from diagnosis.ml import Artifact, Recipe, train
from diagnosis.ml.learning.tables import read_table

TABLES = Path(__file__).parents[2] / "medportal" / "demo" / "data" / "tables"
FEW = {"repeats": 1, "refits": 20}  # enough to check behaviour, not to judge a model


def heart() -> pd.DataFrame:
    """Coronary disease on angiography: 270 patients, 13 inputs, nothing missing."""
    return read_table(TABLES / "heart_statlog.csv")


def pima() -> pd.DataFrame:
    """Diabetes within five years; zeros that stand for missing are missing here."""
    table = read_table(TABLES / "pima_diabetes.csv")
    measured = ["glucose_2h", "diastolic_bp", "triceps_skinfold", "insulin_2h", "bmi"]
    table[measured] = table[measured].replace(0, np.nan)
    return table.drop(columns="pedigree")


def pbc() -> pd.DataFrame:
    """Primary biliary cholangitis: laboratory values with gaps, stage 1 to 4 from biopsy."""
    table = read_table(TABLES / "pbc.csv")
    return table.drop(columns=["id", "time", "status", "trt"])


def progression() -> pd.DataFrame:
    """Progression of diabetes after one year, a number."""
    loaded = load_diabetes(as_frame=True, scaled=False)
    return loaded.frame


CASES: dict[str, tuple[Recipe, Callable[[], pd.DataFrame]]] = {
    "logistic": (Recipe(target="disease", model="logistic", **FEW), heart),
    "classic": (Recipe(target="disease", model="classic", **FEW), heart),
    "network": (
        Recipe(target="diabetes", model="network", calibration="isotonic", epochs=60, **FEW),
        pima,
    ),
    "indicators": (
        Recipe(
            target="hepato", model="logistic", missing_indicators=True,
            calibration="isotonic", exclude=("ascites", "spiders", "stage"), **FEW,
        ),
        pbc,
    ),
    "multiclass": (
        Recipe(target="stage", model="logistic", exclude=("ascites", "spiders"), **FEW),
        pbc,
    ),
    "multilabel": (
        Recipe(target=("ascites", "hepato", "spiders"), model="logistic", **FEW),
        pbc,
    ),
    "regression": (Recipe(target="target", model="logistic", **FEW), progression),
}  # fmt: skip

_trained: dict[str, Artifact] = {}


@pytest.fixture
def trained() -> Callable[[str], Artifact]:
    """The artifact of one case, trained at its first use."""

    def find(case: str) -> Artifact:
        if case not in _trained:
            recipe, table = CASES[case]
            known = table().dropna(subset=list(recipe.targets), how="all")
            _trained[case] = train(recipe, known)
        return _trained[case]

    return find
