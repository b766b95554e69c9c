"""A whole demonstration with its real processes, and a real browser in front of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from medportal.tools.launch.apart import Installation as Portal
from medportal.tools.launch.apart import running
from medportal.tools.launch.browser import find
from medportal.tools.screenshots.addresses import Atlas, atlas_of, readers
from tests.imports.sent import bundle, observation, patient

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """What `make demo` starts, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="mp-e2e-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        with running(folder) as installation:
            yield installation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")  # a running event loop would shut the database to later tests
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


@pytest.fixture(scope="package")
def cookies(browser: Browser, portal: Portal) -> Callable[[str], Any]:
    """Somebody's session: logged in by the form, as a person does, once."""
    known: dict[str, Any] = {}

    def cookies_of(username: str) -> Any:
        if username not in known or not _still_in(known[username]):
            with browser.new_context(base_url=portal.url) as context:
                page = context.new_page()
                page.goto("/")
                page.fill("input[name=login]", username)
                page.fill("input[name=password]", portal.password)
                page.click("main button[type=submit]")
                page.wait_for_url(lambda url: "/login" not in url)
                known[username] = context.storage_state()
        return known[username]

    def _still_in(state: Any) -> bool:
        with browser.new_context(base_url=portal.url, storage_state=state) as context:
            return context.request.get("/account/", max_redirects=0).ok

    return cookies_of


@pytest.fixture
def logged_in(
    context_for: Callable[..., BrowserContext], cookies: Callable[[str], Any]
) -> Callable[..., Page]:
    def log_in(username: str, **options: object) -> Page:
        page = context_for(storage_state=cookies(username), **options).new_page()
        page.goto("/")
        return page

    return log_in


ROLES = ("doctor", "reviewer", "privacy", "scientist", "nurse", "admin")
STRANGER = ""


@dataclass(frozen=True)
class Place:
    """A page: its route, who may read it, where it is."""

    name: str
    username: str
    address: str


@pytest.fixture(scope="session")
def atlas(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """With a token and an import to look at, which the demonstration itself has not."""
    portal.token("doctor")
    file = tmp_path_factory.mktemp("sent") / "bundle.json"
    file.write_bytes(bundle(patient(), observation()))
    portal.manage("import_records", str(file), "--team", "Internal medicine A", "--user", "doctor")
    return atlas_of(portal)


@pytest.fixture(scope="package")
def places(
    browser: Browser, portal: Portal, cookies: Callable[[str], Any], atlas: Atlas
) -> list[Place]:
    """Every page that somebody may open, found by asking for every address."""
    states = {name: cookies(name) for name in ROLES} | {STRANGER: None}
    contexts = {
        name: browser.new_context(base_url=portal.url, storage_state=state)
        for name, state in states.items()
    }
    asks = {name: partial(c.request.get, max_redirects=0) for name, c in contexts.items()}
    found = readers(atlas.addresses, asks)
    for context in contexts.values():
        context.close()
    return [Place(name, who, atlas.addresses[name]) for name, who in found.items()]
