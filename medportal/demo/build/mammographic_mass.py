"""Malignancy of a described mass on mammography; the radiologist's own grade is left out."""

import numpy as np

from medportal.demo.build.table import DemoTable, everyone, read, row_numbers


def load() -> DemoTable:
    """Return the table of ``breast-mass``."""
    raw = read("mammographic_mass.csv")
    return DemoTable(
        slug="breast-mass",
        source="mammographic_mass.csv",
        key="row",
        keys=row_numbers(raw),
        inputs=raw[["age", "shape", "margin", "density"]].copy(),
        label=raw["malignant"].to_numpy(dtype=np.float64),
        weights=np.ones(len(raw)),
        teachable=everyone(raw),
        showable=everyone(raw),
    )
