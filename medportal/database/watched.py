"""A session of a web process that does not wait for ever for a database that hangs.

PostgreSQL's own limits are kept by PostgreSQL; where it stands still, or the network swallows what
it says, nobody keeps them. So the client looks at the clock, too.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo

ANSWER_SECONDS = 2.0
"""Then a silent server is asked by a second session whether it lives."""
PROBE_SECONDS = 2
"""The shortest time that libpq's rules allow for making a session."""
MARGIN_SECONDS = 2.0
PAUSE_SECONDS = 2.0
"""For so long nobody in this process asks a server that was seen to hang."""

_hangs_until = 0.0


def refuse_hanging() -> None:
    if time.monotonic() < _hangs_until:
        raise psycopg.OperationalError("The database does not answer.")


class WatchedConnection(psycopg.Connection[Any]):
    """Of a slow statement on a server that lives it waits for the end, or the server's limit."""

    statement_seconds = 10.0

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, ANSWER_SECONDS)
        except errors._WaitTimeout:
            if self._server_hangs():
                self._give_up()
        try:
            return super().wait(gen, interval, self.statement_seconds + MARGIN_SECONDS)
        except errors._WaitTimeout:
            self._give_up()

    def _server_hangs(self) -> bool:
        """Any answer is a sign of life, a refusal included."""
        told = {"password": self.info.password, "connect_timeout": str(PROBE_SECONDS)}
        address = make_conninfo(**self.info.get_parameters() | told)
        try:
            psycopg.connect(address).close()
        except errors.ConnectionTimeout:
            return True
        except psycopg.Error:
            return False
        return False

    def _give_up(self) -> None:
        """Nobody knows what becomes of the statement, so that the session is of no use."""
        global _hangs_until  # one server, whoever noticed it
        _hangs_until = time.monotonic() + PAUSE_SECONDS
        self.pgconn.finish()
        raise psycopg.OperationalError("The database does not answer.") from None
