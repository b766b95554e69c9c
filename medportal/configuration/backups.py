"""Where the nightly backup goes. Without a destination there is none."""

from __future__ import annotations

import os

BACKUP_DESTINATION = os.environ.get("MEDPORTAL_BACKUP_DESTINATION", "")
BACKUP_KEY_FILE = os.environ.get("MEDPORTAL_BACKUP_KEY_FILE", "")
BACKUP_HOUR = int(os.environ.get("MEDPORTAL_BACKUP_HOUR", "2"))
"""From when on, by the portal's clock."""
BACKUP_LOOK_SECONDS = 600.0
BACKUP_TRIES = 3
