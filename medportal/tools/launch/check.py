"""`make check`: every tool, one after the other, each with its verdict; no server needed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from medportal.configuration.addresses import ROOT

MODULE = [sys.executable, "-m"]
"""Not the programs beside it: their first line breaks where the path has a blank."""
IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("format", [*MODULE, "ruff", "format", "--check", "."]),
    ("lint", [*MODULE, "ruff", "check", "."]),
    ("types", [*MODULE, "mypy"]),
    ("imports", [sys.executable, "-c", IMPORTS]),
    ("templates", [*MODULE, "djlint", "--lint", "--quiet", "templates"]),
    ("system", [sys.executable, "manage.py", "check"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("translations", [sys.executable, "-m", "medportal.tools.launch.translations", "check"]),
)


def main() -> None:
    environment = os.environ | {"NO_COLOR": "1"}
    failed = [name for name, command in CHECKS if not _passes(name, command, environment)]
    if failed:
        sys.exit(f"Not right yet: {', '.join(failed)}.")
    print("Everything is right.")


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<14}{verdict} ({time.monotonic() - began:.0f} s)", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
