"""Every page in a real browser: nothing keeps somebody out, nothing breaks the page's policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal

WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }
}
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
OTHERS = {
    "nurse": ["/", "/patients/", "/services/", "/account/"],
    "scientist": ["/services/", "/services/coronary-disease/"],
    "reviewer": ["/reviews/", "/services/"],
    "privacy": ["/audit/"],
}
LogIn = Callable[..., Page]


def doctors_pages(portal: Portal) -> list[str]:
    who = chosen(portal)["pbc-prognosis"][2]
    chart = f"/patients/{who.id}/"
    return [
        "/",
        "/?show=mine",
        "/patients/",
        chart,
        f"{chart}services/pbc-prognosis/",
        f"{chart}observations/add/",
        f"{chart}observations/add/?code=2093-3",
        "/services/",
        "/services/pbc-prognosis/",
        "/account/",
        "/nowhere/",
    ]


def faults(page: Page) -> list[str]:
    """What axe finds, what the content security policy stopped, what runs out of the page."""
    found = Axe().run(page, options=WCAG).response["violations"]
    wrong = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]
    wrong += page.evaluate("window.__violations")
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*wrong, f"{beyond} px too wide"] if beyond > 0 else wrong


def visited(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    wrong = {}
    for address in addresses:
        page.goto(address)
        wrong[address] = faults(page)
    return {address: found for address, found in wrong.items() if found}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_doctors_pages_keep_nobody_out(
    logged_in: LogIn, portal: Portal, size: dict[str, int], colours: str
) -> None:
    page = logged_in("doctor", viewport=size, color_scheme=colours)
    assert visited(page, doctors_pages(portal)) == {}


def test_a_result_and_what_hangs_on_it_keep_nobody_out(logged_in: LogIn) -> None:
    page = logged_in("doctor", viewport=PHONE)
    page.goto("/?show=undecided")
    page.locator("[data-row]").first.click()
    expect(page.locator(".figure")).to_be_visible()
    assert faults(page) == []
    page.goto(page.locator(".banner .who a").get_attribute("href") or "")
    page.goto(page.locator(".results tbody th a").first.get_attribute("href") or "")
    assert faults(page) == []
    page.goto(page.locator("main a[href$='/correct/']").first.get_attribute("href") or "")
    assert faults(page) == []


@pytest.mark.parametrize("username", OTHERS)
def test_the_other_roles_pages_keep_nobody_out(logged_in: LogIn, username: str) -> None:
    assert visited(logged_in(username, viewport=PHONE), OTHERS[username]) == {}


def test_the_pages_are_whole_in_chinese(logged_in: LogIn, portal: Portal) -> None:
    page = logged_in("doctor3", viewport=PHONE)
    page.click("button[name=language][value=zh-hans]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert visited(page, doctors_pages(portal)) == {}


def test_the_worklist_is_walked_with_the_keyboard(logged_in: LogIn) -> None:
    page = logged_in("doctor")
    page.goto("/")
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".banner")).to_be_visible()


def test_single_keys_can_be_switched_off(logged_in: LogIn) -> None:
    page = logged_in("doctor")
    page.goto("/")
    page.keyboard.press("?")
    page.uncheck("#single-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).not_to_be_focused()


def test_a_value_changed_on_the_form_asks_whether_it_is_a_try(
    logged_in: LogIn, portal: Portal
) -> None:
    who = chosen(portal)["pbc-prognosis"][2]
    page = logged_in("doctor")
    page.goto(f"/patients/{who.id}/services/pbc-prognosis/")
    question = page.locator("[data-when-changed]")
    expect(question).to_be_hidden()
    before = page.input_value("#value_bilirubin")
    page.fill("#value_bilirubin", "9.9")
    expect(question).to_be_visible()
    page.fill("#value_bilirubin", before)
    expect(question).to_be_hidden()


def test_an_error_takes_the_reader_to_it_and_keeps_what_was_typed(
    logged_in: LogIn, portal: Portal
) -> None:
    who = chosen(portal)["pbc-prognosis"][2]
    page = logged_in("doctor")
    page.goto(f"/patients/{who.id}/services/pbc-prognosis/")
    page.fill("#value_bilirubin", "9999")
    page.click("form.run button[type=submit]")
    expect(page.locator(".error-summary")).to_be_focused()
    page.click(".error-summary a")
    expect(page.locator("#value_bilirubin")).to_be_focused()
    expect(page.locator("#value_bilirubin")).to_have_value("9999")
