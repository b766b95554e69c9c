from diagnosis.inference.models.decisions import Decision, Outcome
from diagnosis.inference.models.predictions import (
    Explanation,
    Prediction,
    PredictionQuerySet,
)
from medportal.common.jobs import Job, JobQuerySet

__all__ = [
    "Decision",
    "Explanation",
    "Job",
    "JobQuerySet",
    "Outcome",
    "Prediction",
    "PredictionQuerySet",
]
