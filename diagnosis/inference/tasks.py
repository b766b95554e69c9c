"""Nudges for workers. The row decides; a task that comes late, twice or never changes nothing."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task
from django.conf import settings

from accounts.request_facts import facts, of_task
from diagnosis.inference import runner
from medportal.common.queue.publish import publish
from medportal.liveness.periods import claim


@shared_task(bind=True, ignore_result=True, acks_late=True)
def run_prediction(self: Task[Any, Any], prediction_id: str) -> None:
    with facts(of_task(self)):
        queued = runner.run_prediction(prediction_id)  # nothing if settled or held
    for explanation_id in queued:
        publish(run_explanation, explanation_id)


@shared_task(bind=True, ignore_result=True, acks_late=True)
def run_explanation(self: Task[Any, Any], explanation_id: str) -> None:
    with facts(of_task(self)):
        was_ours = runner.run_explanation(explanation_id)
    if not was_ours:
        publish(run_slow_explanation, explanation_id)


@shared_task(bind=True, ignore_result=True, acks_late=True)
def run_slow_explanation(self: Task[Any, Any], explanation_id: str) -> None:
    with facts(of_task(self)):
        runner.run_explanation(explanation_id, slow_allowed=True)


@shared_task(bind=True, ignore_result=True)
def sweep_predictions(self: Task[Any, Any], period: str = "") -> None:
    """Beat runs this every minute: nudges that were lost, and workers that died."""
    if not claim("sweep-predictions", period):
        return
    with facts(of_task(self)):
        waiting = runner.waiting_predictions(settings.SWEEP_LIMIT)
    for prediction_id in waiting:
        publish(run_prediction, prediction_id)


@shared_task(bind=True, ignore_result=True)
def sweep_explanations(self: Task[Any, Any], period: str = "") -> None:
    if not claim("sweep-explanations", period):
        return
    with facts(of_task(self)):
        waiting = runner.waiting_explanations(settings.SWEEP_LIMIT)
    for explanation_id in waiting:
        publish(run_explanation, explanation_id)
