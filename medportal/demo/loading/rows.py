"""Held-out rows of the real tables, as raw values of each service's features.

The shipped models never saw these rows: ``services/<slug>/demo_rows.json`` names them, and the
training leaves out exactly those.
"""

from __future__ import annotations

import csv
import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from medportal.demo.columns import THYROID_FLAGS, THYROID_TESTS

HERE = Path(__file__).resolve().parent.parent / "data"
Value = float | str | None
Record = dict[str, str]

HORIZON_PBC_DAYS = 1095.75
HORIZON_FLC_DAYS = 1826.25


@dataclass(frozen=True)
class Visit:
    """One earlier visit: how many days before the index visit, and what was measured."""

    days_before: int
    values: dict[str, Value]


@dataclass(frozen=True)
class Row:
    """One patient of a table: the inputs at the index date, and what happened."""

    service: str
    key: str
    sex: str
    age: float
    values: dict[str, Value]
    event: bool | None
    event_after_days: int
    earlier: tuple[Visit, ...] = field(default=())


def held_out(slug: str) -> list[Row]:
    """The demonstration rows of a service, in a fixed order."""
    return [READERS[slug](key) for key in demo_keys(slug)]


def demo_keys(slug: str) -> list[str]:
    named = json.loads((HERE / "services" / slug / "demo_rows.json").read_text())
    return [str(key) for key in named["rows"]]


