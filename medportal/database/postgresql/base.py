"""Django's backend for PostgreSQL, which asks no server that was just seen to hang."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from medportal.database import watched


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One page asks more than once; only the first of them waits."""
        watched.refuse_hanging()
        return super().get_new_connection(conn_params)
