from diagnosis.inference.models.decisions import Decision, Outcome
from diagnosis.inference.models.jobs import Job, JobQuerySet
from diagnosis.inference.models.predictions import (
    Explanation,
    Prediction,
    PredictionQuerySet,
)

__all__ = [
    "Decision",
    "Explanation",
    "Job",
    "JobQuerySet",
    "Outcome",
    "Prediction",
    "PredictionQuerySet",
]
