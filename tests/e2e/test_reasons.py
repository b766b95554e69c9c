"""The reasons as a doctor handles them: order, groups, folds, the way to the chart, paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import looks
from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal
from tests.e2e.test_doctor import run

LogIn = Callable[..., Page]

WORDS = {
    "en-GB": {
        "sentence": "on average to",
        "group": "the group «",
        "family": "Resting and exercise ECG",
    },
    "zh-CN": {"sentence": "到该患者的", "group": "一组", "family": "静息与运动心电图"},
}
SIZES = {"desktop": looks.DESK, "phone": looks.PHONE}


def labels(page: Page) -> list[str]:
    """The bars from top to bottom, without those behind a fold."""
    return page.locator("#reasons .waterfall > .wf-row .wf-label > strong").all_inner_texts()


TRACKS = """bars => [...new Set(bars.map(bar => bar.getBoundingClientRect()).map(
  box => `${Math.round(box.left)} to ${Math.round(box.right)}`))]"""


def tracks(page: Page) -> list[str]:
    """Where the bars' scale begins and ends: the same for all, or lengths would mean nothing."""
    found: list[str] = page.locator("#reasons .waterfall > .wf-row .wf-bar").evaluate_all(TRACKS)
    return found


def result_of(page: Page, portal: Portal, which: int) -> str:
    """A fresh result of the coronary service, with its reasons; its address."""
    who = chosen(portal)["coronary-disease"][which]
    page.goto(f"/patients/{who.id}/services/coronary-disease/")
    run(page)
    expect(page.locator("#reasons .waterfall:not(.skeleton)")).to_be_visible()
    return page.url


@pytest.mark.parametrize("locale", WORDS)
@pytest.mark.parametrize("size", SIZES)
def test_order_and_groups_change_in_place_and_reach_the_paper(
    logged_in: LogIn, portal: Portal, locale: str, size: str
) -> None:
    words = WORDS[locale]
    page = logged_in("doctor", viewport=SIZES[size], locale=locale)
    address = result_of(page, portal, 1)
    page.click("#decision-form details.comment summary")
    page.fill("#decision-form [name=comment]", "half written")
    largest = labels(page)
    expect(page.locator("#reasons figcaption")).to_contain_text(words["sentence"])
    assert len(tracks(page)) == 1

    page.click("#order-chart")
    expect(page.locator("#order-chart")).to_have_attribute("aria-current", "true")
    expect(page.locator("#order-chart")).to_be_focused()
    assert labels(page) != largest
    assert sorted(labels(page)) == sorted(largest)

    page.click("#group-family")
    expect(page.locator("#group-family")).to_have_attribute("aria-current", "true")
    assert words["family"] in labels(page)
    expect(page.locator("#reasons figcaption")).to_contain_text(words["group"])
    assert page.input_value("#decision-form [name=comment]") == "half written"
    for fold in page.locator("#reasons details:not(.against)").all():
        fold.locator("> summary").click()
    assert looks.faults(page) == []

    page.goto(f"{address}print/")
    paper = page.locator("main")
    assert words["family"] in paper.locator(".waterfall > .wf-row strong").all_inner_texts()
    assert paper.locator(".wf-switch").count() == 0
    assert paper.locator("details.wf-more:not([open])").count() == 0
    assert looks.faults(page) == []

    page.goto(f"{address}?order=size&group=each")  # as the next reader expects it


def test_without_a_script_the_order_is_a_link(
    logged_in: LogIn, context_for: Callable[..., object], portal: Portal
) -> None:
    page = logged_in("doctor")
    address = result_of(page, portal, 1)
    plain = context_for(storage_state=page.context.storage_state(), java_script_enabled=False)
    bare = plain.new_page()  # type: ignore[attr-defined]
    bare.goto(address)
    bare.click("#order-group")
    bare.wait_for_url(re.compile(r"order=group"))
    expect(bare.locator("#reasons .wf-group").first).to_be_visible()
    bare.click("#order-size")
    expect(bare.locator("#reasons .wf-group")).to_have_count(0)


def test_a_value_leads_to_its_history_and_back(logged_in: LogIn, portal: Portal) -> None:
    page = logged_in("doctor")
    result_of(page, portal, 1)
    link = page.locator("#reasons .waterfall > .wf-row a.wf-value").first
    value = link.inner_text()
    link.click()
    page.wait_for_url(re.compile(r"/observations/[0-9a-f-]+/history/$"))
    expect(page.locator("main")).to_contain_text(value.split()[0])
