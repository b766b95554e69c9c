"""How much a machine takes: runs a minute until the queue is empty again, and memory by process."""

from __future__ import annotations

import re
import subprocess
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medportal.supervisor.process import wait_until
from medportal.tools.bench.portal import Client, ready_patients
from medportal.tools.launch.apart import Installation

RUNS = 200
ROLES = re.compile(
    r"\b(interactive|batch|upkeep)@|launch\.(web)|\b(beat)\b|\b(postgres)\b|(valkey)-"
)


@dataclass(frozen=True)
class Load:
    """``memory_mb`` by role, the largest process first."""

    runs: int
    a_minute: float
    accepted_a_minute: float
    busy_seconds_a_run: float
    a_minute_and_child: float
    memory_mb: Mapping[str, list[int]]


def measure(installation: Installation, client: Client, service: str) -> Load:
    """``RUNS`` requests as fast as one caller sends them, until the last reason is there."""
    client.connection.close()  # idle for longer than the web server waits; the next call opens it
    patients = ready_patients(client, service)
    boss = Client(installation.port, installation.token("admin"))
    before, began = _used(boss), time.perf_counter()
    for number in range(RUNS):
        body = {"patient": patients[number % len(patients)]}
        client.call("POST", f"/api/v1/services/{service}/predictions", body)
    sent = time.perf_counter() - began
    if not wait_until(lambda: _used(boss)[0] - before[0] >= RUNS, 300, pause=0.5):
        raise RuntimeError("The queue does not empty.")
    took, after = time.perf_counter() - began, _used(boss)
    return Load(
        runs=RUNS,
        a_minute=60 * RUNS / took,
        accepted_a_minute=60 * RUNS / sent,
        busy_seconds_a_run=(after[1] - before[1]) / RUNS,
        a_minute_and_child=60 * RUNS / (after[1] - before[1]),
        memory_mb=memory(installation.pid),
    )


def _used(boss: Client) -> tuple[int, float]:
    """Runs that are done this month, and seconds of workers, as an administrator reads them."""
    lines = boss.call("GET", "/api/v1/usage?page_size=100")["results"]
    return sum(line["done"] for line in lines), sum(line["seconds"] for line in lines)


def memory(first: int) -> dict[str, list[int]]:
    """Proportional set sizes of the processes below ``first``, by role, the largest first."""
    said = subprocess.check_output(["ps", "axo", "pid=,ppid=,args="], text=True)  # noqa: S607
    rows = [line.split(None, 2) for line in said.splitlines()]
    below, found = {first}, defaultdict(list)
    for _ in range(4):  # as deep as the tree is
        below |= {int(pid) for pid, parent, _ in rows if int(parent) in below}
    for pid, _, line in rows:
        role = ROLES.search(line)
        if int(pid) in below and role:
            found[role[role.lastindex or 0]].append(_proportional(int(pid)))
    return {role: sorted(sizes, reverse=True) for role, sizes in found.items()}


def _proportional(pid: int) -> int:
    """Megabytes; what is shared counts for each sharer a part."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(text.split("Pss:")[1].split()[0]) // 1024
