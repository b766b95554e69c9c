"""What the pages do beyond HTML: keys, questions that appear, errors that find the reader."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal

LogIn = Callable[..., Page]


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
