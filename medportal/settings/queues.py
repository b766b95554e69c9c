"""Celery: JSON only, acknowledged late, one message at a time."""

from __future__ import annotations

from typing import Any

from celery.beat import BeatLazyFunc

from medportal.configuration.addresses import celery_broker, find_addresses
from medportal.configuration.backups import *
from medportal.configuration.limits import *
from medportal.configuration.periods import period_start
from medportal.settings.database import ROLE

HASTY = ROLE in ("web", "command")
CELERY_BROKER_URL = celery_broker(find_addresses().broker)
CELERY_BROKER_CONNECTION_TIMEOUT = BROKER_SECONDS if HASTY else 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * int(BATCH_TIME_LIMIT) + 60,  # shorter runs a task twice at once
    "socket_connect_timeout": BROKER_SECONDS if HASTY else 1,
    "socket_timeout": BROKER_SECONDS if HASTY else 5,  # a click waits no longer
    "health_check_interval": 20,
    "global_keyprefix": "celery:",
    # a publisher tries once more at once and then leaves the row to the sweep
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
if CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    CELERY_BROKER_TRANSPORT_OPTIONS["socket_keepalive"] = True  # a Unix socket has none

CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_ROUTES = {
    "diagnosis.inference.tasks.run_slow_explanation": {"queue": "batch"},
    "medportal.operations.tasks.nightly_backup": {"queue": "upkeep"},
    "diagnosis.records.tasks.run_import": {"queue": "batch"},
}
"""Whatever is not named here is short: the queue that doctors wait for."""
TIME_LIMITS = {"batch": BATCH_TIME_LIMIT, "upkeep": UPKEEP_TIME_LIMIT}
CELERY_TASK_TIME_LIMIT = INTERACTIVE_TIME_LIMIT
CELERY_TASK_ANNOTATIONS = {
    task: {"time_limit": TIME_LIMITS[route["queue"]]} for task, route in CELERY_TASK_ROUTES.items()
}
"""A message carries its task's limit, and that counts for more than the worker's own."""
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_DIRECT = True  # a queue of each worker's own, for its heartbeat
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"

CELERY_BEAT_SCHEDULER = "medportal.beat:LockedScheduler"


def every(seconds: float, task: str) -> dict[str, Any]:
    """An entry of beat. The message names its period, and the task runs once for that."""
    return {
        "task": task,
        "schedule": seconds,
        "args": (BeatLazyFunc(period_start, seconds),),
        "options": {"expires": seconds},
    }


CELERY_BEAT_SCHEDULE = {
    "sweep-predictions": every(SWEEP_SECONDS, "diagnosis.inference.tasks.sweep_predictions"),
    "sweep-explanations": every(SWEEP_SECONDS, "diagnosis.inference.tasks.sweep_explanations"),
    "sweep-imports": every(SWEEP_SECONDS, "diagnosis.records.tasks.sweep_imports"),
}
SWEEPS = frozenset(str(entry["task"]) for entry in CELERY_BEAT_SCHEDULE.values())
"""Beat runs these itself; what follows is for a worker."""
if BACKUP_DESTINATION:
    CELERY_BEAT_SCHEDULE["nightly-backup"] = every(
        BACKUP_LOOK_SECONDS, "medportal.operations.tasks.nightly_backup"
    )
