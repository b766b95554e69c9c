"""What a result can be asked further, by a browser: fetched once, when it is opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal
from tests.e2e.looks import PHONE, Watch, faults
from tests.e2e.test_doctor import find, read, run

SLUG = "diabetes-onset"
PANELS = ("sureness", "alike", "reach")


@pytest.fixture
def result(logged_in: Callable[..., Page], portal: Portal) -> Page:
    """The page of a run that is high enough to be asked what would bring it lower."""
    page = logged_in("doctor")
    for who in chosen(portal)[SLUG]:
        find(page, who)
        page.click(f"a[href='/patients/{who.id}/services/{SLUG}/']")
        run(page)
        read(page)
        if page.locator(".panels details").count() == 3:
            if not page.locator("[data-fold=evidence][open]").count():  # it stays as it was left
                page.locator("[data-fold=evidence] > summary").click()
            return page
    raise AssertionError("nobody is above the lowest band")


def test_each_panel_is_fetched_once_when_it_is_opened(result: Page, portal: Portal) -> None:
    asked: list[str] = []
    result.on("request", lambda request: asked.append(request.url.rstrip("/").split("/")[-1]))
    watch = Watch(result, portal.url)

    for panel in result.locator(".panels details").all():
        panel.locator("summary").click()
        expect(panel.locator(".fetched")).not_to_contain_text("page of its own")
        panel.locator("summary").click()
        panel.locator("summary").press("Enter")

    panels = sorted(one for one in asked if one in PANELS)
    assert panels == sorted(PANELS)
    expect(result.locator(".panels")).to_contain_text("Of 100 with the same inputs")
    expect(result.locator(".panels")).to_contain_text("need not change the risk")
    assert watch.heard == []
    assert list(faults(result)) == []


def test_the_open_panels_fit_a_small_telephone(result: Page) -> None:
    result.set_viewport_size(PHONE)
    for panel in result.locator(".panels details").all():
        panel.locator("summary").click()
        expect(panel.locator(".fetched")).not_to_contain_text("page of its own")

    assert list(faults(result)) == []


@pytest.mark.parametrize("panel", PANELS)
def test_without_scripts_each_is_a_page_of_its_own(result: Page, panel: str) -> None:
    result.goto(f"{result.url}{panel}/")

    expect(result.locator(".banner")).to_be_visible()
    assert list(faults(result)) == []
