"""How long a worker may take, and how long a row is its own. Tests run these at seconds."""

from __future__ import annotations

import os


def seconds(name: str, default: float) -> float:
    return float(os.environ.get(f"MEDPORTAL_{name}", default))


WEB_WORKERS = int(os.environ.get("MEDPORTAL_WEB_WORKERS", "2"))
WEB_THREADS = int(os.environ.get("MEDPORTAL_WEB_THREADS", "4"))
"""Threads of one web process; a caller who waits for a result may hold at most half of them."""
WEB_CONNECTIONS = int(os.environ.get("MEDPORTAL_WEB_CONNECTIONS", WEB_THREADS))
"""Sessions of the database that one web process holds at most."""
CONNECTION_WAIT_SECONDS = seconds("CONNECTION_WAIT_SECONDS", 3)
"""Then a request that got none of them is answered 503."""
OTHER_CONNECTIONS = int(os.environ.get("MEDPORTAL_OTHER_CONNECTIONS", "12"))
"""What workers, beat, backups and an administrator's session need beside the web processes."""

INTERACTIVE_TIME_LIMIT = seconds("INTERACTIVE_TIME_LIMIT", 30)
BATCH_TIME_LIMIT = seconds("BATCH_TIME_LIMIT", 600)
UPKEEP_TIME_LIMIT = seconds("UPKEEP_TIME_LIMIT", 4 * 3600)
"""A backup and its trial take as long as they take; this ends one that hangs."""
LEASE_SECONDS = seconds("LEASE_SECONDS", 4)
"""A row whose worker has not renewed its lease for so long is anybody's."""
HOLD_SECONDS = seconds("HOLD_SECONDS", 60)
BATCH_HOLD_SECONDS = seconds("BATCH_HOLD_SECONDS", 900)
"""No lease is renewed for longer; more than the limits of tasks above."""
SWEEP_SECONDS = seconds("SWEEP_SECONDS", 3)
"""Between two looks for rows that nobody holds."""
RING_AGAIN_SECONDS = seconds("RING_AGAIN_SECONDS", 60)
"""A queued row is rung for again after that, or as soon as its queue has no message left."""
SWEEP_LIMIT = 100
ATTEMPT_LIMIT = 3
PREFER_WAIT_LIMIT_SECONDS = 10

BROKER_SECONDS = seconds("BROKER_SECONDS", 0.25)
"""How long a click waits for a broker that hangs, at each try; the row is stored anyway."""

HEARTBEAT_SECONDS = seconds("HEARTBEAT_SECONDS", 10)
"""Between two signs of life of a worker."""
SILENCE_SECONDS = {
    "interactive": INTERACTIVE_TIME_LIMIT + 3 * HEARTBEAT_SECONDS,
    "batch": BATCH_TIME_LIMIT + 3 * HEARTBEAT_SECONDS,
    "upkeep": UPKEEP_TIME_LIMIT + 3 * HEARTBEAT_SECONDS,
}
"""How long a worker of each kind may be busy with one task before silence means that it hangs."""

IMPORT_MOST_BYTES = 32_000_000
IMPORT_READ_AT_ONCE = 1_000_000
"""Bytes: a file up to that size is looked at while its sender waits."""
IMPORT_MOST_ENTRIES = 200_000
"""Resources or rows of one file."""
IMPORT_MOST_PATIENTS = 10_000
IMPORT_LONGEST_NOTE = 200_000
IMPORT_SLICE_SECONDS = seconds("IMPORT_SLICE_SECONDS", 60)
"""After that a large file goes to the back of its queue, and later on from where it was."""
