"""What is explained: three networks made by our own ``train``, and a boosted tree."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import Artifact, Recipe, train
from diagnosis.ml.learning.tables import TableWarning, read_table
from diagnosis.ml.schema import Feature, FeatureSchema
from medportal.configuration.addresses import ROOT

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]

TARGET = "outcome"
NETWORKS = ("heart", "breast", "synthetic")
TREE = "trees"
NAMES = (*NETWORKS, TREE)
TITLES = {
    "heart": "13 features: Statlog heart, network 64-32-16-1",
    "breast": "30 features: Wisconsin breast, network 64-32-16-1",
    "synthetic": "100 features: made up with interactions, network 64-32-16-1",
    TREE: "13 features: Statlog heart, 100 boosted trees",
}
PATIENTS = 12
COHORT = 100
HEART = ROOT / "medportal" / "demo" / "data" / "tables" / "heart_statlog.csv"


def table(name: str) -> Any:
    """The table of a case, its outcome in the last column."""
    import pandas as pd
    from sklearn.datasets import load_breast_cancer, make_classification

    if name in ("heart", TREE):
        return read_table(HEART).rename(columns={"disease": TARGET})
    if name == "breast":
        found = load_breast_cancer(as_frame=True).frame
        found[TARGET] = 1 - found.pop("target")  # there 0 means malignant
        return found
    x, y = make_classification(
        2000, 100, n_informative=20, n_redundant=20, n_clusters_per_class=4, random_state=3
    )
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(100)]).assign(**{TARGET: y})


def recipe() -> Recipe:
    """The classic network; what it reaches is measured elsewhere, so the least is done here."""
    return Recipe(target=TARGET, model="classic", folds=2, repeats=1, refits=0, logs=False)


def artifact(name: str, folder: Path) -> Artifact:
    """Train the network of a case, or take the one that lies in ``folder``."""
    place = folder / "models" / name
    if (place / "manifest.json").exists():
        found = Artifact.load(place)
        if found.manifest["recipe"]["digest"] == recipe().digest and "layers.npz" in found.files:
            return found
    rows = table(name)
    features = tuple(Feature(column, {"en": column}) for column in rows.columns[:-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)  # aspirates tell the outcome: a benchmark
        made = train(recipe(), rows, FeatureSchema(features), name=name)
    made.save(place)
    return made


@dataclass(frozen=True)
class Case:
    """A model, its reference patients and the patients who are explained, none in both.

    ``model`` is an artifact, or fitted trees whose ``function`` is the probability.
    """

    name: str
    model: Any

    @cached_property
    def rows(self) -> Matrix:
        """Every row of the table."""
        return np.asarray(table(self.name).to_numpy()[:, :-1], dtype=np.float32)

    @cached_property
    def background(self) -> Matrix:
        """The 100 reference patients: the artifact's own, or drawn."""
        if self.name != TREE:
            own: Matrix = self.model.background
            return own
        return self.rows[np.random.default_rng(0).choice(len(self.rows), 100, replace=False)]

    @cached_property
    def patients(self) -> Matrix:
        """Those explained, first 12 one by one; not among the reference patients."""
        known = {row.tobytes() for row in self.background}
        others = np.array([row for row in self.rows if row.tobytes() not in known])
        return others[np.random.default_rng(1).permutation(len(others))[:COHORT]]

    def function(self, x: Any) -> Array:
        """The calibrated probability (trees: theirs), as the product computes it."""
        rows = np.asarray(x, dtype=np.float32)
        if self.name != TREE:
            served: Array = self.model.predict_matrix(rows)
            return served
        return np.asarray(self.model.predict_proba(rows)[:, 1])

    def log_odds(self, x: Any) -> Array:
        """Of the trees."""
        return np.asarray(self.model.decision_function(np.asarray(x, dtype=np.float32)))


def load(name: str, folder: Path) -> Case:
    """A case with its model."""
    if name != TREE:
        return Case(name, artifact(name, folder))
    from sklearn.ensemble import GradientBoostingClassifier

    rows = table(name).to_numpy()
    model = GradientBoostingClassifier(random_state=0)
    return Case(name, model.fit(rows[:, :-1].astype(np.float32), rows[:, -1]))
