"""Wrong input in a real browser: the way to the field, what was typed, and one prediction."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.cast import Someone, chosen
from tests.e2e.conftest import Portal
from tests.e2e.looks import DESK, PHONE, faults
from tests.e2e.test_processes import Caller

RESULT = re.compile(r"/predictions/[0-9a-f-]+/$")
LogIn = Callable[..., Page]


@pytest.fixture(scope="module")
def caller(portal: Portal) -> Caller:
    return Caller(portal)


@pytest.fixture
def who(portal: Portal) -> Someone:
    return chosen(portal)["pbc-prognosis"][4]


def open_form(page: Page, who: Someone) -> None:
    page.goto(f"/patients/{who.id}/services/pbc-prognosis/")


def runs_of(caller: Caller, who: Someone) -> int:
    _status, found = caller.call("GET", f"/api/v1/predictions?patient={who.id}")
    return int(found["count"])


def test_two_clicks_browser_back_and_a_third_click_are_one_prediction(
    logged_in: LogIn, caller: Caller, who: Someone
) -> None:
    page, before = logged_in("doctor"), runs_of(caller, who)
    open_form(page, who)
    page.locator("form.run button[type=submit]").dblclick()
    page.wait_for_url(RESULT)
    first = page.url
    page.go_back()
    page.locator("form.run button[type=submit]").click()
    page.wait_for_url(RESULT)

    assert page.url == first
    assert runs_of(caller, who) == before + 1


LANGUAGES = ["en", "zh-hans"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_forms_with_errors_keep_nobody_out(
    logged_in: LogIn, who: Someone, size: dict[str, int], language: str
) -> None:
    page = logged_in("doctor3" if language != "en" else "doctor", viewport=size)
    if page.get_attribute("html", "lang") != "zh-Hans" and language != "en":
        page.click(f"button[name=language][value={language}]")
    page.goto(f"/patients/{who.id}/observations/add/?code=2093-3")
    page.locator("select[name=unit]").select_option("mg/dL")  # Chinese begins with mmol/L
    page.fill("#id_value", "5.2")
    page.click("main form button[type=submit]")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("5.2 mmol/L = 201 mg/dL")
    expect(page.locator("#id_value")).to_have_value("5.2")
    expect(page.locator("#id_value")).to_have_attribute("aria-invalid", "true")
    assert faults(page) == []
    page.click(".error-summary a")
    expect(page.locator("#id_value")).to_be_focused()

    open_form(page, who)
    page.fill("#value_bilirubin", "1,2")
    page.fill("#value_albumin", "9999")
    buttons = "form.run button[type=submit]:visible, .bottom-bar button:visible"
    page.locator(buttons).first.click()
    expect(summary).to_be_focused()
    assert summary.locator("a").count() == 2
    expect(page.locator("#value_bilirubin")).to_have_value("1,2")
    assert faults(page) == []


def answered(portal: Portal, *lines: str) -> tuple[int, dict[str, Any]]:
    """What comes back when no more than the head of a request was sent."""
    at = urlsplit(portal.url)
    with closing(socket.create_connection((at.hostname or "", at.port or 80), timeout=20)) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        with closing(http.client.HTTPResponse(wire)) as answer:
            answer.begin()
            return answer.status, json.loads(answer.read())


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ("Content-Length: 900000000", 413, "too_large"),
        ("Transfer-Encoding: chunked", 411, "length_required"),
    ],
)
def test_a_huge_body_is_refused_before_a_byte_of_it_is_sent(
    portal: Portal, header: str, status: int, code: str
) -> None:
    found = answered(
        portal,
        "POST /api/v1/observations HTTP/1.1",
        f"Host: {urlsplit(portal.url).netloc}",
        f"Authorization: Bearer {portal.token('doctor')}",
        "Content-Type: application/json",
        header,
    )

    assert (found[0], found[1]["code"]) == (status, code)
