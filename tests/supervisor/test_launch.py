"""`make serve`, as a person starts it: what runs, what it holds, and that nothing stays behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from medportal.configuration.addresses import ROOT
from tests.supervisor.conftest import lives

ROLES = {"web", "interactive", "batch", "beat"}
TENSORS = re.compile(r"tensorflow|/keras/|libtensor|/shap/")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """Every process that hangs on ``pid``, itself left out."""
    parents = subprocess.run(
        ["ps", "axo", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    children: dict[int, list[int]] = {}
    for line in parents.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""


@pytest.fixture
def launch(folder: Path):
    """``python -m medportal.tools.launch`` with what a person types, until its ready line."""
    begun: list[subprocess.Popen[str]] = []

    def start(command: str, typed: str = "") -> tuple[subprocess.Popen[str], str, int]:
        port = free_port()
        kept = ("PATH", "HOME", "LANG")
        surroundings = {name: os.environ[name] for name in kept if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "medportal.tools.launch", command],
            cwd=ROOT,
            env=surroundings | {"MEDPORTAL_VAR": str(folder / "var"), "PORT": str(port)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(process)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(typed)
        process.stdin.close()
        said = ""
        for line in process.stdout:
            said += line
            if "is ready" in line:
                break
        assert "is ready" in said, said
        return process, said, port

    yield start
    for process in begun:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()


def role_of(line: str) -> str | None:
    patterns = {role: rf"\b{role}@" for role in ("interactive", "batch")}
    patterns |= {"web": r"launch\.web", "beat": r"\bbeat\b"}
    return next((role for role, words in patterns.items() if re.search(words, line)), None)


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_the_whole_stack_runs_without_tensors_and_ends_with_ctrl_c(
    launch: Callable[..., tuple[subprocess.Popen[str], str, int]], folder: Path
):
    process, said, port = launch("serve", "Klinik am See\nboss\n")

    assert f"MedPortal is ready at http://127.0.0.1:{port}" in said
    ready = (folder / "var" / "ready").read_text()
    assert (folder / "var" / "postgres" / "data" / "PG_VERSION").exists(), "not elsewhere"
    assert ready == f"MedPortal is ready at http://127.0.0.1:{port}\n"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        assert answer.status == 200

    running = descendants(process.pid)
    roles: dict[str, list[int]] = {}
    for pid in running:
        role = role_of(command_line(pid))
        if role:
            roles.setdefault(role, []).append(pid)
    assert roles.keys() == ROLES
    assert len(roles["web"]) >= 3, "two web processes and their parent"
    assert len(roles["interactive"]) >= 2, "the children carry the role, too"
    for role, pids in roles.items():
        for pid in pids:
            maps = Path(f"/proc/{pid}/maps").read_text()
            assert not TENSORS.search(maps), role

    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert process.returncode == 0
    assert not any(map(lives, running))
    assert not (folder / "var" / "servers.json").exists()


def test_a_demo_beside_a_database_named_elsewhere_is_refused(folder: Path):
    done = subprocess.run(
        [sys.executable, "-m", "medportal.tools.launch", "demo"],
        cwd=ROOT,
        env=os.environ | {"MEDPORTAL_VAR": str(folder / "var"), "DATABASE_URL": "postgresql:///x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "points elsewhere" in done.stderr
    assert not (folder / "var").exists()


@pytest.mark.parametrize("command", ["demo", "demo-reset"])
def test_the_demo_leaves_a_real_organisation_alone(launch, folder: Path, command: str):
    serving, _, port = launch("serve", "Klinik am See\nboss\n")
    serving.send_signal(signal.SIGINT)
    serving.wait(60)

    done = subprocess.run(
        [sys.executable, "-m", "medportal.tools.launch", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "MEDPORTAL_VAR": str(folder / "var"), "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 1
    assert "no demonstration lives here" in done.stdout + done.stderr
    assert (folder / "var" / "postgres" / "data" / "PG_VERSION").exists()
