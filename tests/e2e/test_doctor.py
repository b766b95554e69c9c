"""The doctor's story, from login to decision, on each service."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.cast import TYPED, Someone, chosen, stranger
from tests.e2e.conftest import Portal
from tests.e2e.looks import faults

ON_THE_CHART = ["coronary-disease", "diabetes-onset", "pbc-prognosis", "breast-mass"]


@pytest.fixture
def doctor(logged_in: Callable[..., Page]) -> Page:
    return logged_in("doctor")


def find(page: Page, who: Someone) -> None:
    """By number in the header's search, then into the chart."""
    page.fill("#find", who.number)
    page.press("#find", "Enter")
    page.click(f"a[href='/patients/{who.id}/']")
    expect(page.locator(".banner")).to_contain_text(who.family.upper())


def run(page: Page) -> None:
    for question in page.locator("input[name=confirm]").all():
        question.check()
    buttons = "form.run button[type=submit]:visible, .bottom-bar button:visible"
    page.locator(buttons).first.click()
    page.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))


def read(page: Page) -> int:
    """The number and the reasons, after an own estimate where the service asks for one."""
    expect(page.locator(".figure, form.estimate").first).to_be_visible()
    if page.locator("form.estimate").count():
        page.locator("form.estimate button").first.click()
    expect(page.locator(".figure")).to_be_visible()
    expect(page.locator("#reasons .waterfall:not(.skeleton)")).to_be_visible()
    shown = re.search(r"\d+", page.locator(".figure").inner_text())
    assert shown
    return int(shown[0])


def decide(page: Page) -> None:
    """The action that is usual for the band, or the first one; nothing is chosen beforehand."""
    form = page.locator("#decision-form")
    assert form.locator("input[type=radio]:checked").count() == 0
    form.locator("input[name=assessment][value=about-right]").check()
    usual = form.locator("label:has-text('usual for this band') input")
    (usual if usual.count() else form.locator("input[name=action]").first).check()
    if form.locator("input[name=action]:checked").input_value() == "other":
        form.locator("[name=action_text]").fill(TYPED)
    form.locator("button[type=submit]").click()
    expect(page.locator(".decided").first).to_contain_text("About right")


@pytest.mark.parametrize("slug", ON_THE_CHART)
def test_a_doctor_runs_a_service_on_a_chart_and_decides(
    doctor: Page, portal: Portal, slug: str
) -> None:
    who = chosen(portal)[slug][0]
    find(doctor, who)
    doctor.click(f"a[href='/patients/{who.id}/services/{slug}/']")
    run(doctor)
    assert 0 <= read(doctor) <= 100
    decide(doctor)
    doctor.goto(f"/patients/{who.id}/")
    expect(doctor.locator("main")).to_contain_text("%")


def test_the_research_service_is_reached_from_its_own_page_and_has_no_band(
    doctor: Page, portal: Portal
) -> None:
    who = chosen(portal)["flc-mortality"][0]
    doctor.goto(f"/patients/{who.id}/")
    assert doctor.locator("a[href$='/services/flc-mortality/']").count() == 0
    doctor.goto("/services/flc-mortality/")
    doctor.fill("#run-query", who.number)
    doctor.press("#run-query", "Enter")
    doctor.click(f"a[href='/patients/{who.id}/services/flc-mortality/']")
    run(doctor)
    read(doctor)
    expect(doctor.locator(".number")).to_contain_text("no band")
    decide(doctor)


def test_an_own_estimate_is_given_with_the_keyboard_before_the_number(
    doctor: Page, portal: Portal
) -> None:
    who = chosen(portal)["breast-mass"][2]
    doctor.goto(f"/patients/{who.id}/services/breast-mass/")
    run(doctor)
    expect(doctor.locator("form.estimate")).to_be_visible()
    assert doctor.locator(".figure").count() == 0
    assert faults(doctor) == []
    doctor.locator("form.estimate button[value='10-20']").focus()
    doctor.keyboard.press("Tab")
    expect(doctor.locator("form.estimate button:focus")).to_have_attribute("value", "20-30")
    doctor.keyboard.press("Enter")
    doctor.get_by_role("button", name="Take it back").click()  # within three seconds
    expect(doctor.locator("form.estimate [aria-pressed=true]")).to_have_count(0)
    doctor.locator("form.estimate button[value='20-30']").click()
    expect(doctor.locator(".figure")).to_be_visible()
    expect(doctor.locator(".decision")).to_contain_text("Own estimate before the result")


