"""Logs are JSON lines of allow-listed keys on standard error: no patient data gets in."""

from __future__ import annotations

import os

LOG_LEVEL = os.environ.get("MEDPORTAL_LOG_LEVEL", "INFO")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "medportal.common.logs.SafeFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        "django.security.DisallowedHost": {"level": "ERROR"},
        "django.db.backends": {"level": "INFO"},  # DEBUG would write every statement's values
        "axes": {"level": "ERROR"},  # its texts hold names; the trail has the event
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "_granian": {"level": "INFO"},
    },
}
