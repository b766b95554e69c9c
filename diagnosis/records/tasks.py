"""Nudges for workers. The row decides; a task that comes late, twice or never changes nothing."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task
from django.conf import settings

from accounts.request_facts import facts, of_task
from diagnosis.records import runner
from medportal.common.queue.publish import publish
from medportal.liveness.periods import claim


@shared_task(bind=True, ignore_result=True, acks_late=True)
def run_import(self: Task[Any, Any], import_id: str) -> None:
    with facts(of_task(self)):
        has_more = runner.run_import(import_id)
    if has_more:
        publish(run_import, import_id)


@shared_task(bind=True, ignore_result=True)
def sweep_imports(self: Task[Any, Any], period: str = "") -> None:
    """Beat runs this every minute: nudges that were lost, workers that died, files left behind."""
    if not claim("sweep-imports", period):
        return
    with facts(of_task(self)):
        waiting = runner.waiting_imports(settings.SWEEP_LIMIT)
    for import_id in waiting:
        publish(run_import, import_id)
