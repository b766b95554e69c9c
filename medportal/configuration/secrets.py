"""Secrets: from the environment in production, from a file of the supervisor on one machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

from medportal.configuration.addresses import var_folder

DEMO_PREFIX = "demo-"
SHORTEST = 50


def refuse_weak(name: str) -> str:
    """The secret ``name`` of the environment (or of the file NAME_FILE); no start without it."""
    path = os.environ.get(f"{name}_FILE")
    secret = Path(path).read_text().strip() if path else os.environ.get(name, "")
    if not secret:
        raise SystemExit(f"The production profile needs {name} (or {name}_FILE).")
    if secret.startswith(DEMO_PREFIX):
        raise SystemExit(f"{name} is a demonstration's secret: the production profile refuses it.")
    if len(secret) < SHORTEST or len(set(secret)) < 5:
        raise SystemExit(f"{name} must hold at least {SHORTEST} characters of chance.")
    return secret


def from_file(name: str) -> str:
    if name in os.environ:
        return os.environ[name]
    try:
        return str(json.loads((var_folder() / "secrets.json").read_text())[name])
    except FileNotFoundError:
        raise SystemExit("No secrets here yet: start the servers with: make demo") from None
