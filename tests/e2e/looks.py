"""What can be wrong with a page, whatever stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}

WORDS = """() => {
  const read = ['aria-label', 'aria-description', 'title', 'alt', 'placeholder', 'data-label',
    'data-copied'];
  const unread = 'script, style, template, code, kbd, noscript';
  const found = [['title', document.title, document.documentElement.lang]];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let at = walk.currentNode; at; at = walk.nextNode()) {
    const element = at.nodeType === 3 ? at.parentElement : at;
    if (element.closest(unread)) continue;
    const lang = element.closest('[lang]').lang;
    const texts = at.nodeType === 3 ? [at.data] : read.map(name => at.getAttribute(name));
    for (const text of texts) {
      if (text?.trim()) found.push([element.localName, text.trim(), lang]);
    }
    if (element === at && at.matches('input[type=submit], input[type=button]')) {
      found.push(['input', at.value, lang]);
    }
  }
  return found;
}"""
"""Every text that is read or heard, with the language in which the page says that it is."""


class Watch:
    """What the browser says of a page behind the reader's back."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.heard: list[str] = []
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.heard.append(f"another host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.heard.append(f"console: {message.text}")

    def told(self) -> list[str]:
        told, self.heard = self.heard, []
        return told


def faults(page: Page) -> list[str]:
    """What axe finds, what the content security policy stopped, what runs out of the page."""
    found: list[Any] = Axe().run(page, options=WCAG).response["violations"]
    wrong = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]
    return [*wrong, *page.evaluate("window.__violations"), *too_wide(page)]


def too_wide(page: Page) -> list[str]:
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{beyond} px too wide at {page.evaluate('innerWidth')}"] if beyond > 0 else []


def texts(page: Page) -> Iterator[tuple[str, str, str]]:
    yield from page.evaluate(WORDS)


LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+")
