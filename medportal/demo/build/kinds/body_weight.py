"""How heavy an adult is who can not be weighed, from height and tape: ``openintro/bdims``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.learning import coverage
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.uncertainty.coverage import Group
from medportal.demo.build.kinds.study import Fitter, KindPlan, Predictor, Rival
from medportal.demo.build.kinds.table import KindTable, held_out
from medportal.demo.build.table import everyone, read, row_numbers

Array = NDArray[np.float64]
SLUG, TARGET = "body-weight", "weight"
HEAVY, OLDER = 27.0, 45.0  # kg/m², years: where ranges were found to miss
# Lorenz et al., J Neurol Neurosurg Psychiatry 2007;78:1331: constant, height, waist, hip; cm, kg.
LORENZ = {1: (-137.432, 0.60035, 0.785, 0.392), 0: (-110.924, 0.4053, 0.325, 0.836)}


def load() -> KindTable:
    """Return the table; the waist is that at the navel (``nav_gi``), not the narrowest."""
    raw = read("bdims.csv")
    columns = {"sex": "sex", "hgt": "height", "nav_gi": "waist", "hip_gi": "hip", "cal_gi": "calf"}
    inputs = raw[list(columns)].rename(columns=columns)
    fifth = np.searchsorted(np.quantile(raw["wgt"], (0.2, 0.4, 0.6, 0.8)), raw["wgt"])
    keys = row_numbers(raw)
    bmi = raw["wgt"] / (raw["hgt"] / 100) ** 2
    return KindTable(
        slug=SLUG,
        source="bdims.csv",
        key="row",
        keys=keys,
        inputs=inputs,
        targets=raw[["wgt"]].rename(columns={"wgt": TARGET}),
        held_out=held_out(SLUG, keys, fifth.tolist(), everyone(raw)),
        beside=pd.DataFrame({"age": raw["age"], "bmi": bmi}),
    )


def lorenz(inputs: pd.DataFrame) -> Array:
    """Return the published estimate of kg from height, waist and hip."""
    terms = np.array([LORENZ[int(sex)] for sex in inputs["sex"]])
    measured = inputs[["height", "waist", "hip"]].to_numpy(dtype=np.float64)
    return np.asarray(terms[:, :1] + (terms[:, 1:] * measured).sum(axis=1, keepdims=True))


def _published(_inputs: pd.DataFrame, _y: Array) -> Predictor:
    return lorenz


def _mean(_inputs: pd.DataFrame, y: Array) -> Predictor:
    return lambda rows: np.full((len(rows), 1), y.mean())


def _least_squares(*names: str) -> Fitter:
    def fit(inputs: pd.DataFrame, y: Array) -> Predictor:
        def design(rows: pd.DataFrame) -> Array:
            return np.column_stack([np.ones(len(rows)), rows[list(names)]])

        weights = np.linalg.lstsq(design(inputs), y, rcond=None)[0]
        return lambda rows: design(rows) @ weights

    return fit


def _boosting(inputs: pd.DataFrame, y: Array) -> Predictor:
    from sklearn.ensemble import HistGradientBoostingRegressor

    names = ["sex", "height", "waist", "hip", "calf"]
    model = HistGradientBoostingRegressor(learning_rate=0.05, max_leaf_nodes=8, random_state=0)
    model.fit(inputs[names].to_numpy(dtype=np.float64), y[:, 0])
    return lambda rows: model.predict(rows[names].to_numpy(dtype=np.float64))[:, None]


def parted(table: KindTable, verified: coverage.Verified) -> Iterator[Group]:
    """Yield age and body mass index, by the true and by the estimated weight."""
    beside = table.beside[~table.held_out]
    height = table.frame["height"].to_numpy(dtype=np.float64) / 100
    said = verified.answers[:, 0] / height**2
    true, age = (beside[name].to_numpy(dtype=np.float64) for name in ("bmi", "age"))
    for by, values, cut, en, zh in (
        ("true-bmi", true, HEAVY, "true body mass index", "真实体重指数"),
        (
            "estimated-bmi",
            said,
            HEAVY,
            "body mass index by the estimate",
            "按估算体重计算的体重指数",
        ),
        ("age", age, OLDER, "age", "年龄"),
    ):
        below = {"en": f"{en} under {cut:.0f}", "zh-Hans": f"{zh}低于{cut:.0f}"}
        above = {"en": f"{en} {cut:.0f} and over", "zh-Hans": f"{zh}{cut:.0f}及以上"}
        yield from coverage.between(verified, by, values, None, cut, below)
        yield from coverage.between(verified, by, values, cut, None, above)


PLAN = KindPlan(
    load=load,
    recipe=Recipe(
        target=TARGET, model="logistic", task="regression", unit="kg", logs=False,
        refits=40, folds=5, repeats=10, seed=0,
    ),
    metric="mae",
    rivals={
        "mean": Rival({"en": "The mean for everybody", "zh-Hans": "一律取平均值"}, _mean),
        "height": Rival({"en": "Height alone", "zh-Hans": "仅身高"}, _least_squares("height")),
        "usual": Rival(
            {"en": "Published formula (Lorenz 2007)", "zh-Hans": "已发表公式（Lorenz，2007）"},
            _published,
        ),
        "linear": Rival(
            {"en": "Linear regression without a penalty", "zh-Hans": "无惩罚项的线性回归"},
            _least_squares("sex", "height", "waist", "hip", "calf"),
        ),
        "boosting": Rival({"en": "Gradient boosting", "zh-Hans": "梯度提升"}, _boosting),
    },
    parting=parted,
)  # fmt: skip
