"""What a worker does with one row. Never imports tasks: a follow-up is a queued row."""

from diagnosis.inference.runner.explanations import run_explanation
from diagnosis.inference.runner.predictions import run_prediction
from diagnosis.inference.runner.sweeping import waiting_explanations, waiting_predictions

__all__ = ["run_explanation", "run_prediction", "waiting_explanations", "waiting_predictions"]
