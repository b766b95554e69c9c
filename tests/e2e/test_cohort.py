"""The cohort of a service in a browser: pictures, the way to a patient, both languages, paper."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from medportal.tools.screenshots.addresses import Atlas
from tests.e2e import looks
from tests.e2e.conftest import Portal

SLUG = "flc-mortality"
URL = f"/services/{SLUG}/cohort/"


def open_cohort(page: Page) -> None:
    page.goto(f"/services/{SLUG}/")
    page.click(f"a[href='{URL}']")
    expect(page.locator(".swarm use").first).to_be_attached()


def test_a_doctor_sees_what_moves_the_estimates_and_gets_to_a_patient(
    portal: Portal, logged_in: Callable[..., Page]
) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    watch = looks.Watch(page, portal.url)
    open_cohort(page)

    assert looks.faults(page) == []
    expect(page.locator("main")).to_contain_text("patients, version 1 of the model")
    page.locator(".dots a").last.click()
    page.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))
    expect(page.locator("h1")).to_be_visible()
    page.go_back()
    page.locator("#patients ~ table a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))
    assert watch.told() == []


def test_an_input_is_chosen_with_the_keyboard(logged_in: Callable[..., Page]) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    open_cohort(page)
    second = page.locator("#feature option").nth(1).inner_text()
    page.focus("#feature")
    page.keyboard.press("ArrowDown")

    expect(page.locator(".picture figcaption")).to_contain_text(second)
    assert "feature=" in page.url


def test_no_dot_is_a_stop_of_the_tab_key(logged_in: Callable[..., Page]) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    open_cohort(page)
    page.focus("#feature")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('.dots')") is None
    assert page.evaluate("document.activeElement.localName") == "summary"


def test_on_a_phone_at_night_in_chinese_nothing_is_english_or_too_wide(
    portal: Portal, atlas: Atlas, logged_in: Callable[..., Page]
) -> None:
    page = logged_in("doctor", locale="zh-CN", viewport=looks.PHONE, color_scheme="dark")
    watch = looks.Watch(page, portal.url)
    page.goto(URL)

    assert looks.faults(page) == []
    assert looks.left_in_english(page, atlas.names) == []
    assert watch.told() == []


def test_the_print_view_holds_pictures_and_open_tables_and_no_name(
    logged_in: Callable[..., Page],
) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    page.goto(URL)
    name = page.locator("#patients ~ table a").first.inner_text()
    page.click(f"a[href^='{URL}print/']")
    assert looks.faults(page) == []
    page.set_viewport_size(looks.PHONE)
    assert looks.too_wide(page) == []
    page.emulate_media(media="print")

    expect(page.locator(".swarm use").first).to_be_attached()
    expect(page.locator("main table").first).to_be_visible()
    assert name not in page.locator("main").inner_text()


def test_a_few_results_are_told_without_a_picture(logged_in: Callable[..., Page]) -> None:
    page = logged_in("nurse", locale="en-GB", viewport=looks.PHONE)
    page.goto("/services/coronary-disease/cohort/")

    expect(page.locator("main")).to_contain_text("too few for a picture")
    assert page.locator(".swarm, .dots").count() == 0
    expect(page.locator("main table").first).to_be_visible()
    assert looks.faults(page) == []
