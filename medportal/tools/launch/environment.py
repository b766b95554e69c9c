"""Makes .venv and installs one list of requirements. Run by path with any Python 3.11.

``environment.py requirements.txt``. A list that has not changed since is not installed again.
A line appears at least every ten seconds, and a download that breaks off is tried again.
"""

import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WANTED = (3, 11)
ATTEMPTS = 4
QUIET_SECONDS = 8
CONTAINS = {"requirements-dev.txt": ("requirements.txt",)}
"""What a longer list brings along."""


def main() -> None:
    if sys.version_info[:2] != WANTED:
        sys.exit("MedPortal needs Python 3.11: make PYTHON=/path/to/python3.11 …")
    name = sys.argv[1]
    if not works():
        say("Making the environment in .venv …")
        make_environment()
    if not installed(name):
        install(name)


def say(line: str) -> None:
    print(line, flush=True)


def works() -> bool:
    """A venv moved or half made does not run; it is made anew."""
    if not PYTHON.exists():
        return False
    command = [str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info[:2] != (3, 11))"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    plain = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(plain, capture_output=True, check=False).returncode == 0:
        return
    bare = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)]
    subprocess.run(bare, check=True)
    seed = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "pip", "setuptools"]
    subprocess.run(seed, check=True)


def stamp(name: str) -> Path:
    return VENV / f"{name}.installed"


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def installed(name: str) -> bool:
    return stamp(name).exists() and stamp(name).read_text() == digest(name)


def install(name: str) -> None:
    say(f"Installing {name} …")
    command = [
        str(PYTHON), "-m", "pip", "install", "--progress-bar", "off", "--retries", "5",
        "--disable-pip-version-check", "-r", str(ROOT / name),
    ]  # fmt: skip
    for attempt in range(1, ATTEMPTS + 1):
        if run_aloud(command) == 0:
            break
        if attempt == ATTEMPTS:
            sys.exit("Installing failed; the lines above say why.")
        say(f"Installing broke off; trying again ({attempt + 1} of {ATTEMPTS}) …")
        time.sleep(2 * attempt)
    for done in (name, *CONTAINS.get(name, ())):
        stamp(done).write_text(digest(done))


def run_aloud(command: list[str]) -> int:
    """pip's own lines, shortened; where it is silent, how long it has been at it."""
    began = spoke = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )
    finished = threading.Event()

    def keep_talking() -> None:
        while not finished.wait(1):
            nonlocal spoke
            if time.monotonic() - spoke > QUIET_SECONDS:
                spoke = time.monotonic()
                say(f"  … installing ({spoke - began:.0f} s)")

    threading.Thread(target=keep_talking, daemon=True).start()
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(("Collecting", "Installing", "Successfully", "ERROR", "error")):
            spoke = time.monotonic()
            say("  " + line.strip()[:110])
    finished.set()
    return process.wait()


main()
