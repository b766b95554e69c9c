"""What to measure next, and a risk over time, in a real browser: by keyboard, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from medportal.tools.screenshots.addresses import Atlas
from tests.e2e.looks import PHONE, faults

BECAUSE = {
    "en-GB": r"^From \d+.% on .+ to \d+.% on .+: .*because .+\.$",
    "zh-CN": r"^从.+的\d+%到.+的\d+%：.*因为.+。$",
}
MOVES = {"en-GB": r"would move this .+ in \d+ of 10 cases", "zh-CN": r"每10例中有\d+例"}
LANGUAGES = pytest.mark.parametrize("locale", sorted(BECAUSE))


@LANGUAGES
def test_a_refusal_says_what_to_measure_first_and_leads_to_its_field(
    logged_in: Callable[..., Page], atlas: Atlas, locale: str
) -> None:
    page = logged_in("doctor", locale=locale)
    page.goto("/?show=refused")
    page.locator("main tr:has-text('Diabetes'), main tr:has-text('糖尿病')").first.locator(
        "a[href^='/predictions/']"
    ).first.click()
    panel = page.locator("#next")
    expect(panel.locator(".says")).to_have_text(re.compile(MOVES[locale]))
    assert faults(page) == []
    link = panel.locator("tbody tr").first.locator("a")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("input:target")).to_be_visible()
    assert page.evaluate("location.hash") == link.get_attribute("href")


@pytest.fixture
def course(atlas: Atlas) -> str:
    return atlas.addresses["portal:trend pbc-prognosis"]


@LANGUAGES
def test_two_results_are_chosen_by_the_keyboard_and_their_difference_explained(
    logged_in: Callable[..., Page], course: str, locale: str
) -> None:
    page = logged_in("doctor", locale=locale)
    page.goto(course)
    expect(page.locator("#change .says")).to_have_text(re.compile(BECAUSE[locale]))
    oldest = page.locator("#earlier option").last
    said = page.locator("#change .says").inner_text()
    page.locator("#earlier").focus()
    page.keyboard.press("End")
    page.locator("#change button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("earlier="))
    assert page.locator("#earlier").input_value() == oldest.get_attribute("value")
    expect(page.locator("#change .says")).not_to_have_text(said)
    assert faults(page) == []


def test_picture_and_table_hold_the_same_and_add_up(
    logged_in: Callable[..., Page], course: str
) -> None:
    page = logged_in("doctor")
    page.goto(course)
    assert page.locator(".risk-steps circle").count() == page.locator("#earlier option").count()
    page.locator("#change details summary").click()
    numbers = [
        int(re.sub(r"[^\d-]", "", text.replace("\N{MINUS SIGN}", "-")))
        for text in page.locator("#change table tbody td.num").all_inner_texts()
    ]
    assert sum(numbers[:-1]) == numbers[-1]


def test_on_a_phone_and_on_paper_nothing_is_cut_off(
    logged_in: Callable[..., Page], course: str
) -> None:
    page = logged_in("doctor", viewport=PHONE)
    page.goto(course)
    assert faults(page) == []
    page.goto(f"{course}print/")
    page.emulate_media(media="print")
    expect(page.locator(".risk-steps")).to_be_visible()
    expect(page.locator("#change table")).to_be_visible()


def test_it_is_found_from_the_chart_and_from_a_result(
    logged_in: Callable[..., Page], course: str
) -> None:
    page = logged_in("doctor")
    opened = "document.querySelectorAll('main details').forEach(fold => fold.open = true)"
    page.goto(course.split("services/")[0])
    page.evaluate(opened)
    page.locator(f"main a[href='{course}']").first.click()
    page.locator("table a").first.click()
    page.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))
    page.evaluate(opened)
    page.locator(f"main a[href='{course}']").first.click()
    expect(page.locator("#over-time")).to_be_visible()
