"""The task by which a worker shows that it works; sent to one worker's own queue."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from medportal.liveness import heartbeats


@shared_task(ignore_result=True, acks_late=False)
def show_life(worker: str) -> None:
    heartbeats.write(worker, settings.ROLE)
