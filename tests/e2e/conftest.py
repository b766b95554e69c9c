"""A whole demonstration with its real processes, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from medportal.launch.browser import find

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Portal:
    """A running demonstration: its address, its folder, the password of its accounts."""

    url: str
    folder: Path
    pid: int

    @property
    def password(self) -> str:
        return str(json.loads((self.folder / "secrets.json").read_text())["DEMO_PASSWORD"])

    @property
    def servers(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.folder / "servers.json").read_text())
        return found

    def manage(self, *words: str) -> str:
        """One of Django's commands in this installation; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=_environment(self.folder),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def token(self, username: str) -> str:
        return self.manage("issue_token", username).split()[-1]


def _environment(folder: Path, **extra: str) -> dict[str, str]:
    dropped = ("DATABASE_", "REDIS_", "DJANGO_", "MEDPORTAL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    return kept | {"MEDPORTAL_VAR": str(folder)} | extra


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """What `make demo` starts, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="mp-e2e-", dir="/var/tmp"))
    folder.chmod(0o711)
    log = folder / "demo.log"
    port = _free_port()
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "medportal.launch", "demo"],
            cwd=ROOT,
            env=_environment(folder, PORT=str(port)),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _await_ready(process, folder, log)
            yield Portal(f"http://127.0.0.1:{port}", folder, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            shutil.rmtree(folder, ignore_errors=True)


def _await_ready(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not (folder / "ready").exists():
        assert process.poll() is None, log.read_text()[-4000:]
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        time.sleep(0.2)  # another process starts; nothing to wait on


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find(),
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield chromium
        chromium.close()


VIOLATIONS = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', e =>
  window.__violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""


@pytest.fixture
def context_for(browser: Browser, portal: Portal) -> Iterator[Callable[..., BrowserContext]]:
    opened: list[BrowserContext] = []

    def open_context(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=portal.url, **options)  # type: ignore[arg-type]
        context.add_init_script(VIOLATIONS)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def logged_in(context_for: Callable[..., BrowserContext], portal: Portal) -> Callable[..., Page]:
    """Log in by the form, as a person does."""

    def log_in(username: str, **options: object) -> Page:
        page = context_for(**options).new_page()
        page.goto("/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", portal.password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    return log_in