def test_an_own_estimate_goes_out_after_three_seconds_unless_it_was_taken_back(
    doctor: Page, portal: Portal
) -> None:
    who = chosen(portal)["breast-mass"][4]
    doctor.clock.install()
    doctor.goto(f"/patients/{who.id}/services/breast-mass/")
    run(doctor)
    expect(doctor.locator("form.estimate")).to_be_visible()
    sent: list[str] = []
    doctor.on(
        "request", lambda one: sent.append(one.url) if one.url.endswith("/estimate/") else None
    )
    button = doctor.locator("form.estimate button").first

    button.click()
    doctor.clock.run_for(2_900)
    expect(doctor.locator("[data-noted]")).to_be_visible()
    doctor.get_by_role("button", name="Take it back").click()
    doctor.clock.run_for(60_000)

    assert sent == []
    expect(doctor.locator("[data-noted]")).to_be_hidden()
    assert doctor.locator(".figure").count() == 0
    button.click()
    doctor.clock.run_for(2_900)
    assert sent == []
    doctor.clock.run_for(200)
    expect(doctor.locator(".figure")).to_be_visible()
    assert len(sent) == 1


def test_what_happened_is_sealed_until_the_decision(doctor: Page, portal: Portal) -> None:
    who = chosen(portal)["breast-mass"][1]
    doctor.goto(f"/patients/{who.id}/services/breast-mass/")
    run(doctor)
    read(doctor)
    expect(doctor.locator("main")).not_to_contain_text("What happened")
    decide(doctor)
    expect(doctor.locator("main")).to_contain_text("What happened")


def test_the_chart_of_another_care_team_is_not_there(doctor: Page, portal: Portal) -> None:
    answer = doctor.goto(f"/patients/{stranger(portal)}/")
    assert answer is not None
    assert answer.status == 404


def test_a_refusal_is_cured_in_place(doctor: Page, portal: Portal) -> None:
    """Without the two-hour glucose there is no number; with it, entered there, there is one."""
    who = chosen(portal)["diabetes-onset"][2]
    doctor.goto(f"/patients/{who.id}/services/diabetes-onset/")
    glucose = doctor.locator("input[name=value_glucose_2h]")
    before = glucose.input_value()
    glucose.fill("")
    run(doctor)
    expect(doctor.locator("#state")).to_contain_text("Not scored")
    doctor.locator("form.cure input[name=value_glucose_2h]").fill(before)
    for question in doctor.locator("form.cure input[name=confirm]").all():
        question.check()
    doctor.locator("form.cure button[type=submit]").click()
    read(doctor)


def test_changed_inputs_are_a_simulation_that_nobody_decides_on(
    doctor: Page, portal: Portal
) -> None:
    who = chosen(portal)["coronary-disease"][1]
    doctor.goto(f"/patients/{who.id}/services/coronary-disease/")
    doctor.locator("input[name=value_systolic_bp]").fill("180")
    run(doctor)
    read(doctor)
    assert doctor.locator(".watermark").count() == 1
    assert doctor.locator("#decision-form").count() == 0


def test_a_double_click_makes_one_prediction(doctor: Page, portal: Portal) -> None:
    who = chosen(portal)["coronary-disease"][2]
    doctor.goto(f"/patients/{who.id}/services/coronary-disease/")
    for question in doctor.locator("form.run input[name=confirm]").all():
        question.check()
    doctor.locator("form.run button[type=submit]").dblclick()
    doctor.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))
    read(doctor)
    doctor.goto(f"/patients/{who.id}/")
    links = doctor.locator("main a[href^='/predictions/']").evaluate_all(
        "all => new Set(all.map(a => a.getAttribute('href'))).size"
    )
    assert links == 1
