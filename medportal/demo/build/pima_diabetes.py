"""Diabetes diagnosed within five years of a glucose tolerance test that was not diabetic."""

import numpy as np
import pandas as pd

from medportal.demo.build.table import DemoTable, everyone, read, row_numbers

MEASURED = ("glucose_2h", "bmi", "diastolic_bp")


def load() -> DemoTable:
    """Return the table of ``diabetes-onset``; zeros in measurements mean missing."""
    raw = read("pima_diabetes.csv")
    inputs = pd.DataFrame(
        {
            "glucose_2h": raw["glucose_2h"].where(raw["glucose_2h"] > 0),
            "bmi": raw["bmi"].where(raw["bmi"] > 0),
            "age": raw["age"],
            "pregnancies": raw["pregnancies"],
            "diastolic_bp": raw["diastolic_bp"].where(raw["diastolic_bp"] > 0),
            "insulin_2h": raw["insulin_2h"].where(raw["insulin_2h"] > 0),
            "skinfold": raw["triceps_skinfold"].where(raw["triceps_skinfold"] > 0),
        }
    )
    return DemoTable(
        slug="diabetes-onset",
        source="pima_diabetes.csv",
        key="row",
        keys=row_numbers(raw),
        inputs=inputs,
        label=raw["diabetes"].to_numpy(dtype=np.float64),
        weights=np.ones(len(raw)),
        teachable=everyone(raw),
        showable=inputs[list(MEASURED)].notna().all(axis=1).to_numpy(),
    )
