"""The study from table to artifact: chosen and calibrated on Rotterdam, judged by GBSG once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.artifact import Artifact
from diagnosis.ml.families import family
from diagnosis.ml.learning.choice import choose
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.scores import scores
from diagnosis.ml.learning.training import train
from diagnosis.ml.learning.validation import OutOfFold, evaluate_recipe
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.time.horizons import paired
from diagnosis.ml.schema import Feature, FeatureSchema
from diagnosis.ml.threads import single_thread
from medportal.demo.build.card import plain
from medportal.demo.build.recurrence import external, tables
from medportal.demo.build.recurrence.tables import FOLDER, GBSG, ROTTERDAM, SLUG, TARGET

Array = NDArray[np.float64]
ASKED = Recipe(
    TARGET, "auto", task="survival", unit="d", horizons=(365, 1095, 1825), repeats=3, seed=0
)
LABELS = {
    "cox": {
        "en": "Cox model, the same inputs, nodes as exp(-0.12 n)",
        "zh-Hans": "Cox模型（相同输入，淋巴结数取exp(-0.12 n)）",
    },
    "cox_bent": {
        "en": "The same Cox model, age bent at 45 and 60",
        "zh-Hans": "同一Cox模型，年龄效应在45岁和60岁处转折",
    },
    "logistic": {"en": "Pooled logistic hazards", "zh-Hans": "离散时间逻辑风险模型"},
    "network": {"en": "Network of hazards", "zh-Hans": "离散时间神经网络"},
    "nottingham": {"en": "Nottingham index", "zh-Hans": "诺丁汉预后指数"},
    "nodes": {"en": "Number of positive nodes alone", "zh-Hans": "仅阳性淋巴结数"},
}

PEOPLE = {
    "en": "women with node-positive breast cancer operated on in Rotterdam in 1978 to 1993",
    "zh-Hans": "1978—1993年在鹿特丹接受手术的淋巴结阳性乳腺癌女性",
}


def chosen() -> Recipe:
    """Return the recipe whose model the folds of Rotterdam choose."""
    problem = pose(ASKED, _learnt(), tables.schema())
    with single_thread():
        return choose(problem.recipe, problem.sample)[0]


def _learnt() -> pd.DataFrame:
    return tables.rotterdam()


def rivals(recipe: Recipe) -> dict[str, tuple[Recipe, FeatureSchema]]:
    """Return what stands beside the model: other families on its inputs, and two simple scores."""
    inputs, cox = tables.schema(), recipe.with_model("cox")
    others = {
        model: (recipe.with_model(model), inputs)
        for model in ("logistic", "network")
        if model != recipe.model
    }
    effect = Feature("nodes_effect", {"en": "exp(-0.12 nodes)"}, unit="1")
    shaped = tuple(effect if feature.name == "nodes" else feature for feature in inputs)
    bends = tuple(Feature(f"age_{at}", {"en": f"age over {at}"}, unit="a") for at in (45, 60))
    index = Feature("nottingham", {"en": "Nottingham index"}, unit="1")
    nodes = FeatureSchema(tuple(feature for feature in inputs if feature.name == "nodes"))
    return {
        "cox": (cox, FeatureSchema(shaped)),
        "cox_bent": (cox, FeatureSchema((*shaped, *bends))),
        **others,
        "nottingham": (cox, FeatureSchema((index,))),
        "nodes": (cox, nodes),
    }


def compared(recipe: Recipe, ours: OutOfFold) -> list[dict[str, Any]]:
    """Return each of them on the folds of the model."""
    found = []
    for code, (asked, inputs) in rivals(recipe).items():
        theirs = evaluate_recipe(asked, _learnt(), inputs)
        mean = (one.predictions.mean(axis=0) for one in (ours, theirs))
        difference = paired(ours.task, ours.y, *mean, draws=external.DRAWS)["uno_c"]
        found.append(
            {
                "code": code,
                "label": LABELS[code],
                "metrics": scores(theirs),
                "difference": difference,
                "verdict": external.verdict(difference),
            }
        )
    return found


def _fitted(recipe: Recipe, inputs: FeatureSchema) -> Callable[[pd.DataFrame], Array]:
    problem = pose(recipe, _learnt(), inputs)
    with single_thread():
        model = family(recipe.model).fit(recipe, problem.sample)
    return lambda table: model.probabilities(inputs.matrix(table))


def further(artifact: Artifact, table: pd.DataFrame) -> dict[str, Any]:
    """Return who the women are, and which way each input moves the risk by the last horizon."""
    task, x = artifact.task, artifact.schema.matrix(table)

    def risk(rows: NDArray[np.float32]) -> Array:
        answers = artifact.predict_matrix(rows).reshape(len(rows), task.outputs)
        return task.result.estimates(task, answers)[task.result.explained(task)[0]]

    found = evaluation.directions(risk, x, artifact.schema)
    return {"people": PEOPLE, "directions": plain([report.to_dict() for report in found])}


def build() -> Artifact:
    """Make the artifact; the recipe is written down before GBSG is read."""
    recipe = chosen()
    external.register(recipe)
    table, inputs = _learnt(), tables.schema()
    measured = evaluate_recipe(recipe, table, inputs)
    mean = measured.predictions.mean(axis=0)
    beside = compared(recipe, measured)
    artifact = train(recipe, table, inputs, name=SLUG, measured=measured)
    models = {code: _fitted(*how) for code, how in rivals(recipe).items()}
    task = artifact.task
    outside = external.judged(recipe, task, {"shipped": artifact.predict, **models})
    for entry in outside["comparators"]:
        entry["label"] = LABELS[entry["code"]]
    (FOLDER / "demo_rows.json").write_text(
        json.dumps({"table": GBSG, "key": "pid", "rows": tables.shown_rows()}) + "\n"
    )
    training = {
        **artifact.manifest["training"],
        "table": ROTTERDAM,
        "late_deaths_censored": tables.late_deaths(),
    }
    return artifact.with_manifest(
        **plain(
            {
                "curves": task.result.details(task, measured.y, mean),
                "comparators": beside,
                "external": {"table": GBSG, **outside},
                "training": training,
                **further(artifact, table),
            }
        )
    )
