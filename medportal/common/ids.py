"""Identifiers of rows: opaque, and unguessable."""

from __future__ import annotations

import uuid


def parse_id(text: object) -> uuid.UUID | None:
    """The identifier that ``text`` spells, or None: malformed is as absent as missing."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
