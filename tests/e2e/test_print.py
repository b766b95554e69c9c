"""What a printer gets, read from Chromium's own PDF: whose page it is, by whom, which of all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e import pdf

LogIn = Callable[..., Page]


def printed(page: Page, address: str) -> list[str]:
    """The text of each page; small paper, so that there are several."""
    page.goto(address)
    sheets = pdf.pages(page.pdf(format="A5", prefer_css_page_size=True))
    return [unicodedata.normalize("NFKC", sheet) for sheet in sheets]


def someone(page: Page) -> tuple[str, str, str, str]:
    """Chart, result, name and number of a patient with a result, from the page of the result."""
    page.goto("/?show=all")  # filters are remembered, and other stories set some
    page.locator("main tr:has-text('%') a[href^='/predictions/']").first.click()
    page.wait_for_url(re.compile("/predictions/"))
    link = page.locator(".banner .who a")
    name = re.sub(r"\s|\(.*", "", link.inner_text())
    number = re.search(r"\d{3} \d{3} \d{4}", page.locator(".banner").inner_text())
    assert number is not None
    return link.get_attribute("href") or "", page.url, name, number[0].replace(" ", "")


@pytest.mark.parametrize(
    ("locale", "by", "counted"),
    [
        ("en-GB", "PrintedbyDrM.Okafor,asshownon", "Page{}of{}"),
        ("zh-CN", "由DrM.Okafor打印", "第{}.,共{}"),
    ],
    ids=["english", "chinese"],
)
def test_every_page_says_whose_it_is_who_printed_it_and_which_of_how_many(
    logged_in: LogIn, locale: str, by: str, counted: str
) -> None:
    page = logged_in("doctor", locale=locale)
    chart, result, name, number = someone(page)
    for address in (f"{chart}print/", f"{result}print/"):
        sheets = printed(page, address)
        assert len(sheets) > 1
        for index, sheet in enumerate(sheets, 1):
            assert [part for part in (name, number, by) if part not in sheet] == []
            assert re.search(counted.format(index, len(sheets)), sheet), sheet[:200]


def test_whatever_else_shows_a_patient_does_not_go_on_paper(logged_in: LogIn) -> None:
    """Their printing leaves no event: so there is nothing to print, with scripts or without."""
    page = logged_in("doctor")
    chart, result, name, number = someone(page)
    for address in (chart, result, f"{chart}export/", "/", "/patients/"):
        sheets = printed(page, address)
        assert len(sheets) == 1, address
        assert "Thispagedoesnotgoonpaper" in sheets[0], address
        assert name not in sheets[0], address
        assert number not in sheets[0], address
