"""Keyboard alone, 400 % zoom, the system's own colours, no motion: all stories work the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from medportal.tools.screenshots.addresses import Atlas
from tests.e2e import looks
from tests.e2e.cast import chosen
from tests.e2e.conftest import Place, Portal

LogIn = Callable[..., Page]
ZOOMED = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}
"""A window of 1280 × 1024 at 400 %."""
SIZES = {"desk": {"viewport": looks.DESK}, "phone": {"viewport": looks.PHONE}, "zoomed": ZOOMED}
MOST_STEPS = 400

FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect();
  const banner = document.querySelector('.banner');
  const nothing = {top: 0, bottom: 0};
  const over = banner && !banner.contains(at) ? banner.getBoundingClientRect() : nothing;
  const covered = Math.min(box.bottom, over.bottom) - Math.max(box.top, over.top);
  const seen = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0) - Math.max(covered, 0);
  return {
    name: at.outerHTML.slice(0, 110), seen, needed: Math.min(box.height, 20),
    ring: getComputedStyle(at).outlineStyle !== 'none' || getComputedStyle(at).boxShadow !== 'none',
    last: at.dataset.walked === '1' || (at.dataset.walked = '1', false),
  };
}"""


def walk(page: Page) -> list[str]:
    """Tab through the whole page: what has the focus is seen, and seen to have it."""
    wrong = []
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None or found["last"]:
            break
        if found["seen"] < found["needed"]:
            wrong.append(f"hidden ({found['seen']:.0f} px seen): {found['name']}")
        if not found["ring"]:
            wrong.append(f"no ring: {found['name']}")
    else:
        wrong.append("no end of the page in sight")
    return wrong


def tab_to(page: Page, selector: str) -> None:
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"The keyboard does not reach {selector}.")


def follow(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("size", SIZES)
def test_the_focus_is_never_under_the_banner_nor_out_of_sight(
    logged_in: LogIn, places: list[Place], size: str
) -> None:
    shown = {place.name.strip(): place for place in places}
    page = logged_in("doctor", **SIZES[size])
    wrong = {}
    for name in ("portal:chart", "portal:prediction done", "portal:run coronary-disease"):
        page.goto(shown[name].address)
        wrong[name] = walk(page)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_doctor_comes_from_login_to_decision_and_print_by_keyboard_alone(
    context_for: Callable[..., BrowserContext], portal: Portal
) -> None:
    who = chosen(portal)["coronary-disease"][7]
    page = context_for(viewport=looks.DESK).new_page()
    page.goto("/")
    expect(page.locator("input[name=login]")).to_be_focused()
    page.keyboard.type("doctor")
    page.keyboard.press("Tab")
    page.keyboard.type(portal.password)
    page.keyboard.press("Enter")
    expect(page.locator("#find")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(who.number)
    page.keyboard.press("Enter")
    expect(page.locator(f"main a[href='/patients/{who.id}/']").first).to_be_visible()
    follow(page, f"main a[href='/patients/{who.id}/']")
    expect(page.locator(".banner")).to_be_visible()
    follow(page, "a[href$='/services/coronary-disease/']")
    expect(page.locator("form.run")).to_be_visible()
    for _question in range(page.locator("input[name=confirm]").count()):
        tab_to(page, "input[name=confirm]:not(:checked)")
        page.keyboard.press("Space")
    follow(page, "form.run button[type=submit]")
    page.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))
    expect(page.locator("#decision-form")).to_be_visible()
    expect(page.locator("#reasons .waterfall:not(.skeleton)")).to_be_visible()
    tab_to(page, "#decision-form input[name=assessment]")
    page.keyboard.press("Space")
    tab_to(page, "#decision-form input[name=action]")
    page.keyboard.press("Space")
    if page.locator("#decision-form [name=reason]").is_visible():  # the action departs
        tab_to(page, "#decision-form [name=reason]")
        page.keyboard.type("Seen with the patient.")
    follow(page, "#decision-form button[type=submit]")
    expect(page.locator(".decided").first).to_be_visible()
    follow(page, "main a[href$='/print/']")
    expect(page.locator("main.paper, .paper").first).to_be_visible()


def test_a_nurse_corrects_a_value_by_keyboard_and_is_led_to_the_error(
    logged_in: LogIn, places: list[Place]
) -> None:
    address = next(p.address for p in places if p.name.startswith("portal:observation-correct"))
    page = logged_in("nurse")
    page.goto(address)
    tab_to(page, "main input[name=value]")
    page.keyboard.press("Control+A")
    page.keyboard.type("1200")
    tab_to(page, "main [name=reason]")
    page.keyboard.type("Misread.")
    follow(page, "main form button[type=submit]")
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main input[name=value]")).to_be_focused()
    expect(page.locator("main input[name=value]")).to_have_value("1200")


