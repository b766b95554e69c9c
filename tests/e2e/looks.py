"""What can be wrong with a page, whatever stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}

WORDS = """() => {
  const read = ['aria-label', 'aria-description', 'title', 'alt', 'placeholder', 'data-label',
    'data-copied'];
  const unread = 'script, style, template, code, kbd, noscript';
  const language = (element) => element.closest('[lang]').lang.toLowerCase();
  const found = [[document.title, document.documentElement.lang.toLowerCase(), '']];
  const walk = document.createTreeWalker(document.body, 5);  // elements and texts
  for (let at = walk.currentNode; at; at = walk.nextNode()) {
    const element = at.nodeType === 3 ? at.parentElement : at;
    if (element.closest(unread)) continue;
    const button = at.matches?.('input[type=submit], input[type=button]') ? [at.value] : [];
    const texts = at.nodeType === 3 ? [at.data] : [...read.map(n => at.getAttribute(n)), ...button];
    const around = element.closest('[lang]');
    const where = around.matches('html') ? '' : around.className + ' ' + around.localName;
    for (const text of texts) if (text?.trim()) found.push([text.trim(), language(element), where]);
  }
  return found;
}"""
"""Every text that is read or heard, its language as the page says it, and who says so."""

PICTURES = """() => [...document.querySelectorAll('svg[role=img]')].filter(svg => {
  const named = svg.getAttribute('aria-label') || svg.querySelector('title')?.textContent.trim();
  const around = svg.closest("figure, section, article, tr, li");
  const told = around?.querySelector("table, td, dl, p, ol");
  return !named || !told;
}).map(svg => 'a picture without words: ' + svg.outerHTML.slice(0, 160))"""


class Watch:
    """What the browser says of a page behind the reader's back."""

    def __init__(self, page: Page, home: str) -> None:
        self.home = home
        self.heard: list[str] = []
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.heard.append(f"another host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            self.heard.append(f"console: {message.text}")

    def told(self) -> list[str]:
        told, self.heard = self.heard, []
        return told


def faults(page: Page, *, ours: bool = True) -> list[str]:
    """What axe finds, what the content security policy stopped, what runs out of the page."""
    tags = [*WCAG, "best-practice"] if ours else WCAG  # the stock administration keeps its habits
    options = {
        "runOnly": {"type": "tag", "values": tags},
        "resultTypes": ["violations"],
        "preload": False,  # would add style sheets, which the policy stops
    }
    # Swagger UI has buttons inside buttons (decisions/0045); its frame is ours.
    context = {"exclude": [[".swagger-ui"]]} if page.locator(".swagger-ui").count() else None
    found: list[Any] = Axe().run(page, context, options).response["violations"]
    wrong = [f"{v['id']}: {n['html'][:160]}" for v in found for n in v["nodes"][:3]]
    return [
        *wrong,
        *page.evaluate("window.__violations"),
        *page.evaluate(PICTURES),
        *too_wide(page),
    ]


def too_wide(page: Page) -> list[str]:
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{beyond} px too wide at {page.evaluate('innerWidth')}"] if beyond > 0 else []


HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-zÀ-ÿ][0-9A-Za-zÀ-ÿ'’.-]*[A-Za-zÀ-ÿ][0-9A-Za-z]*")
ABBREVIATION = re.compile(r"[A-Z][A-Z0-9]{0,7}|eGFR|HbA1c|pH|[A-Z]\d+")
UNIT = re.compile(r"(?:[kmcµnpf]?(?:g|L|m|mol|IU|U|V|Pa)|dL|mmHg|min|kg|INR|cm|mg|mL|fL|pg)")
TERMS = {
    "MedPortal", "OpenAPI", "Bundle", "Accept-Language", "English", "Brier", "Shapley", "Mayo",
    "Pima", "Mammographic", "Mass", "Statlog", "Heart", "Romhilt-Estes", "Smith",
    "Dispenzieri", "Fleming", "Harrington", "ehae177", "indistinct", "ill-defined", "Cr",
    "Uno", "Harrell", "Cox", "Kaplan-Meier", "Royston", "Altman", "Schumacher", "Galea",
    "min", "max", "PostgreSQL", "Django", "Python", "Ludwig", "Lorenz", "Bland",
    "openintro", "bdims", "Heinz", "Peterson", "Johnson", "Kerk", "exp", "kappa", "Garvan",
    "thyroid0387",
}  # fmt: skip
"""Products, scores and tables with a name, authors, quoted terms, a formula."""
FOREIGN = re.compile(r"\b(?:note|native|link|original|reference)\b| button$")
"""Elements that may hold another language: notes, names, the switch to it, an author's text."""
CODE = re.compile(
    r"MedPortal [a-z-]+|patient列|os:\S+|"  # codes of ours, a column
    r"\S+@\S+|https?://\S+|\S*/\S*/\S*|[a-z0-9]+(?:[-_.][a-z0-9]+)+|\b[0-9a-f]{8,}\b|\b[A-Z]\d\w*\b"
)


def texts(page: Page) -> Iterator[tuple[str, str, str]]:
    yield from page.evaluate(WORDS)


def left_in_english(page: Page, names: Iterable[str]) -> list[str]:
    """Words on a Chinese page that nobody translated."""
    known = {word.casefold() for name in names for word in LATIN.findall(name)}
    found = []
    for text, language, around in texts(page):
        if not language.startswith("zh") and FOREIGN.search(around):
            continue
        words = [word for word in LATIN.findall(CODE.sub(" ", text)) if not _passes(word, known)]
        found += [f"in English: {' '.join(words)!r} of {text[:80]!r}"] if words else []
    return found


def _passes(word: str, known: set[str]) -> bool:
    plain = word.strip(".'’-")
    return (
        plain.casefold() in known
        or plain in TERMS
        or all(
            ABBREVIATION.fullmatch(part) or UNIT.fullmatch(part)
            for part in plain.split("-")
            if part
        )
    )


def left_in_chinese(page: Page) -> list[str]:
    """Chinese on an English page must say that it is Chinese, for who listens to it."""
    return [
        f"unmarked: {text[:60]}"
        for text, language, _around in texts(page)
        if HAN.search(text) and not language.startswith("zh")
    ]


NUMBERED_MONTH = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}/\d{1,2}/\d")


def months_as_numbers(page: Page) -> list[str]:
    return [
        f"month as a number: {text[:60]}"
        for text, _language, _around in texts(page)
        if NUMBERED_MONTH.search(text)
    ]


UCUM = re.compile(
    r"\[(?:Hg|IU|lb_av|degF)\]|\b10[*^]\d|\{1\.73|\bkg/m2\b|(?<![A-Za-z])u(?:mol|g|L|IU)\b"
)
"""Codes of units for machines; ``1`` alone is told apart by nobody but the contract of units."""


def units_as_codes(page: Page) -> list[str]:
    """A unit as systems exchange it, where a laboratory would print another sign."""
    return [
        f"a UCUM code: {text[:60]}" for text, _language, _around in texts(page) if UCUM.search(text)
    ]
