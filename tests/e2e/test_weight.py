"""Whoever cannot be weighed: a number with its range, in kilograms, from chart to decision."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal
from tests.e2e.looks import PHONE, Watch, faults
from tests.e2e.test_doctor import decide, find, read, run

SLUG = "body-weight"
WORDS = {
    "en-GB": ("Estimated, not measured", "of 100 such people about 80", "kg"),
    "zh-CN": ("估算值，非实测", "约80名", "kg"),
}


@pytest.mark.parametrize(("locale", "place"), [("en-GB", 0), ("zh-CN", 1)])
def test_a_weight_is_said_in_kilograms_with_its_range_and_is_no_measurement(
    logged_in: Callable[..., Page], portal: Portal, locale: str, place: int
) -> None:
    page = logged_in("doctor", locale=locale)
    watch, words = Watch(page, portal.url), WORDS[locale]
    who = chosen(portal)[SLUG][place]
    find(page, who)
    page.click(f"a[href$='/services/{SLUG}/']")
    run(page)
    assert 35 < read(page) < 130

    number = page.locator("main")
    for said in words:
        expect(number).to_contain_text(re.compile(re.escape(said), re.IGNORECASE))
    expect(page.locator("#reasons .waterfall")).to_be_visible()
    assert watch.heard == []
    assert list(faults(page)) == []
    page.set_viewport_size(PHONE)
    assert list(faults(page)) == []
    if locale == "en-GB":
        decide(page)
