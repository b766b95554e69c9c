"""Weeks of work with one service: own estimates, decisions, and what the biopsies said."""

from __future__ import annotations

import random
from datetime import timedelta

from django.db.models import F

from diagnosis.inference import actions
from diagnosis.inference.before.own_estimate import choices_of
from diagnosis.inference.models import Decision, Explanation, Job, Prediction
from medportal.demo.loading.advance import DATES
from medportal.demo.loading.desk import Desk

SERVICE, HOW_MANY = "breast-mass", 28
SEED = 20261130


def leave_weeks(desk: Desk) -> None:
    """Enough decided results with a known outcome for tallies, patients alike and the cohort."""
    chance = random.Random(SEED)  # noqa: S311  # invented judgements
    for number, patient in enumerate(list(desk.patients_of(SERVICE))[-HOW_MANY:]):
        prediction = desk.run(SERVICE, patient)
        if prediction.state == Job.State.DONE:
            _judged(desk, prediction, chance)
            _moved_back(prediction, days=1 + number // 3)


def _judged(desk: Desk, prediction: Prediction, chance: random.Random) -> None:
    """A doctor who is often near the model, and never exactly there."""
    result = prediction.result or {}
    felt = min(max(result["probability"] + chance.gauss(0, 0.15), 0.01), 0.99)
    choices = choices_of(prediction.definition)
    tapped = next(choice for choice in choices if choice.lower <= felt <= choice.upper)
    actions.give_estimate(actor=desk.doctor, prediction=prediction, choice=tapped.code)
    usual = result["band"]["action_code"]
    decision = actions.DecisionInput(assessment="about-right", action=usual)
    actions.record_decision(actor=desk.doctor, prediction=prediction, decision=decision)


def _moved_back(prediction: Prediction, days: int) -> None:
    by = timedelta(days=days)
    for model in (Prediction, Explanation, Decision):
        key = "pk" if model is Prediction else "prediction"
        rows = model.unscoped.filter(**{key: prediction.pk})
        rows.update(**{name: F(name) - by for name in DATES[model]})
