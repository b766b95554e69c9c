"""The training ward with the keyboard: estimate, open, next."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.looks import faults

WARD = "/services/diabetes-onset/ward/"


def test_a_doctor_goes_through_the_ward_with_the_keyboard(
    logged_in: Callable[..., Page],
) -> None:
    page = logged_in("doctor")
    page.goto("/services/diabetes-onset/")
    page.click("a[href$='/ward/']")
    assert faults(page) == []
    page.locator("main form button[type=submit]").focus()
    page.keyboard.press("Enter")
    for number in (1, 2):
        expect(page.locator("#case")).to_have_text(f"Case {number} of 20")
        assert page.locator(".ward-answer").count() == 0
        page.locator("form.estimate button").first.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".ward-answer")).to_contain_text("The model says")
        expect(page.locator(".ward-answer")).to_contain_text("What happened")
        assert faults(page) == []
        page.locator(f"section a[href='{WARD}']").focus()
        page.keyboard.press("Enter")
    expect(page.locator("summary:has-text('2 cases opened')")).to_be_visible()
    assert page.goto(f"{WARD}certificate/").status == 404  # type: ignore[union-attr]
