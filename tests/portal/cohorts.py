"""Patients with explained results of one service, for the tests of its cohort."""

from __future__ import annotations

from typing import Any

from accounts.models import CareTeam
from diagnosis.inference.models import Explanation, Prediction
from tests.factories import patient_of
from tests.portal.results import finished

SHAPES = ("round", "oval", "lobular", "irregular")
MARGINS = ("circumscribed", "microlobulated", "obscured", "ill-defined", "spiculated")


def mass(n: int) -> dict[str, Any]:
    """The n-th of a series of findings: every third has no shape on record."""
    shape = None if n % 3 == 2 else SHAPES[n % 4]
    return {"age": 30 + 3 * n, "shape": shape, "margin": MARGINS[n % 5], "density": "low"}


def cohort_of(
    version: Any, doctor: Any, team: CareTeam, size: int, **fields: Any
) -> list[Prediction]:
    """So many patients of ``team``, each with a result and its reasons; the newest is the last."""
    return [
        finished(version, doctor, patient_of(team=team), mass(n), **fields) for n in range(size)
    ]


def reasons_of(prediction: Prediction) -> Explanation:
    found: Explanation = Explanation.unscoped.get(prediction=prediction)
    return found