def table(name: str) -> list[Record]:
    with (HERE / "tables" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def number(text: str | None) -> float | None:
    return None if text in (None, "", "NA") else float(text)


def _measured(text: str) -> float | None:
    """Zero stands for «not measured» in the diabetes table."""
    return number(text) or None


def _at(name: str, key: str) -> Record:
    return _CACHE.setdefault(name, table(name))[int(key)]


def _of(name: str, column: str, key: str) -> Record:
    """The row that a column names, where the table numbers its people itself."""
    rows = _CACHE.setdefault(name, table(name))
    return next(row for row in rows if row[column] == key)


_CACHE: dict[str, list[Record]] = {}

CHEST_PAIN = {1: "typical-angina", 2: "atypical-angina", 3: "non-anginal-pain", 4: "asymptomatic"}
RESTING_ECG = {0: "normal", 1: "st-t-abnormality", 2: "left-ventricular-hypertrophy"}
ST_SLOPE = {1: "upsloping", 2: "flat", 3: "downsloping"}
YES_NO = {0: "no", 1: "yes"}
OEDEMA = {0.0: "none", 0.5: "resolved", 1.0: "despite-diuretics"}
SHAPE = {1: "round", 2: "oval", 3: "lobular", 4: "irregular"}
MARGIN = {
    1: "circumscribed",
    2: "microlobulated",
    3: "obscured",
    4: "ill-defined",
    5: "spiculated",
}
SIZE = {1: "to-20", 2: "21-50", 3: "over-50"}
RECEPTOR = 10.0  # fmol/mg: from so much a receptor counts as there
DENSITY = {1: "high", 2: "iso", 3: "low", 4: "fat"}


def _coded(words: dict[int, str], text: str) -> str:
    return words[int(float(text))]


def coronary_row(key: str) -> Row:
    row = _at("heart_statlog", key)
    return Row(
        service="coronary-disease",
        key=key,
        sex="male" if row["sex"] in ("1", "1.0") else "female",
        age=float(row["age"]),
        values={
            "chest_pain": _coded(CHEST_PAIN, row["chest_pain"]),
            "exercise_angina": _coded(YES_NO, row["exercise_angina"]),
            "systolic_bp": number(row["resting_bp"]),
            "cholesterol": number(row["cholesterol"]),
            "fasting_glucose_high": _coded(YES_NO, row["fasting_blood_sugar_high"]),
            "resting_ecg": _coded(RESTING_ECG, row["resting_ecg"]),
            "peak_heart_rate": number(row["max_heart_rate"]),
            "st_depression": float(row["st_depression"]) / 10,  # the file holds tenths of a mm
            "st_slope": _coded(ST_SLOPE, row["st_slope"]),
        },
        event=row["disease"] in ("1", "1.0"),
        event_after_days=14,
    )


def diabetes_row(key: str) -> Row:
    row = _at("pima_diabetes", key)
    return Row(
        service="diabetes-onset",
        key=key,
        sex="female",
        age=float(row["age"]),
        values={
            "glucose_2h": _measured(row["glucose_2h"]),
            "bmi": _measured(row["bmi"]),
            "pregnancies": number(row["pregnancies"]),
            "diastolic_bp": _measured(row["diastolic_bp"]),
            "insulin_2h": _measured(row["insulin_2h"]),
            "skinfold": _measured(row["triceps_skinfold"]),
        },
        event=row["diabetes"] in ("1", "1.0"),
        event_after_days=1826,
    )


def _pbc_values(visit: Record) -> dict[str, Value]:
    oedema = number(visit["edema"])
    return {
        "bilirubin": number(visit["bili"]),
        "albumin": number(visit["albumin"]),
        "prothrombin_time": number(visit["protime"]),
        "oedema": None if oedema is None else OEDEMA[oedema],
    }


def _pbc_visits(key: str) -> list[Record]:
    visits = _CACHE.setdefault("pbc_sequence", table("pbc_sequence"))
    return sorted((v for v in visits if v["id"] == key), key=lambda v: int(v["day"]))


def _usable(visit: Record) -> bool:
    """A visit can be today's only if the model could run on it."""
    return all(visit[name] not in ("", "NA") for name in ("bili", "albumin", "edema"))


def pbc_row(key: str) -> Row:
    """The visits up to one of them, which is «today»; what followed that visit is the outcome."""
    visits = _pbc_visits(key)
    usable = [i for i, visit in enumerate(visits) if _usable(visit)]
    index = usable[int(hashlib.sha256(f"pbc {key}".encode()).hexdigest(), 16) % len(usable)]
    today = visits[index]
    day = int(today["day"])
    follow_up = int(today["futime"]) - day
    happened = today["status"] in ("1", "2") and follow_up <= HORIZON_PBC_DAYS
    known = happened or follow_up > HORIZON_PBC_DAYS
    return Row(
        service="pbc-prognosis",
        key=key,
        sex="male" if today["sex"] == "m" else "female",
        age=float(today["age"]) + day / 365.25,  # the file holds the age at entry
        values=_pbc_values(today),
        event=happened if known else None,
        event_after_days=min(follow_up, int(HORIZON_PBC_DAYS)),
        earlier=tuple(Visit(day - int(v["day"]), _pbc_values(v)) for v in visits[:index]),
    )


def flc_row(key: str) -> Row:
    row = _at("flchain", key)
    days = float(row["futime"])
    died = row["death"] in ("1", "1.0")
    happened = died and days <= HORIZON_FLC_DAYS
    known = happened or days > HORIZON_FLC_DAYS
    return Row(
        service="flc-mortality",
        key=key,
        sex="male" if row["sex"] == "M" else "female",
        age=float(row["age"]),
        values={"kappa": number(row["kappa"]), "lambda": number(row["lambda"])},
        event=happened if known else None,
        event_after_days=min(int(days), int(HORIZON_FLC_DAYS)),
    )


def breast_row(key: str) -> Row:
    row = _at("mammographic_mass", key)
    return Row(
        service="breast-mass",
        key=key,
        sex="female",
        age=float(row["age"]),
        values={
            "shape": _coded(SHAPE, row["shape"]),
            "margin": _coded(MARGIN, row["margin"]),
            "density": _coded(DENSITY, row["density"]),
        },
        event=row["malignant"] in ("1", "1.0"),
        event_after_days=21,
    )


def recurrence_row(key: str) -> Row:
    """A woman of the judging table; without the event she was free of it until that day."""
    row = _of("breast_gbsg", "pid", key)
    size = 1 + bisect_left((20.0, 50.0), float(row["size"]))
    return Row(
        service="breast-recurrence",
        key=key,
        sex="female",
        age=float(row["age"]),
        values={
            "nodes": number(row["nodes"]),
            "tumour_size": SIZE[size],
            "postmenopausal": _coded(YES_NO, row["meno"]),
            "er_positive": YES_NO[int(float(row["er"]) >= RECEPTOR)],
            "pgr_positive": YES_NO[int(float(row["pgr"]) >= RECEPTOR)],
            "hormone_therapy": _coded(YES_NO, row["hormon"]),
        },
        event=row["status"] == "1",
        event_after_days=int(row["rfstime"]),
    )


GIRTHS = {"hgt": "height", "nav_gi": "waist", "hip_gi": "hip", "cal_gi": "calf"}


def weight_row(key: str) -> Row:
    """Height and girths of a physically active adult; what the scales said stays in the table."""
    row = _at("bdims", key)
    return Row(
        service="body-weight",
        key=key,
        sex="male" if row["sex"] == "1" else "female",
        age=float(row["age"]),
        values={name: number(row[column]) for column, name in GIRTHS.items()},
        event=None,
        event_after_days=0,
    )


def thyroid_row(key: str) -> Row:
    """A report; its comment is no event of a patient."""
    row = _of("thyroid", "patient_id", key)
    tests = {name: number(row[column]) for column, name in THYROID_TESTS.items()}
    flags = {name: "yes" if row[column] == "t" else "no" for column, name in THYROID_FLAGS.items()}
    return Row(
        service="thyroid-report",
        key=key,
        sex="male" if row["sex"] == "M" else "female",
        age=float(row["age"]),
        values={**tests, **flags},
        event=None,
        event_after_days=0,
    )


READERS: dict[str, Callable[[str], Row]] = {
    "coronary-disease": coronary_row,
    "diabetes-onset": diabetes_row,
    "pbc-prognosis": pbc_row,
    "flc-mortality": flc_row,
    "breast-mass": breast_row,
    "breast-recurrence": recurrence_row,
    "body-weight": weight_row,
    "thyroid-report": thyroid_row,
}
