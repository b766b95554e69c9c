"""Search, worklist and chart in a hospital of 100,000 patients, for one ward and for the house."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import cycle

from medportal.tools.bench.browser import Browser

WARD_DOCTOR, HOUSE_DOCTOR = "ward", "house"
"""Who sees two thousand patients, and who sees a hundred thousand."""

ACCOUNT = "account page"
"""Asks of no patient: what a page costs anyhow."""

PAGES = (
    ACCOUNT, "worklist", "chart", "search by name", "search by number", "search by birth date",
)  # fmt: skip
NAMES = ("silva", "王伟", "ban", "kov an", "陈", "rahman", "dubo", "丽")
NUMBERS = ("W00000017", "W00000501", "W00009951")
DATES = ("1950-05-05", "14-Mar-1961", "1999-12-01")
CHART = re.compile(r'href="(/patients/[0-9a-f-]{36}/)"')


def measure(port: int, username: str, password: str, rounds: int) -> dict[str, list[float]]:
    """Seconds by page."""
    browser = Browser(port)
    browser.log_in(username, password)
    charts = cycle(CHART.findall(browser.open("/")) or _found(browser))
    pages: dict[str, Callable[[], object]] = {
        ACCOUNT: lambda: browser.open("/account/"),
        "worklist": lambda: browser.open("/"),
        "chart": lambda: browser.open(next(charts)),
    }
    for what, texts in (("name", NAMES), ("number", NUMBERS), ("birth date", DATES)):
        pages[f"search by {what}"] = _searching(browser, texts)
    browser.open("/patients/")
    return {
        what: [_timed(browser, page) for _ in range(rounds + 2)][2:] for what, page in pages.items()
    }


def _searching(browser: Browser, texts: tuple[str, ...]) -> Callable[[], object]:
    each = cycle(texts)
    return lambda: browser.send("/patients/", query=next(each))


def _found(browser: Browser) -> list[str]:
    browser.open("/patients/")
    return CHART.findall(browser.send("/patients/", query="silva"))


def _timed(browser: Browser, page: Callable[[], object]) -> float:
    page()
    return browser.took
