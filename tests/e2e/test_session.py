"""A session that ends takes nothing along that somebody typed, and shows nothing any more."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal

LogIn = Callable[..., Page]

ALMOST_OVER = """
from django.contrib.sessions.models import Session
from django.conf import settings
import time
for row in Session.objects.all():
    held = row.get_decoded()
    if "seen_at" in held:
        held["seen_at"] = int(time.time()) - settings.SESSION_IDLE_SECONDS + {seconds}
        row.session_data = Session.objects.encode(held)
        row.save()
"""
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


def age(portal: Portal, seconds: int) -> None:
    """As if nobody had touched any page for so long that ``seconds`` are left."""
    portal.manage("shell", "-v", "0", "-c", ALMOST_OVER.format(seconds=seconds))


def test_the_end_is_announced_and_a_draft_outlives_it(logged_in: LogIn, portal: Portal) -> None:
    who = chosen(portal)["pbc-prognosis"][3]
    page = logged_in("nurse")
    page.goto(f"/patients/{who.id}/observations/add/?code=2093-3")
    page.fill("input[name=value]", "201.5")

    age(portal, 45)
    page.evaluate(LOOK)
    expect(page.locator("#session-warning")).to_be_visible()
    page.click("#session-warning [data-stay]")
    expect(page.locator("#session-warning")).to_be_hidden()

    age(portal, -5)
    page.evaluate(LOOK)
    expect(page.locator("#session-ended")).to_be_visible()
    assert who.family not in page.title()
    expect(page.get_by_text(who.family).first).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#session-ended")).to_be_visible()

    page.fill("#again-password", "not the password")
    page.keyboard.press("Enter")
    expect(page.locator("#again-error")).not_to_be_empty()
    page.fill("#again-password", portal.password)
    page.keyboard.press("Enter")
    expect(page.locator("#session-ended")).to_be_hidden()
    expect(page.locator("input[name=value]")).to_have_value("201.5")
    assert "201.5" not in page.evaluate(STORED)
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**/patients/{who.id}/**")
    expect(page.get_by_text(re.compile("^Recorded: "))).to_be_visible()


def test_after_a_logout_back_shows_nothing(logged_in: LogIn, portal: Portal) -> None:
    who = chosen(portal)["pbc-prognosis"][3]
    page = logged_in("doctor")
    page.goto(f"/patients/{who.id}/")
    expect(page.get_by_text(who.family).first).to_be_visible()
    page.goto("/accounts/logout/")
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/login/**")

    for _ in range(2):
        page.go_back()

    expect(page.get_by_text(who.family)).to_have_count(0)


def test_the_language_switch_takes_a_half_filled_form_along(
    logged_in: LogIn, portal: Portal
) -> None:
    who = chosen(portal)["pbc-prognosis"][3]
    page = logged_in("nurse")
    page.goto(f"/patients/{who.id}/observations/add/?code=2093-3")
    page.fill("input[name=value]", "201.5")

    page.click("header [data-language] button")

    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("input[name=value]")).to_have_value("201.5")
    assert "201.5" not in page.evaluate(STORED)
    assert "201.5" not in page.url
    page.reload()
    expect(page.locator("input[name=value]")).not_to_have_value("201.5")  # once, and no longer
    page.click("header [data-language] button")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_what_was_refused_stays_in_the_form_in_the_other_language(
    logged_in: LogIn, portal: Portal
) -> None:
    who = chosen(portal)["pbc-prognosis"][3]
    page = logged_in("nurse")
    page.goto(f"/patients/{who.id}/observations/add/?code=2093-3")
    page.fill("input[name=value]", "two hundred")
    page.click("main form button[type=submit]")
    expect(page.locator(".error-summary")).to_be_visible()

    page.click("header [data-language] button")

    expect(page.locator("input[name=value]")).to_have_value("two hundred")
    page.click("header [data-language] button")


def test_a_logout_in_another_tab_blanks_this_one_at_once_and_keeps_the_draft(
    logged_in: LogIn, portal: Portal
) -> None:
    who = chosen(portal)["pbc-prognosis"][3]
    page = logged_in("nurse")
    page.goto(f"/patients/{who.id}/observations/add/?code=2093-3")
    page.fill("input[name=value]", "201.5")
    other = page.context.new_page()
    other.goto("/account/")

    other.click("details.menu summary")
    other.click("details.menu form[action$='/logout/'] button")
    other.wait_for_url("**/accounts/login/**")

    expect(page.locator("#session-ended")).to_be_visible()
    expect(page.get_by_text(who.family).first).to_be_hidden()
    assert who.family not in page.title()
    assert page.evaluate(STORED) == "[{},{}]"
    page.fill("#again-password", portal.password)
    page.keyboard.press("Enter")
    expect(page.locator("#session-ended")).to_be_hidden()
    expect(page.locator("input[name=value]")).to_have_value("201.5")


def test_a_login_in_another_tab_opens_the_page_again_for_the_same_person_alone(
    logged_in: LogIn, portal: Portal
) -> None:
    who = chosen(portal)["pbc-prognosis"][3]
    page = logged_in("nurse")
    page.goto(f"/patients/{who.id}/observations/add/?code=2093-3")
    page.fill("input[name=value]", "201.5")
    other = page.context.new_page()
    other.goto("/account/")
    other.click("details.menu summary")
    other.click("details.menu form[action$='/logout/'] button")
    expect(page.locator("#session-ended")).to_be_visible()

    other.fill("input[name=login]", "nurse")
    other.fill("input[name=password]", portal.password)
    other.keyboard.press("Enter")
    other.wait_for_url("**/")

    expect(page.locator("#session-ended")).to_be_hidden()
    expect(page.locator("input[name=value]")).to_have_value("201.5")
