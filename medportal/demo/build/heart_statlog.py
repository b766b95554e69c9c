"""Coronary disease at angiography: the eleven inputs that are known before imaging."""

import numpy as np
import pandas as pd

from medportal.demo.build.table import DemoTable, everyone, read, row_numbers


def load() -> DemoTable:
    """Return the table of ``coronary-disease``."""
    raw = read("heart_statlog.csv")
    inputs = pd.DataFrame(
        {
            "age": raw["age"],
            "sex": raw["sex"],
            "chest_pain": raw["chest_pain"],
            "exercise_angina": raw["exercise_angina"],
            "systolic_bp": raw["resting_bp"],
            "cholesterol": raw["cholesterol"],
            "fasting_glucose_high": raw["fasting_blood_sugar_high"],
            "resting_ecg": raw["resting_ecg"],
            "peak_heart_rate": raw["max_heart_rate"],
            "st_depression": raw["st_depression"] / 10,  # the file holds tenths of a millimetre
            "st_slope": raw["st_slope"],
        }
    )
    return DemoTable(
        slug="coronary-disease",
        source="heart_statlog.csv",
        key="row",
        keys=row_numbers(raw),
        inputs=inputs,
        label=raw["disease"].to_numpy(dtype=np.float64),
        weights=np.ones(len(raw)),
        teachable=everyone(raw),
        showable=everyone(raw),
    )
