"""What people ask of inference: keyword-only, the actor first, atomic, audited."""

from diagnosis.inference.actions.decisions import DecisionInput, record_decision
from diagnosis.inference.actions.estimates import give_estimate
from diagnosis.inference.actions.explanations import request_explanation
from diagnosis.inference.actions.leaving import HandedOver, hand_over_all, undecided_of
from diagnosis.inference.actions.marks import (
    cancel_prediction,
    dismiss_refusal,
    hand_over,
)
from diagnosis.inference.actions.outcomes import OutcomeInput, record_outcome
from diagnosis.inference.actions.predictions import request_prediction, run_again
from diagnosis.inference.actions.ward import answer_case, begin_ward
from diagnosis.inference.actions.wrong_patient import (
    mark_wrong_patient,
    stored_by,
    undo_wrong_patient,
)
from diagnosis.inference.before.requests import PredictionRequest

__all__ = [
    "DecisionInput",
    "HandedOver",
    "OutcomeInput",
    "PredictionRequest",
    "answer_case",
    "begin_ward",
    "cancel_prediction",
    "dismiss_refusal",
    "give_estimate",
    "hand_over",
    "hand_over_all",
    "mark_wrong_patient",
    "record_decision",
    "record_outcome",
    "request_explanation",
    "request_prediction",
    "run_again",
    "stored_by",
    "undecided_of",
    "undo_wrong_patient",
]