def test_a_reviewer_and_the_privacy_officer_reach_their_work_by_keyboard(logged_in: LogIn) -> None:
    page = logged_in("reviewer")
    page.goto("/reviews/")
    follow(page, "main a[href^='/versions/']")
    expect(page.locator("#life")).to_be_visible()
    page = logged_in("privacy")
    page.goto("/audit/")
    tab_to(page, "main select[name=aim]")
    page.keyboard.press("ArrowDown")
    follow(page, "main form button[type=submit]")
    expect(page.locator("#events-title")).to_be_visible()


def test_skip_link_dialog_and_language_by_keyboard(logged_in: LogIn) -> None:
    page = logged_in("doctor3")
    page.goto("/services/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    opener = page.locator("[data-opens=keyboard-help]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#keyboard-help")).to_be_visible()
    for _step in range(6):
        inside = (
            "document.activeElement.closest('dialog') || document.activeElement.matches('body')"
        )
        assert page.evaluate(f"Boolean({inside})")
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()

    if page.get_attribute("html", "lang") != "en":  # somebody's earlier choice
        page.click("button[name=language][value=en]")
    for code, tag in (("zh-hans", "zh-Hans"), ("en", "en")):
        page.goto("/services/")
        follow(page, f"button[name=language][value='{code}']")
        expect(page.locator("html")).to_have_attribute("lang", tag)


MARKS = """() => {
  const style = (element) => getComputedStyle(element);
  const bare = [...document.querySelectorAll('.band, .tag, .button, .alert-tag, .card')]
    .filter(e => e.checkVisibility() && parseFloat(style(e).borderTopWidth) === 0);
  const bars = [...document.querySelectorAll('.wf-bar rect')]
    .filter(e => style(e).stroke === 'none' || parseFloat(style(e).strokeWidth) < 1);
  const lasts = (e) => style(e).transitionDuration.split(', ').some(time => time !== '0s');
  const moving = [...document.querySelectorAll('*')]
    .filter(e => style(e).animationName !== 'none' || lasts(e));
  return [...bare, ...bars, ...moving].map(e => e.outerHTML.slice(0, 120));
}"""


def test_in_the_systems_own_colours_marks_have_edges_and_nothing_moves(
    logged_in: LogIn, places: list[Place]
) -> None:
    shown = {place.name.strip(): place for place in places}
    page = logged_in("doctor", forced_colors="active", reduced_motion="reduce")
    for name in ("portal:prediction done", "portal:worklist", "portal:chart"):
        page.goto(shown[name].address)
        assert page.evaluate(MARKS) == []
    page.goto(shown["portal:prediction done"].address)
    directions = page.locator(":is(.wf-points.raises, .wf-points.lowers):visible").all_inner_texts()
    assert directions
    assert all("▲" in text or "▼" in text for text in directions)


BLANK = """index => {
  const form = document.querySelectorAll('main form[method=post]')[index];
  for (const field of form.elements) {
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = false;
    else if (field.matches('select')) field.value = '';
    else if (/^(text|number|date|search|datetime-local)$/.test(field.type)) field.value = '?';
    else if (field.matches('textarea, [type=password]')) field.value = '';
  }
  HTMLFormElement.prototype.submit.call(form);
}"""
FILLABLE = """() => [...document.querySelectorAll('main form[method=post]')].map(form => ({
  action: (form.getAttribute('action') ?? location.pathname).replace(/[0-9a-f-]{36}/g, '…'),
  asks: [...form.elements].some(e => e.matches('input:not([type=hidden]), textarea, select')),
}))"""


def test_every_form_refuses_nonsense_in_chinese_and_keeps_nobody_out(
    logged_in: LogIn, places: list[Place], portal: Portal, atlas: Atlas
) -> None:
    """Each form once, with every field empty or meaningless."""
    tried: set[str] = set()
    wrong: dict[str, list[str]] = {}
    for place in places:
        if not place.username or place.name.startswith(("admin:", "docs")):
            continue
        page = logged_in(place.username, locale="zh-CN", viewport=looks.PHONE)
        page.goto(place.address)
        for index, form in enumerate(page.evaluate(FILLABLE)):
            if not form["asks"] or form["action"] in tried:
                continue
            tried.add(form["action"])
            page.goto(place.address)
            with page.expect_navigation():
                page.evaluate(BLANK, index)
            wrong[form["action"]] = looks.faults(page) + looks.left_in_english(page, atlas.names)
        page.close()
    assert len(tried) > 10
    assert {action: found for action, found in wrong.items() if found} == {}
