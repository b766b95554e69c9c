"""A report's comments, by a browser: from the worklist to the label and its reasons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import PHONE, faults

SLUG = "thyroid-report"
WORDS = {
    "en-GB": ("1 comment", "flagged", "Not judged here"),
    "zh-CN": ("1条提示语", "已标记", "此处不作判断"),
}
SIZES = {"en-GB": {"width": 1280, "height": 900}, "zh-CN": PHONE}


@pytest.mark.parametrize("locale", WORDS)
def test_a_label_and_its_reasons(logged_in: Callable[..., Page], locale: str) -> None:
    counted, flagged, not_judged = WORDS[locale]
    page = logged_in("doctor", locale=locale, viewport=SIZES[locale])
    page.goto(f"/?service={SLUG}")
    page.locator(f"main tr:has-text('{counted}') a[href^='/predictions/']").first.click()
    expect(page.locator(".figure")).to_contain_text(counted)
    expect(page.locator(".labels .is-flagged")).to_contain_text(flagged)
    expect(page.locator(".of-labels")).to_contain_text(not_judged)

    page.locator(".labels .is-flagged a[href*='estimate=']").click()
    said = page.locator(".labels .is-flagged .label-line > span").inner_text()
    expect(page.locator("#reasons-title")).to_contain_text(said.split(flagged)[-1].strip())
    expect(page.locator("#reasons .waterfall:not(.skeleton)")).to_be_visible()
    assert list(faults(page)) == []
