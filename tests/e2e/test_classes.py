"""A liver doctor's question whose answer is one of several stages, from the chart to a decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal
from tests.e2e.looks import PHONE, Watch, faults
from tests.e2e.test_doctor import decide, find, read, run

SLUG = "pbc-stage"
WORDS = {
    "en-GB": ("In 100", "What moved the estimate: stage 3 or 4"),
    "zh-CN": ("每100名", "3期或4期"),
}


@pytest.mark.parametrize(("locale", "place"), [("en-GB", 0), ("zh-CN", 1)])
def test_stages_are_read_as_frequencies_and_their_sum_is_explained_when_it_is_asked_for(
    logged_in: Callable[..., Page], portal: Portal, locale: str, place: int
) -> None:
    page = logged_in("doctor", locale=locale)
    watch, words = Watch(page, portal.url), WORDS[locale]
    find(page, chosen(portal)[SLUG][place])
    page.click(f"a[href$='/services/{SLUG}/']")
    run(page)
    read(page)

    rows = page.locator(".class-rows tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator(".classes")).to_contain_text(words[0])
    assert sum(int(row.locator("td").first.inner_text()) for row in rows.all()) == 100
    if not page.locator("[data-fold=reasons][open]").count():
        page.locator("[data-fold=reasons] > summary").click()
    page.locator("#estimate-1").click()
    expect(page.locator("#reasons .waterfall")).to_be_visible()
    expect(page.locator("#reasons-title")).to_contain_text(words[1])
    assert watch.heard == []
    assert list(faults(page)) == []
    page.set_viewport_size(PHONE)
    assert list(faults(page)) == []
    if locale == "en-GB":
        decide(page)
