"""Two tables of women with breast cancer, made alike: Rotterdam to learn from, GBSG to judge by."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.schema import FeatureSchema
from medportal.demo.build.table import HERE, read

SLUG = "breast-recurrence"
FOLDER = HERE / "services" / SLUG
TARGET = ("time", "event")
POSITIVE = 10  # fmol/mg: from so much a receptor counts as there
ROTTERDAM, GBSG = "breast_rotterdam.csv", "breast_gbsg.csv"
CLASSES = {"<=20": 1, "20-50": 2, ">50": 3}
MIDDLES = {1: 1.5, 2: 3.5, 3: 6.0}  # centimetres, where only the class is known
HELD_OUT = 60


def schema() -> FeatureSchema:
    """Return the inputs in clinical terms."""
    return FeatureSchema.from_dict(json.loads((FOLDER / "schema.json").read_text()))


def rotterdam() -> pd.DataFrame:
    """Return the 1,546 women with positive nodes, inputs and target, and what indices need.

    The event is recurrence or death from any cause. Forty-three women (21 of these) died after
    the check for recurrence had ended: they are censored at the end of that check.
    """
    raw = read(ROTTERDAM)
    raw = raw[raw["nodes"] > 0].reset_index(drop=True)
    seen = (raw["recur"] == 1) | ((raw["death"] == 1) & (raw["dtime"] <= raw["rtime"]))
    time = raw["rtime"].where((raw["recur"] == 1) | ~seen, raw["dtime"])
    size = raw["size"].map(CLASSES)
    return _alike(raw, size, time, seen.astype(int), size.map(MIDDLES))


def late_deaths() -> int:
    """Return how many of these women died after the check for recurrence had ended."""
    raw = read(ROTTERDAM)
    late = (raw["recur"] == 0) & (raw["death"] == 1) & (raw["dtime"] > raw["rtime"])
    return int((late & (raw["nodes"] > 0)).sum())


def gbsg() -> pd.DataFrame:
    """Return the 686 women of the German trial, alike; sizes in classes as Rotterdam has them.

    Nobody but ``external.judged`` may read them, after the recipe was written down.
    """
    raw = read(GBSG)
    size = pd.Series(1 + np.searchsorted([20.0, 50.0], raw["size"], side="left"))
    return _alike(raw, size, raw["rfstime"], raw["status"], raw["size"] / 10)


def _alike(
    raw: pd.DataFrame,
    size: pd.Series[int],
    time: pd.Series[int],
    event: pd.Series[int],
    centimetres: pd.Series[float],
) -> pd.DataFrame:
    stage = 1 + np.searchsorted([0, 3], raw["nodes"], side="left")
    return pd.DataFrame(
        {
            "age": raw["age"],
            "nodes": raw["nodes"],
            "tumour_size": size,
            "postmenopausal": raw["meno"],
            "er_positive": (raw["er"] >= POSITIVE).astype(int),
            "pgr_positive": (raw["pgr"] >= POSITIVE).astype(int),
            "hormone_therapy": raw["hormon"],
            "time": time.astype(float),
            "event": event,
            # A young woman's risk falls with age, an old one's does not: lines bent at two ages.
            "age_45": (raw["age"] - 45).clip(lower=0),
            "age_60": (raw["age"] - 60).clip(lower=0),
            # Sauerbrei and Royston, J R Stat Soc A 1999;162:71-94.
            "nodes_effect": np.exp(-0.12 * raw["nodes"]),
            # Galea et al., Breast Cancer Res Treat 1992;22:207-219.
            "nottingham": 0.2 * centimetres + stage + raw["grade"],
        }
    )


def shown_rows() -> list[int]:
    """Return the identifiers of women of GBSG whom demonstration patients are made of.

    All of GBSG is unseen. Known at three years, with as many events as Kaplan and Meier say.
    """
    raw = read(GBSG)
    had = (raw["rfstime"] <= 3 * 365) & (raw["status"] == 1)
    known = had | (raw["rfstime"] >= 3 * 365)
    chosen = np.random.default_rng(20261130).permutation(len(raw))
    events = round(HELD_OUT * 0.357)
    picked = [*_first(chosen, had, events), *_first(chosen, known & ~had, HELD_OUT - events)]
    return [int(pid) for pid in sorted(raw["pid"].iloc[picked])]


def _first(order: NDArray[np.int64], among: pd.Series[bool], count: int) -> list[int]:
    return [int(i) for i in order if among.iloc[int(i)]][:count]
