"""Death or liver transplantation within three years in primary biliary cholangitis."""

import numpy as np
import pandas as pd

from diagnosis.ml.evaluation import horizon_labels, inverse_probability_weights
from medportal.demo.build.table import DAYS_A_YEAR, DemoTable, everyone, read

HORIZON = 3 * DAYS_A_YEAR
OEDEMA = {0.0: 0, 0.5: 1, 1.0: 2}


def load() -> DemoTable:
    """Return the table of ``pbc-prognosis``, with the longer of two follow-ups."""
    raw, visits = read("pbc.csv"), read("pbc_sequence.csv")
    inputs = pd.DataFrame(
        {
            "age": raw["age"],
            "bilirubin": raw["bili"],
            "albumin": raw["albumin"],
            "prothrombin_time": raw["protime"],
            "oedema": raw["edema"].map(OEDEMA),
        }
    )
    time, event = followed(raw, visits)
    label = horizon_labels(time, event, HORIZON)
    shown = raw["id"].isin(readable_throughout(visits)).to_numpy()
    return DemoTable(
        slug="pbc-prognosis",
        source="pbc.csv",
        key="id",
        keys=raw["id"].to_numpy(dtype=np.int64),
        inputs=inputs,
        label=label,
        weights=inverse_probability_weights(time, event, HORIZON),
        teachable=everyone(raw),
        showable=shown & ~np.isnan(label) & inputs.notna().all(axis=1).to_numpy(),
    )


def followed(raw: pd.DataFrame, visits: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return days and event (death or transplant) from whichever table followed longer."""
    later = visits.drop_duplicates("id").set_index("id")
    futime = raw["id"].map(later["futime"])
    longer = futime > raw["time"]
    time = raw["time"].where(~longer, futime)
    status = raw["status"].where(~longer, raw["id"].map(later["status"]))
    return time, (status > 0).astype(int)


def readable_throughout(visits: pd.DataFrame) -> list[int]:
    """Return the patients whose every visit lies inside the service's limits.

    A demonstration patient's «today» may be any of them.
    """
    age = visits["age"] + visits["day"] / DAYS_A_YEAR
    inside = age.between(26, 79) & (visits["protime"].between(9, 18) | visits["protime"].isna())
    good = inside.groupby(visits["id"]).all()
    return [int(patient) for patient in good[good].index]
