"""Five-year mortality by age, sex and free light chains in people without plasma-cell disease."""

import numpy as np
import pandas as pd

from diagnosis.ml.evaluation import horizon_labels, inverse_probability_weights
from medportal.demo.build.table import DAYS_A_YEAR, DemoTable, read, row_numbers

HORIZON = 5 * DAYS_A_YEAR


def load() -> DemoTable:
    """Return the table of ``flc-mortality``; light chains are in mg/dL.

    Whom the service refuses (plasma-cell disease, an abnormal ratio, over 100) it does not learn
    from. Cause of death, decile group, year of the sample and creatinine are no inputs.
    """
    raw = read("flchain.csv")
    inputs = pd.DataFrame(
        {
            "age": raw["age"],
            "sex": (raw["sex"] == "M").astype(int),
            "kappa": raw["kappa"],
            "lambda": raw["lambda"],
        }
    )
    ratio = raw["kappa"] / raw["lambda"]
    accepted = ratio.between(0.26, 1.65) & (raw["mgus"] == 0) & raw["age"].between(50, 100)
    label = horizon_labels(raw["futime"], raw["death"], HORIZON)
    return DemoTable(
        slug="flc-mortality",
        source="flchain.csv",
        key="row",
        keys=row_numbers(raw),
        inputs=inputs,
        label=label,
        weights=inverse_probability_weights(raw["futime"], raw["death"], HORIZON),
        teachable=accepted.to_numpy(),
        showable=accepted.to_numpy() & ~np.isnan(label),
    )
