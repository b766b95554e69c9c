"""Try-out in a real browser: the number follows the hand, in both languages, and on no paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e import looks, pdf
from tests.e2e.cast import chosen
from tests.e2e.test_doctor import run

LogIn = Callable[..., Page]
SLIDER = "#slide_systolic_bp"
RAISED = 8
"""Millimetres by which the arrow keys move it in the end."""


@pytest.fixture(scope="module")
def address(browser, portal, cookies) -> str:
    """The try-out of a coronary run of its own: other tests publish another version."""
    with browser.new_context(
        base_url=portal.url, storage_state=cookies("doctor"), locale="en-GB"
    ) as context:
        page = context.new_page()
        for who in reversed(chosen(portal)["coronary-disease"]):
            page.goto(f"/patients/{who.id}/services/coronary-disease/")
            run(page)
            page.locator(".figure, #state:has-text('Not scored')").first.wait_for()
            if page.locator(".figure").count() == 0:
                continue
            found = page.locator("a[href$='/try/']").first.get_attribute("href") or ""
            if keeps_a_number(page, found):
                return found
    raise LookupError("No patient of the demonstration keeps a number while it is tried.")


def keeps_a_number(page: Page, address: str) -> bool:
    """Whether the pressure can rise by what the stories raise it: not so far as to be refused."""
    page.goto(address)
    field = page.locator("#value_systolic_bp")
    field.fill(f"{float(field.input_value()) + RAISED:g}")
    at_rest(page)
    return page.locator("#try-outcome .figure:not(.none)").count() == 1


def asked(page: Page) -> list[Request]:
    """The positions that the page sends from now on."""
    found: list[Request] = []
    page.on("request", lambda one: found.append(one) if one.method == "POST" else None)
    return found


def tried(page: Page) -> str:
    return page.locator("#try-outcome .try-moved tbody td").nth(1).inner_text()


def at_rest(page: Page, name: str = "systolic_bp") -> None:
    """The outcome shows the value in the field."""
    value = page.locator(f"#value_{name}").input_value()
    shown = page.locator("#try-outcome .try-moved tbody td").nth(1)
    expect(shown).to_have_text(re.compile(rf"^{value}(\.0)?\s"))


@pytest.mark.parametrize(
    ("locale", "word", "says"),
    [
        ("en-GB", "mmHg", re.compile(r"(From|Still) \d+.% ")),
        ("zh-CN", "mmHg", re.compile(r"(由|仍为)\d+%")),
    ],
    ids=["english", "chinese"],
)
def test_arrow_keys_move_a_value_and_the_number_follows(
    logged_in: LogIn, address: str, locale: str, word: str, says: re.Pattern[str]
) -> None:
    page = logged_in("doctor", locale=locale)
    page.goto(address)
    sent = asked(page)
    before = float(page.locator("#value_systolic_bp").input_value())
    page.locator(SLIDER).focus()
    for _ in range(RAISED + 1):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")

    assert float(page.locator("#value_systolic_bp").input_value()) == before + RAISED
    assert page.locator(SLIDER).get_attribute("aria-valuetext") == f"{before + RAISED:g} {word}"
    at_rest(page)
    expect(page.locator("#live")).to_have_text(says)
    assert all("?" not in one.url and str(before + RAISED) not in one.url for one in sent)
    assert looks.faults(page) == []


def test_a_drag_asks_one_question_at_a_time_and_ends_at_the_newest(
    logged_in: LogIn, address: str
) -> None:
    page = logged_in("doctor", locale="en-GB")
    page.goto(address)
    open_ones: set[Request] = set()
    most = [0]

    def began(one: Request) -> None:
        open_ones.add(one)
        most[0] = max(most[0], len(open_ones))

    page.on("request", began)
    page.on("requestfinished", lambda one: open_ones.discard(one))
    page.on("requestfailed", lambda one: open_ones.discard(one))
    box = page.locator(SLIDER).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 30, middle)
    page.mouse.down()
    for part in range(1, 31):
        page.mouse.move(box["x"] + 30 + (box["width"] - 60) * part / 30, middle)
    page.mouse.up()

    at_rest(page)
    assert most[0] == 1
    page.click("[data-reset]")
    expect(page.locator("#try-outcome .try-moved")).to_have_count(0)
    expect(page.locator("#try-outcome .try-difference")).to_contain_text("nothing is changed yet")


def test_another_unit_is_the_same_value_and_nonsense_is_said_at_its_field(
    logged_in: LogIn, address: str
) -> None:
    page = logged_in("doctor", locale="en-GB")
    page.goto(address)
    field, unit = page.locator("#value_cholesterol"), page.locator("#unit_cholesterol")
    unit.select_option("mg/dL")
    field.fill("240")
    at_rest(page, "cholesterol")
    number = page.locator("#try-outcome .figure").inner_text()
    unit.select_option("mmol/L")
    assert field.input_value() == "6.21"
    at_rest(page, "cholesterol")
    assert page.locator("#try-outcome .figure").inner_text() == number

    field.fill("9000")
    expect(page.locator("#state_cholesterol")).to_contain_text("No body has that")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#try-outcome .figure")).to_have_count(0)
    assert looks.faults(page) == []


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("doubts", ["", "?doubts"])
def test_it_fits_a_narrow_telephone_and_the_number_stays_in_sight(
    logged_in: LogIn, address: str, locale: str, doubts: str
) -> None:
    page = logged_in("doctor", locale=locale, viewport={"width": 320, "height": 640})
    page.goto(address + doubts)
    page.locator(SLIDER).focus()
    page.keyboard.press("PageUp")
    at_rest(page)

    assert looks.too_wide(page) == []
    line, slider = page.locator("#try-line").bounding_box(), page.locator(SLIDER).bounding_box()
    assert line is not None
    assert slider is not None
    assert 0 < line["y"] < 640
    assert slider["y"] + slider["height"] <= line["y"]
    page.evaluate("scrollTo(0, 0)")  # where no field lies behind the link in the patient's banner
    assert looks.faults(page) == []


@pytest.mark.parametrize(
    ("locale", "mark"),
    [("en-GB", "try-out,notaresult"), ("zh-CN", "试算结果,不是正式结果")],
    ids=["english", "chinese"],
)
def test_on_paper_it_says_what_it_is_and_not_whose(
    logged_in: LogIn, address: str, locale: str, mark: str
) -> None:
    page = logged_in("doctor", locale=locale)
    page.goto(address)
    name = re.sub(r"\s|\(.*", "", page.locator(".banner .who a").inner_text())
    page.locator(SLIDER).focus()
    page.keyboard.press("PageUp")
    at_rest(page)
    sheets = [
        re.sub(r"\s", "", unicodedata.normalize("NFKC", sheet))
        for sheet in pdf.pages(page.pdf(format="A4"))
    ]

    assert sheets
    assert [sheet for sheet in sheets if sheet.count(mark) < 2 or name in sheet] == []


def test_without_a_script_a_button_shows_the_estimate(context_for, cookies, address: str) -> None:
    page = context_for(
        storage_state=cookies("doctor"), locale="en-GB", java_script_enabled=False
    ).new_page()
    page.goto(address)
    assert not page.locator(SLIDER).is_visible()
    page.fill("#value_systolic_bp", "171")
    page.click("text=Show the estimate")

    assert tried(page).startswith("171")
    assert page.locator("#value_systolic_bp").input_value() == "171"
