"""Whether the disk still has room for what comes from outside."""

from __future__ import annotations

import shutil
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from medportal.common.errors import DomainError


def free_bytes() -> int:
    """On the disk of the object store, at the nearest folder that exists already."""
    store = Path(settings.OBJECTS)
    there = next(folder for folder in (store, *store.parents) if folder.exists())
    return shutil.disk_usage(there).free


def require_room() -> None:
    """Refuse before the first byte: a disk that is full stops the database, too."""
    if free_bytes() < settings.FREE_BYTES:
        raise DomainError(
            "storage_full",
            _(
                "There is no room for files at the moment, so nothing was stored. Tell the "
                "operators; everything that is there can be read."
            ),
            status=HTTPStatus.INSUFFICIENT_STORAGE,
        )
