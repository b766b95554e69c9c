from diagnosis.inference.models.decisions import Decision, Outcome
from diagnosis.inference.models.estimates import OwnEstimate, owed_by
from diagnosis.inference.models.explanations import OF_THE_RUN, Explanation
from diagnosis.inference.models.predictions import Prediction, PredictionQuerySet
from diagnosis.inference.models.ward import WardAnswer, WardRound
from diagnosis.inference.models.wrong_patient import WrongPatientMark
from medportal.common.queue.jobs import Job, JobQuerySet

__all__ = [
    "OF_THE_RUN",
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
    "WrongPatientMark",
    "owed_by",
]
