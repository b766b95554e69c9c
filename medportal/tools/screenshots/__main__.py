"""``make screenshots``: the pictures in docs/pictures, taken from a running demonstration.

``python -m medportal.tools.screenshots every`` photographs each page there is instead.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from medportal.configuration.addresses import ROOT, var_folder
from medportal.tools.launch.apart import running
from medportal.tools.launch.browser import find
from medportal.tools.screenshots.gallery import every_page

PICTURES = ROOT / "docs" / "pictures"
DESKTOP = (1280, 900)
PHONE = (390, 844)
QUALITY = 72
PREDICTION = re.compile(r"/predictions/[0-9a-f-]+/$")


@dataclass(frozen=True)
class Shot:
    """One picture: who looks, and how they come to the page."""

    name: str
    username: str
    go: Callable[[Page], None]
    both: bool = False
    """Also in Chinese, and on a phone."""


def to(path: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(path)

    return go


def first(path: str, link: str) -> Callable[[Page], None]:
    """Open a page and follow its first link of a kind."""

    def go(page: Page) -> None:
        page.goto(path)
        page.locator(f"main a[href^='{link}']").first.click()
        page.wait_for_load_state("networkidle")

    return go


def result(page: Page) -> None:
    page.goto("/")
    page.locator("main tr:has-text('%') a[href^='/predictions/']").first.click()
    page.wait_for_url(PREDICTION)
    page.locator("#reasons .waterfall:not(.skeleton)").wait_for()


def result_part(part: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        result(page)
        page.goto(page.url + part)

    return go


def refusal(page: Page) -> None:
    page.goto("/")
    page.locator("main tr:has(.tag.refused) a[href^='/predictions/']").first.click()
    page.wait_for_url(PREDICTION)


def chart(page: Page) -> None:
    result(page)
    way_back = page.locator(".crumbs a[href^='/patients/']").first
    page.goto(way_back.get_attribute("href") or "/")  # hidden on a phone
    page.wait_for_load_state("networkidle")


def run_form(page: Page) -> None:
    chart(page)
    form = page.locator("main a[href^='/patients/'][href*='/services/']").first
    page.goto(form.get_attribute("href") or "/")


def trend(page: Page) -> None:
    """Of a patient with several results, where something changed between the last two."""
    page.goto("/?service=pbc-prognosis")
    links = page.locator("main a[href^='/predictions/']").all()
    for address in [link.get_attribute("href") or "/" for link in links]:
        page.goto(address)
        course = page.locator("a[href*='/trend/']")
        if course.count():
            page.goto(course.first.get_attribute("href") or "/")  # it may lie in a closed fold
            page.wait_for_load_state("networkidle")
            return
    raise LookupError("The demonstration has nobody with several results.")


SHOTS = (
    Shot("worklist", "doctor", to("/"), both=True),
    Shot("patients", "doctor", to("/patients/")),
    Shot("chart", "doctor", chart, both=True),
    Shot("run", "doctor", run_form, both=True),
    Shot("result", "doctor", result, both=True),
    Shot("try-out", "doctor", result_part("try/"), both=True),
    Shot("trend", "doctor", trend, both=True),
    Shot("refusal", "doctor", refusal),
    Shot("sheet", "doctor", result_part("sheet/")),
    Shot("print", "doctor", result_part("print/")),
    Shot("services", "doctor", to("/services/")),
    Shot("service", "doctor", to("/services/coronary-disease/"), both=True),
    Shot("cohort", "doctor", to("/services/flc-mortality/cohort/"), both=True),
    Shot("ward", "doctor", to("/services/coronary-disease/ward/")),
    Shot("estimates", "doctor", to("/estimates/")),
    Shot("account", "doctor", to("/account/")),
    Shot("nurse", "nurse", to("/")),
    Shot("reviews", "reviewer", to("/reviews/")),
    Shot("version", "reviewer", first("/reviews/", "/versions/")),
    Shot("audit", "privacy", to("/audit/"), both=True),
    Shot("admin", "admin", to("/admin/")),
    Shot("status", "admin", to("/status/"), both=True),
    Shot("usage", "admin", to("/usage/")),
    Shot("api", "doctor", to("/api/docs/")),
)


@dataclass(frozen=True)
class Camera:
    browser: Browser
    url: str
    password: str

    def page(self, username: str, size: tuple[int, int], language: str) -> Page:
        width, height = size
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": height},
            locale="zh-CN" if language == "zh" else "en-GB",
        )
        page = context.new_page()
        page.goto("/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", self.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda address: "/login" not in address)
        return page

    def take(self, shot: Shot, size: tuple[int, int], language: str) -> None:
        page = self.page(shot.username, size, language)
        shot.go(page)
        page.wait_for_load_state("networkidle")
        kind = "phone" if size == PHONE else "desktop"
        photograph(page, f"{shot.name}-{language}-{kind}", full_page=True)
        page.context.close()


def main(names: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running(var_folder() / "screenshots") as installation, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), args=["--no-sandbox", "--disable-background-networking"]
        )
        if names == ["every"]:
            for path in every_page(browser, installation, var_folder() / "every-page"):
                print(path, flush=True)  # noqa: T201
            return
        camera = Camera(browser, installation.url, installation.password)
        login(browser, installation.url)
        for shot in SHOTS:
            if names and shot.name not in names:
                continue
            print(shot.name, flush=True)  # noqa: T201  # a command speaks
            camera.take(shot, DESKTOP, "en")
            if shot.both:
                camera.take(shot, DESKTOP, "zh")
                camera.take(shot, PHONE, "en")
        browser.close()


def photograph(page: Page, name: str, *, full_page: bool) -> None:
    page.screenshot(
        path=PICTURES / f"{name}.jpg", full_page=full_page, type="jpeg", quality=QUALITY
    )


def login(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page.goto(url)
    photograph(page, "login-en-desktop", full_page=False)
    page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
