"""The fingerprint of IDENTIFIER_KEY, kept in the database."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from medportal.database.identifier_key import fingerprint, refuse_other_key_here
from medportal.operations.models import IdentifierKey


def keep_fingerprint(**_: Any) -> None:
    """Once, when the tables are made or brought up to date; under a number of its own.

    Each key has a number, so that a later version can change it row by row.
    """
    refuse_other_key_here()
    if not IdentifierKey.objects.exists():
        IdentifierKey.objects.create(number=1, fingerprint=fingerprint(settings.IDENTIFIER_KEY))
