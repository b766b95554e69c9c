"""A Celery task that does nothing: what the queue alone costs."""

from __future__ import annotations

import os

from celery import Celery

BROKER = os.environ.get("BENCH_BROKER", "")

app = Celery("empty", broker=BROKER, backend=BROKER)
app.conf.update(
    task_default_queue="bench",
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    result_expires=60,
    broker_connection_retry_on_startup=True,
)


@app.task
def nothing() -> None:
    """Does nothing."""
