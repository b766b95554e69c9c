"""The nurse, the reviewer, the privacy officer and the administrator at their work."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal

LogIn = Callable[..., Page]


def test_a_nurse_records_and_corrects_and_decides_nothing(logged_in: LogIn, portal: Portal) -> None:
    page = logged_in("nurse")
    who = chosen(portal)["pbc-prognosis"][1]
    page.goto(f"/patients/{who.id}/")
    page.click("main a:has-text('Add a value')")
    page.click("main a:has-text('Systolic')")
    page.fill("input[name=value]", "182")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(rf"/patients/{who.id}/$"))
    expect(page.locator("main")).to_contain_text("182")
    assert page.locator("a[href*='/services/']:has-text('run')").count() == 0
    assert page.request.get(f"/patients/{who.id}/services/pbc-prognosis/").status == 403


def test_a_nurse_reads_a_result_that_no_doctor_has_reviewed(logged_in: LogIn) -> None:
    page = logged_in("nurse")
    page.locator("main a[href^='/predictions/']").first.click()
    expect(page.locator("main")).to_contain_text("Not yet reviewed by a doctor")
    assert page.locator("#decision-form").count() == 0


def test_a_reviewer_approves_and_publishes_what_somebody_else_submitted(
    logged_in: LogIn, portal: Portal
) -> None:
    page = logged_in("reviewer")
    page.goto("/reviews/")
    page.locator("main a[href^='/versions/']").first.click()
    expect(page.locator("main")).to_contain_text("against")
    form = page.locator("form[action$='/approve/']")
    for box in page.locator("input[type=checkbox][form=review]").all():
        box.check()  # each beside the evidence that it asks about
    form.locator("[name=note]").fill("Read and agreed.")
    form.locator("[name=password]").fill(portal.password)
    form.locator("button[type=submit]").click()
    publish = page.locator("form[action$='/publish/']")
    publish.locator("[name=reason]").fill("Read, compared and agreed.")
    publish.locator("[name=sure]").check()
    publish.locator("button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("published")


def test_a_reviewer_stops_a_service_and_the_doctor_sees_it_at_once(
    logged_in: LogIn, portal: Portal
) -> None:
    reviewer = logged_in("reviewer")
    doctor = logged_in("doctor")
    reviewer.goto("/services/breast-mass/")
    reviewer.locator("summary:has-text('Stop')").click()
    reviewer.locator("form[action$='/stop/'] textarea").fill("Density is read wrongly.")
    reviewer.locator("form[action$='/stop/'] button[type=submit]").click()
    doctor.goto("/services/breast-mass/")
    expect(doctor.locator("main")).to_contain_text("Density is read wrongly.")
    who = chosen(portal)["breast-mass"][3]
    doctor.goto(f"/patients/{who.id}/services/breast-mass/")
    assert doctor.locator("form.run button[type=submit]").count() == 0
    reviewer.goto("/reviews/")
    reviewer.goto("/services/breast-mass/")
    reviewer.locator("a[href^='/versions/']").first.click()
    resume = reviewer.locator("form[action$='/resume/']")
    if resume.locator("textarea").count():
        resume.locator("textarea").fill("Mended.")
    resume.locator("button[type=submit]").click()
    expect(reviewer.locator("main")).to_contain_text("published")


def test_the_privacy_officer_finds_who_opened_a_chart_without_a_care_relation(
    logged_in: LogIn,
) -> None:
    page = logged_in("privacy")
    page.goto("/audit/")
    expect(page.locator("main")).to_contain_text("opened a chart")
    expect(page.locator("main")).to_contain_text("Dr P. Haddad")


def test_the_administrator_sees_people_and_no_clinical_content(
    logged_in: LogIn, portal: Portal
) -> None:
    page = logged_in("admin")
    page.goto("/admin/")
    expect(page.locator("body")).to_contain_text("Users")
    who = chosen(portal)["coronary-disease"][0]
    answer = page.goto(f"/patients/{who.id}/")
    assert answer is not None
    assert answer.status in (403, 404)
    assert who.family not in page.content()
