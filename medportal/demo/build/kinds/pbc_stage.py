"""How far fibrosis has gone in primary biliary cholangitis: ordered stages, told by blood tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.recipe import Recipe
from medportal.demo.build import pbc
from medportal.demo.build.kinds.study import Fitter, KindPlan, Predictor, Rival
from medportal.demo.build.kinds.table import KindTable
from medportal.demo.build.table import read

Array = NDArray[np.float64]
SLUG, TARGET = "pbc-stage", "stage"
STAGES = {1: "1-2", 2: "1-2", 3: "3", 4: "4"}
"""Stage 1 has 21 rows: it can not be estimated, and stands with stage 2."""
UMOL_PER_MG = 17.1  # of bilirubin, L to dL


def load() -> KindTable:
    """Return the rows with a biopsy; the persons of ``pbc-prognosis`` are held out here, too."""
    raw = read("pbc.csv")
    shown = {int(one) for one in pbc.load().keys[pbc.load().held_out]}
    raw = raw[raw["stage"].notna()].reset_index(drop=True)
    inputs = pd.DataFrame(
        {
            "age": raw["age"],
            "sex": raw["sex"].map({"m": 1, "f": 0}),
            "bilirubin": raw["bili"],
            "albumin": raw["albumin"],
            "prothrombin_time": raw["protime"],
            "platelets": raw["platelet"],
        }
    )
    return KindTable(
        slug=SLUG,
        source="pbc.csv",
        key="id",
        keys=raw["id"].to_numpy(dtype=np.int64),
        inputs=inputs,
        targets=pd.DataFrame({TARGET: raw["stage"].map(STAGES)}),
        held_out=raw["id"].isin(shown).to_numpy(),
        beside=raw[[]],
    )


def albi(rows: pd.DataFrame) -> Array:
    """Return the albumin-bilirubin score (Johnson et al., J Clin Oncol 2015;33:550-558)."""
    bilirubin = np.log10(rows["bilirubin"].to_numpy(dtype=np.float64) * UMOL_PER_MG)
    return np.asarray(0.66 * bilirubin - 0.085 * rows["albumin"].to_numpy(dtype=np.float64) * 10)


def _everything(rows: pd.DataFrame) -> Array:
    logs = [np.log(rows[name]) for name in ("bilirubin", "prothrombin_time", "platelets")]
    return np.column_stack([rows[["age", "sex", "albumin"]], *logs]).astype(np.float64)


def _filled(inputs: pd.DataFrame) -> Callable[[pd.DataFrame], pd.DataFrame]:
    usual = inputs.drop(columns=TARGET).median()
    return lambda rows: rows.drop(columns=TARGET).fillna(usual)


def _softmax(design: Callable[[pd.DataFrame], Array]) -> Fitter:
    """Return classes without an order from a score or a few columns."""

    def fit(inputs: pd.DataFrame, y: Array) -> Predictor:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        filled = _filled(inputs)
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        model.fit(design(filled(inputs)).reshape(len(inputs), -1), y.argmax(axis=1))
        return lambda rows: model.predict_proba(design(filled(rows)).reshape(len(rows), -1))

    return fit


def _proportional_odds(inputs: pd.DataFrame, y: Array) -> Predictor:
    """Fit ordinal logistic regression (McCullagh, J R Stat Soc B 1980;42:109-142)."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]  # SciPy ships no types

    filled = _filled(inputs)
    x = _everything(filled(inputs))
    mean, spread, k = x.mean(axis=0), x.std(axis=0), y.shape[1]

    def classes(beta: Array, z: Array) -> Array:
        cuts = np.cumsum(np.r_[beta[0], np.exp(beta[1 : k - 1])])
        below = 1 / (1 + np.exp(-(cuts[None] - (z @ beta[k - 1 :])[:, None])))
        edges = np.column_stack([np.zeros(len(z)), below, np.ones(len(z))])
        return np.asarray(np.maximum(np.diff(edges, axis=1), 1e-12))

    def cost(beta: Array) -> float:
        return float(-(y * np.log(classes(beta, (x - mean) / spread))).sum())

    start = np.r_[-1.0, np.zeros(k - 2), np.zeros(x.shape[1])]
    beta = minimize(cost, start, method="BFGS").x
    return lambda rows: classes(beta, (_everything(filled(rows)) - mean) / spread)


def _boosting(inputs: pd.DataFrame, y: Array) -> Predictor:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=0.05, max_leaf_nodes=8, max_iter=60, random_state=0
    )
    model.fit(inputs.drop(columns=TARGET).to_numpy(dtype=np.float64), y.argmax(axis=1))
    return lambda rows: model.predict_proba(rows.drop(columns=TARGET).to_numpy(dtype=np.float64))


def _shares(_inputs: pd.DataFrame, y: Array) -> Predictor:
    return lambda rows: np.tile(y.mean(axis=0), (len(rows), 1))


PLAN = KindPlan(
    load=load,
    recipe=Recipe(
        target=TARGET, model="logistic", task="multiclass", ordered=("1-2", "3", "4"),
        hide={"platelets": 0.1, "prothrombin_time": 0.1}, refits=40, folds=5, repeats=5, seed=0,
    ),
    metric="rps",
    rivals={
        "shares": Rival(
            {"en": "The share of each stage for everybody", "zh-Hans": "一律取各分期的占比"},
            _shares,
        ),
        "age-sex": Rival(
            {"en": "Age and sex alone", "zh-Hans": "仅年龄与性别"},
            _softmax(lambda rows: rows[["age", "sex"]].to_numpy(dtype=np.float64)),
        ),
        "usual": Rival({"en": "ALBI score", "zh-Hans": "ALBI评分"}, _softmax(albi)),
        "bilirubin": Rival(
            {"en": "Bilirubin alone", "zh-Hans": "仅胆红素"},
            _softmax(lambda rows: np.log(rows["bilirubin"].to_numpy(dtype=np.float64))),
        ),
        "ordinal": Rival(
            {"en": "Ordinal logistic regression", "zh-Hans": "有序逻辑回归"}, _proportional_odds
        ),
        "boosting": Rival({"en": "Gradient boosting", "zh-Hans": "梯度提升"}, _boosting),
    },
)  # fmt: skip
