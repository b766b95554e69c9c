"""Which comment a laboratory of 1984 to 1987 would have printed under a thyroid report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.families import family
from diagnosis.ml.learning.by_estimate import expected_observed, threshold_for
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.validation import OutOfFold
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.measuring import finite
from medportal.demo.build.kinds.study import KindPlan, Predictor, Rival
from medportal.demo.build.kinds.table import KindTable, held_out
from medportal.demo.build.report import interval
from medportal.demo.build.table import read
from medportal.demo.columns import THYROID_FLAGS, THYROID_TESTS

Array = NDArray[np.float64]
SLUG, GROUP = "thyroid-report", "look_alike"
LABELS: Mapping[str, str] = {
    "thyrotoxic": "ABCD",
    "primary_hypothyroid": "F",
    "subclinical_hypothyroid": "G",
    "raised_binding_protein": "I",
    "non_thyroidal_illness": "K",
    "discordant_assays": "R",
    "under_replaced": "M",
    "over_replaced": "N",
}
"""Letters of each offered label. Not offered: J, S, L, O to Q, E, H, T."""
HIGH_TSH, LOW_INDEX = 6.0, 65.0
LATE = 860818  # the last fifth
DRAWS = 200


def letters(comment: str) -> str:
    """Return the letters that count; «X|Y» reads «X, more likely Y»: Y alone."""
    return comment.rsplit("|", maxsplit=1)[-1].replace("-", "")


def load() -> KindTable:
    """Return the reports with a TSH, not of pregnancy or childhood."""
    raw = read("thyroid.csv")
    accepted = raw["TSH"].notna() & (raw["pregnant"] != "t") & ~(raw["age"] < 14)
    raw = raw[accepted].reset_index(drop=True)
    inputs = pd.DataFrame({"age": raw["age"], "sex": raw["sex"].map({"M": 1, "F": 0})})
    inputs = inputs.assign(**{name: raw[column] for column, name in THYROID_TESTS.items()})
    yes_no = {name: (raw[column] == "t").astype(int) for column, name in THYROID_FLAGS.items()}
    inputs = inputs.assign(**yes_no)
    found = raw["target"].map(letters)
    targets = pd.DataFrame(
        {
            label: found.map(lambda text, own=own: int(any(one in text for one in own)))
            for label, own in LABELS.items()
        }
    )
    keys = raw["patient_id"].to_numpy(dtype=np.int64)
    targets[GROUP] = look_alike(raw)
    layer = targets[list(LABELS)].any(axis=1).astype(int).tolist()
    complete = inputs[["t3", "t4", "t4_uptake", "age", "sex"]].notna().all(axis=1).to_numpy()
    return KindTable(
        slug=SLUG,
        source="thyroid.csv",
        key="patient_id",
        keys=keys,
        inputs=inputs,
        targets=targets,
        held_out=held_out(SLUG, keys, layer, complete & _alone(targets[GROUP])),
        beside=pd.DataFrame({"day": keys // 1000}),
    )


def look_alike(raw: pd.DataFrame) -> NDArray[np.int64]:
    """Return a group a report: neighbours of one day with equal age, sex and flags share one.

    No column says who a person is; the first six digits of a number are a day.
    """
    same = raw.assign(day=raw["patient_id"] // 1000)[["day", "age", "sex", *THYROID_FLAGS]]
    before = same.shift()
    alike = ((same == before) | (same.isna() & before.isna())).all(axis=1)
    return np.asarray((~alike).cumsum().to_numpy(), dtype=np.int64)


def _alone(groups: pd.Series) -> NDArray[np.bool_]:
    return np.asarray(groups.map(groups.value_counts()) == 1)


def rule(rows: pd.DataFrame) -> Array:
    """Return the two-line rule: over TSH 6, primary below an index of 65 and else subclinical.

    The free thyroxine index is total T4 by uptake: computed, and no input beside the two.
    """
    high = rows["tsh"] > HIGH_TSH
    index = rows["t4"] / rows["t4_uptake"]
    primary = high & (index < LOW_INDEX)
    untreated = (rows["on_thyroxine"] == 0) & (rows["thyroid_surgery"] == 0)
    subclinical = high & (index >= LOW_INDEX) & untreated
    said = np.zeros((len(rows), len(LABELS)))
    names = list(LABELS)
    said[:, names.index("primary_hypothyroid")] = primary
    said[:, names.index("subclinical_hypothyroid")] = subclinical
    return said


def _ruled(_rows: pd.DataFrame, y: Array) -> Predictor:
    """Say the share of events among those whom the rule names, and among the others."""
    said = rule(_rows)
    shares = [
        (_share(y[said[:, k] > 0, k]), _share(y[said[:, k] == 0, k])) for k in range(y.shape[1])
    ]
    high, low = np.array(shares).T
    return lambda rows: np.where(rule(rows) > 0, high, low)


def _share(events: Array) -> float:
    return float((events.sum() + 0.5) / (len(events) + 1))


def _linear(rows: pd.DataFrame, _y: Array) -> Predictor:
    """Fit the penalised logistic regression of the same recipe: the simple model beside."""
    schema, recipe = load().schema, replace(PLAN.recipe, model="logistic")
    fitted = family("logistic").fit(recipe, pose(recipe, rows, schema).sample)
    return lambda others: fitted.probabilities(schema.matrix(others))


def _boosting(rows: pd.DataFrame, y: Array) -> Predictor:
    from sklearn.ensemble import HistGradientBoostingClassifier

    names = [name for name in rows.columns if name not in (*LABELS, GROUP)]
    x = rows[names].to_numpy(dtype=np.float64)
    models = [
        HistGradientBoostingClassifier(
            learning_rate=0.1, max_leaf_nodes=8, max_iter=80, random_state=0
        ).fit(x, y[:, k])
        for k in range(y.shape[1])
    ]

    def predict(others: pd.DataFrame) -> Array:
        values = others[names].to_numpy(dtype=np.float64)
        return np.column_stack([model.predict_proba(values)[:, 1] for model in models])

    return predict


def by_date(table: KindTable, measured: OutOfFold) -> list[dict[str, Any]]:
    """Return the figures of the last fifth, by a model and thresholds of the days before."""
    late = table.beside["day"][~table.held_out].to_numpy() >= LATE
    late = late[measured.rows]
    sample = pose(measured.recipe, table.frame, table.schema).sample
    fitted = family(measured.recipe.model).fit(measured.recipe, sample.take(~late))
    said, early = fitted.probabilities(sample.x[late]), measured.predictions[0][~late]
    owners = None if sample.groups is None else sample.groups[late]
    rows, figures = [], {}
    for k, label in enumerate(measured.task.classes):
        y, p = measured.y[late, k], said[:, k]
        metrics = evaluation.metrics_with_intervals(y, p, draws=DRAWS, groups=owners)
        flagged = p >= threshold_for(measured.y[~late, k], early[:, k])
        right = int((flagged & (y > 0)).sum())
        found = {name: finite(metrics[name]) for name in ("auroc", "auprc")}
        ratio = finite(expected_observed(y, p, owners))
        figures[label] = {
            "rows": len(y),
            "events": int(y.sum()),
            **found,
            "flagged": int(flagged.sum()),
            "right": right,
            "missed": int(y.sum()) - right,
        }
        rows.append(
            [
                f"`{label}`", f"{int(y.sum())} of {len(y)}", interval(found["auroc"]),
                interval(found["auprc"]), interval(ratio, 2),
                f"{int(flagged.sum())}, {right}, {int(y.sum()) - right}",
            ]
        )  # fmt: skip
    head = ["label, from 1986-08-18 on", "events of rows", "AUROC", "average precision",
            "expected / observed", "flagged, right, missed"]  # fmt: skip
    title = "Split by date: the model and its thresholds are of the reports before 1986-08-18."
    return [{"title": title, "head": head, "rows": rows, "from": "1986-08-18", "labels": figures}]


PLAN = KindPlan(
    load=load,
    recipe=Recipe(
        target=tuple(LABELS), model="network", task="multilabel", group=GROUP, hidden=(64, 32),
        refits=20, folds=5, repeats=1, seed=0,
    ),
    metric="auprc",
    rivals={
        "usual": Rival({"en": "Two-line rule", "zh-Hans": "两条规则"}, _ruled),
        "logistic": Rival(
            {"en": "Logistic regression, one a label", "zh-Hans": "逻辑回归（每条提示语各一个）"},
            _linear,
        ),
        "boosting": Rival({"en": "Gradient boosting", "zh-Hans": "梯度提升"}, _boosting),
    },
    further=by_date,
)  # fmt: skip
