"""One service for each kind: a sheet, its inputs, and a table with a known truth to learn from."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd

from diagnosis.ml import FeatureSchema, Recipe
from tests.factories import service_data

QUICK = {"folds": 3, "repeats": 1, "refits": 20, "seed": 1}
WAIST, HEIGHT = 84.0, 172.0


def both(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh-Hans": chinese}


def feature(name: str, label: dict[str, str], low: float, high: float) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "kind": "number",
        "unit": "cm",
        "sources": [{"kind": "ask"}],
        "bounds": [low, high],
        "required": True,
        "direction": "raises",
        "step": 1.0,
        "decimals": 0,
    }


def schema() -> dict[str, Any]:
    waist = feature("waist", both("Waist", "腰围"), 40, 200)
    height = feature("height", both("Height", "身高"), 120, 220)
    return {"features": [waist, height]}


def table(kind: str) -> pd.DataFrame:
    """Weight is 0.9 a centimetre of waist and 0.5 of height; visits follow Poisson."""
    rng = np.random.default_rng(7)
    waist, height = rng.normal(84, 10, 300).round(0), rng.normal(170, 9, 300).round(0)
    weight = 72 + 0.9 * (waist - 84) + 0.5 * (height - 170) + rng.normal(0, 3, 300)
    targets = {
        "heavy": np.where(weight > 74, "yes", "no"),
        "weight": weight,
        "visits": rng.poisson(np.exp(0.8 + 0.03 * (waist - 84))),
    }
    if kind == "survival":
        time = rng.exponential(1500 * np.exp(-0.05 * (waist - 84))).round(0) + 1
        lost = rng.uniform(600, 2600, 300).round(0)
        ended = {"time": np.minimum(time, lost), "event": (time <= lost).astype(int)}
        return pd.DataFrame({"waist": waist, "height": height, **ended})
    target, _unit = TARGETS[kind]
    return pd.DataFrame({"waist": waist, "height": height, target: targets[target]})


TARGETS = {
    "binary": ("heavy", None),
    "regression": ("weight", "kg"),
    "count": ("visits", "/a"),
    "survival": ("time", None),
}


def recipe(kind: str) -> Recipe:
    if kind == "survival":
        return Recipe(("time", "event"), "cox", task=kind, unit="d", horizons=(365, 1095), **QUICK)
    target, unit = TARGETS[kind]
    named = {"unit": unit} if unit else {"positive": "yes"}
    return Recipe(target, "logistic", task=kind, **named, **QUICK)


def features() -> FeatureSchema:
    return FeatureSchema.from_dict(schema())


SCALES = {
    "regression": {"unit": "kg", "low": 30, "high": 130, "step": 1},
    "count": {"unit": "/a", "low": 0, "high": 20, "step": 0.1},
}
WORDS = {
    "regression": both("Body weight", "体重"),
    "count": both("Visits a year", "每年就诊次数"),
}


def sheet(kind: str) -> dict[str, Any]:
    """As a house would write it: two bands over the scale of the answer."""
    found = copy.deepcopy(service_data("breast-mass", "service"))
    for name in ("contradiction_notes", "result_notes", "usual", "population_note"):
        found.pop(name, None)
    scale = SCALES.get(kind)
    low, high = (scale["low"], scale["high"]) if scale else (0, 1)
    first, second = found["bands"][0], found["bands"][1]
    limit = (low + high) / 2
    first |= {"code": "low", "lower": low, "upper": limit}
    second |= {"code": "high", "lower": limit, "upper": high}
    never = both("As the only basis of a dose", "不得作为给药的唯一依据")
    found |= {
        "slug": f"kind-{kind}",
        "never": [{**never, "unchecked": True}],
        "population": [],
        "warnings": [],
        "bands": [first, second],
        "ask_own_estimate": False,
        "hidden_from_nurses": False,
    }
    if kind == "survival":
        return found | {
            "kind": kind,
            "estimates": [
                {"name": "365", **both("within one year", "一年内"), "explained": True},
                {"name": "1095", **both("within three years", "三年内"), "explained": True},
            ],
            "bands_of": "1095",
            "horizon": {"days": 1095, "text": both("within three years", "三年内")},
            "patient_sheet": False,
            "sentence": {
                "people": found["sentence"]["people"],
                "event": both("had an event", "发生事件"),
                "not_event": both("had none", "未发生事件"),
            },
        }
    if scale is None:
        return found
    people = found["sentence"]["people"]
    found.pop("flag_threshold", None)
    return found | {
        "kind": kind,
        "scale": scale,
        "patient_sheet": False,
        "sentence": {"people": people, "quantity": WORDS[kind]},
    }
