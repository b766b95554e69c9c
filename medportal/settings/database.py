"""One database, two roles: this process is the application, and ``migrate`` borrows the owner's."""

from __future__ import annotations

import os
from typing import Any

from medportal.configuration.addresses import Addresses, database_parts
from medportal.configuration.limits import CONNECTION_WAIT_SECONDS, WEB_CONNECTIONS
from medportal.database.watched import WatchedConnection

ROLE = os.environ.get("MEDPORTAL_ROLE", "command")
"""What this process is: web, interactive, batch, training, quarantine, beat or command."""

STATEMENT_SECONDS = 10 if ROLE == "web" else 120
IDLE_IN_TRANSACTION_SECONDS = 30
LOCK_SECONDS = 5 if ROLE == "web" else 0
"""How long a request waits for somebody else's row; 0: as long as a statement may take."""
CONNECT_SECONDS = 5

NETWORK = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A machine that is gone is noticed by the network; a Unix socket has none of this."""

POOL = {
    "connection_class": WatchedConnection,
    "min_size": 1,
    "max_size": WEB_CONNECTIONS,
    "timeout": CONNECTION_WAIT_SECONDS,
    "reconnect_timeout": 1,  # a database that came back is found by the next request
}
"""Of one web process. Workers have plain connections: Celery closes a pool after each task."""

APPEND_ONLY_TABLES = (
    "accounts_auditevent",
    "inference_ownestimate",
    "inference_wardanswer",
    "registry_sheetversion",
)
"""The application inserts and reads here; it neither changes nor removes."""

READ_ONLY_TABLES = ("django_migrations", "operations_identifierkey")


def databases(addresses: Addresses) -> dict[str, Any]:
    parts = database_parts(addresses.database)
    limits = (
        f"-c statement_timeout={STATEMENT_SECONDS}s "
        f"-c lock_timeout={LOCK_SECONDS}s "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_SECONDS}s"
    )
    parts["OPTIONS"] |= {
        "application_name": f"medportal {ROLE}",
        "connect_timeout": CONNECT_SECONDS,
        "options": limits,
        **NETWORK,
    }
    if ROLE == "web":
        parts["OPTIONS"]["pool"] = POOL
    default = parts | {
        "ENGINE": "medportal.database.postgresql",
        "CONN_MAX_AGE": 0 if ROLE == "web" else 60,  # a pool keeps them itself
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": True,
    }
    return {"default": default}


def owner(addresses: Addresses) -> dict[str, Any]:
    """How to reach the same database as the role that owns it; empty where nobody said so."""
    if not addresses.owner:
        return {}
    parts = database_parts(addresses.owner)
    parts["OPTIONS"] |= {
        "application_name": "medportal owner",
        "connect_timeout": CONNECT_SECONDS,
        "options": "-c lock_timeout=2s",
    }
    return parts
