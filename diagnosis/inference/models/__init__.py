from diagnosis.inference.models.decisions import Decision, Outcome
from diagnosis.inference.models.estimates import OwnEstimate, owed_by
from diagnosis.inference.models.predictions import (
    Explanation,
    Prediction,
    PredictionQuerySet,
)
from diagnosis.inference.models.ward import WardAnswer, WardRound
from medportal.common.jobs import Job, JobQuerySet

__all__ = [
    "Decision",
    "Explanation",
    "Job",
    "JobQuerySet",
    "Outcome",
    "OwnEstimate",
    "Prediction",
    "PredictionQuerySet",
    "WardAnswer",
    "WardRound",
    "owed_by",
]
