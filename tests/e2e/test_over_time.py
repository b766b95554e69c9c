"""A risk over time as a doctor reads it: asked, seen as a curve, explained, decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import looks
from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal
from tests.e2e.test_doctor import run

LogIn = Callable[..., Page]
SLUG = "breast-recurrence"
WORDS = {
    "en-GB": ("within five years", "not this patient's own", "within one year"),
    "zh-CN": ("五年内", "并非该患者本人的曲线", "一年内"),
}


@pytest.mark.parametrize(
    ("number", "locale", "size"), [(1, "en-GB", looks.DESK), (2, "zh-CN", looks.PHONE)]
)
def test_a_doctor_asks_when_reads_the_curve_and_decides(
    logged_in: LogIn, portal: Portal, number: int, locale: str, size: dict[str, int]
) -> None:
    horizon, whose, first_year = WORDS[locale]
    page = logged_in("doctor", viewport=size, locale=locale)
    who = chosen(portal)[SLUG][number]
    page.goto(f"/patients/{who.id}/services/{SLUG}/")
    run(page)

    expect(page.locator("#reasons .waterfall:not(.skeleton)")).to_be_visible()
    expect(page.locator(".number .horizon")).to_have_text(horizon)
    expect(page.locator(".time-curve svg[role=img]")).to_be_visible()
    expect(page.locator(".time-curve")).to_contain_text(whose)
    expect(page.locator("table.horizons tbody tr")).to_have_count(3)
    assert looks.faults(page) == []

    page.locator("#reasons a", has_text=first_year).click()
    expect(page.locator("#reasons")).to_contain_text(first_year)
    expect(page.locator("#reasons .waterfall:not(.skeleton)")).to_be_visible()

    page.locator("#decision-form input[name=assessment]").first.check()
    page.locator("#decision-form input[value=no-change]").check()
    page.locator("#decision-form button[type=submit]").first.click()
    expect(page.locator(".decision.card, section.decision").first).to_contain_text("Okafor")
