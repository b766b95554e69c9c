"""docs/faults.md, from the table of failures and their tests."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults.table import DEGRADED, FAULTS_TABLE, Fault

HEAD = """\
# What may fail, and what happens then

Made by `python -m tests.tables` from `tests/faults/table.py`; `tests/faults/test_table.py` holds \
that every test named here exists. The row in PostgreSQL is the truth and a message only a hint, \
so every failure ends in exactly one visible result, or in a failure that says what to do.
"""
MANUAL = """\
## By hand: the broker stands still for five minutes

Too long for the suite. One worker, one beat, leases and sweeps as in production; the \
broker is stopped with SIGSTOP, so that connections stay open and answer nothing, and woken \
after five minutes. \
Meanwhile somebody asks for a prediction every 30 seconds.

{seen}
"""
SEEN = """\
Seen on 25 November 2026 (two shared cores): nine asked in 315 s of standstill, each stored, each \
`broker_away` in the log. The worker's heartbeat was 316 s old and counted as silent. Worker and \
beat lived through it and found the broker again by themselves; all nine were done 24.8 s after it \
woke (at most 60 s were allowed), each with one attempt and one event, and the next heartbeat came \
within 10 s. Each click took 5.1 s, the broker's `socket_timeout`: since then who clicks waits one \
second, which `test_a_broker_that_hangs_costs_a_click_a_second` holds."""


def _table(rows: Iterable[Fault]) -> list[str]:
    lines = ["| | what fails | what must happen | test |", "|---|---|---|---|"]
    for row in rows:
        tests = "<br>".join(f"`{test}`" for test in row.tests)
        lines.append(f"| {row.number} | {row.failure} | {row.must} | {tests} |")
    return lines


def page() -> str:
    parts = [
        HEAD,
        *_table(FAULTS_TABLE),
        "",
        "## A part is off and somebody reads the page",
        "",
        *_table(DEGRADED),
        "",
        MANUAL.format(seen=SEEN),
    ]
    return "\n".join(parts)
