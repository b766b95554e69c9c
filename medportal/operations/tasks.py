"""What beat rings for: whether the night's backup is due."""

from __future__ import annotations

from celery import shared_task

from accounts import request_facts
from medportal.liveness.periods import claim
from medportal.operations.backups.nightly import back_up_tonight


@shared_task(ignore_result=True, acks_late=False)  # the night's row says whether it was made
def nightly_backup(period: str = "") -> None:
    if claim("nightly-backup", period):
        with request_facts.facts(request_facts.Facts(source="worker", channel="task")):
            back_up_tonight()
