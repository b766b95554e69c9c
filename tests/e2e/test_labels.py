"""A report's comments, by a browser: from the worklist to the label and its reasons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal
from tests.e2e.looks import PHONE, faults

SLUG = "thyroid-report"
WORDS = {
    "en": ("1 comment", "flagged", "Not judged here"),
    "zh-hans": ("1条提示语", "已标记", "此处不作判断"),
}


@pytest.mark.parametrize(("language", "size"), [("en", None), ("zh-hans", PHONE)])
def test_a_label_and_its_reasons(
    logged_in: Callable[..., Page], portal: Portal, language: str, size: dict[str, int] | None
) -> None:
    counted, flagged, not_judged = WORDS[language]
    page = logged_in("doctor")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": portal.url}])
    if size:
        page.set_viewport_size(size)
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
