"""The Celery application: JSON only, no results, ids only."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init

from medportal import broker
from medportal.liveness.pulse import Pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medportal.settings")

broker.install()
app = Celery("medportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add(Pulse)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would install handlers that write a task's arguments and errors as they come."""
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
@beat_init.connect
def refuse_wrong_servers(**_: Any) -> None:
    """A broker that drops messages, the database of a newer version or of another key."""
    from django.conf import settings

    from medportal.database.identifier_key import refuse_other_key
    from medportal.database.versions import refuse_newer
    from medportal.supervisor.system import Unusable
    from medportal.supervisor.valkey import refuse_evicting

    try:
        refuse_evicting(settings.ADDRESSES.broker)
        refuse_newer(settings.ADDRESSES.database)
        refuse_other_key(settings.ADDRESSES.database, settings.IDENTIFIER_KEY)
    except Unusable as error:
        raise SystemExit(str(error)) from None


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A pool child whose worker was killed would otherwise wait for work for ever."""
    from medportal.supervisor.lifeline import end_with_parent

    end_with_parent()
