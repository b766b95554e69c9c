"""``python -m medportal.tools.screenshots every``: each page there is, to be looked at.

The pages are those of the resolver, so none is forgotten; the pictures are for eyes and not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from medportal.tools.launch.apart import Installation
from medportal.tools.screenshots.addresses import ADMINISTRATOR, Atlas, atlas_of, readers

ACCOUNTS = ("doctor", "reviewer", "privacy", "scientist", "nurse", ADMINISTRATOR)
LOOKS: dict[str, dict[str, Any]] = {
    "en-desktop": {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}},
    "en-phone-dark": {
        "locale": "en-GB",
        "viewport": {"width": 320, "height": 640},
        "color_scheme": "dark",
    },
    "zh-desktop-dark": {
        "locale": "zh-CN",
        "viewport": {"width": 1280, "height": 900},
        "color_scheme": "dark",
    },
    "zh-phone": {"locale": "zh-CN", "viewport": {"width": 320, "height": 640}},
}


def every_page(browser: Browser, installation: Installation, folder: Path) -> Iterator[Path]:
    """Photograph each page as the first account that may read it; each size in one scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    open_context = partial(browser.new_context, base_url=installation.url)
    sessions = {name: _session(open_context(), name, installation.password) for name in ACCOUNTS}
    atlas = atlas_of(installation)
    contexts = {name: open_context(storage_state=state) for name, state in sessions.items()}
    asks = {name: partial(c.request.get, max_redirects=0) for name, c in contexts.items()}
    who = readers(atlas.addresses, asks)
    for look, options in LOOKS.items():
        for username, state in sessions.items():
            context = open_context(storage_state=state, **options)
            pages = [name for name, reader in who.items() if reader == username]
            for name in pages:
                yield _photograph(context.new_page(), atlas, name, folder / look)
            context.close()


def _session(context: BrowserContext, username: str, password: str) -> Any:
    page = context.new_page()
    page.goto("/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)
    state = context.storage_state()
    context.close()
    return state


def _photograph(page: Page, atlas: Atlas, name: str, folder: Path) -> Path:
    page.goto(atlas.addresses[name])
    page.wait_for_load_state("networkidle")
    path = folder / f"{name.strip().replace(':', '-').replace(' ', '-')}.jpg"
    page.screenshot(path=path, full_page=True, type="jpeg", quality=60)
    page.close()
    return path
