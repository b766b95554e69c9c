"""The cohort of a service in a browser: pictures, the way to a patient, both languages, paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from medportal.screenshots.addresses import Atlas
from tests.e2e import looks
from tests.e2e.conftest import Portal

SLUG = "flc-mortality"
"""No other story runs it, and it is in no worklist."""
URL = f"/services/{SLUG}/cohort/"
ASK = f"""
import time
from accounts.models import User
from diagnosis.inference import actions
from diagnosis.inference.fitting import services_for
from diagnosis.inference.models import Explanation, Job, Prediction
from diagnosis.records.models import Patient
from django.db import transaction

doctor = User.objects.get(username="doctor")
asked = []
for patient in Patient.objects.visible_to(doctor).order_by("search_name"):
    with transaction.atomic():
        fits = services_for(actor=doctor, patient=patient)
        fit = next((f for f in fits if f.service.slug == "{SLUG}"), None)
        if fit is None or fit.missing or fit.status not in ("ready", "confirm", "not_offered"):
            continue
        rules = fit.service.sheet["population"]
        wanted = actions.PredictionRequest(
            service="{SLUG}", patient=patient.pk, origin=Prediction.Origin.DEMONSTRATION,
            confirmations=tuple(r["code"] for r in rules if r["kind"] == "confirm"))
        asked.append(actions.request_prediction(actor=doctor, request=wanted).pk)
    if len(asked) == 24:
        break
for _ in range(600):
    with transaction.atomic():
        rows = Prediction.unscoped.filter(pk__in=asked)
        if not rows.filter(state__in=Job.PENDING).exists():
            late = Explanation.unscoped.filter(prediction__in=rows, state__in=Job.PENDING)
            if not late.exists():
                break
    time.sleep(0.1)
print(Explanation.unscoped.filter(prediction__in=asked, state="done").count())
"""


@pytest.fixture(scope="module")
def results(portal: Portal) -> int:
    """The doctor asked the service for many patients, and the workers answered."""
    done = int(portal.manage("shell", "-v", "0", "-c", ASK).splitlines()[-1])
    assert done >= 10
    return done


def open_cohort(page: Page) -> None:
    page.goto(f"/services/{SLUG}/")
    page.click(f"a[href='{URL}']")
    expect(page.locator(".swarm use").first).to_be_attached()


def test_a_doctor_sees_what_moves_the_estimates_and_gets_to_a_patient(
    results: int, portal: Portal, logged_in: Callable[..., Page]
) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    watch = looks.Watch(page, portal.url)
    open_cohort(page)

    assert looks.faults(page) == []
    expect(page.locator("main")).to_contain_text(f"{results} patients")
    page.locator(".dots a").last.click()
    page.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))
    expect(page.locator("h1")).to_be_visible()
    page.go_back()
    page.locator("#patients ~ table a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/predictions/[0-9a-f-]+/$"))
    assert watch.told() == []


def test_an_input_is_chosen_with_the_keyboard(results: int, logged_in: Callable[..., Page]) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    open_cohort(page)
    second = page.locator("#feature option").nth(1).inner_text()
    page.focus("#feature")
    page.keyboard.press("ArrowDown")

    expect(page.locator(".picture figcaption")).to_contain_text(second)
    assert "feature=" in page.url


def test_no_dot_is_a_stop_of_the_tab_key(results: int, logged_in: Callable[..., Page]) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    open_cohort(page)
    page.focus("#feature")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('.dots')") is None
    assert page.evaluate("document.activeElement.localName") == "summary"


def test_on_a_phone_at_night_in_chinese_nothing_is_english_or_too_wide(
    results: int, portal: Portal, atlas: Atlas, logged_in: Callable[..., Page]
) -> None:
    page = logged_in("doctor", locale="zh-CN", viewport=looks.PHONE, color_scheme="dark")
    watch = looks.Watch(page, portal.url)
    page.goto(URL)

    assert looks.faults(page) == []
    assert looks.left_in_english(page, atlas.names) == []
    assert watch.told() == []


def test_the_print_view_holds_pictures_and_open_tables_and_no_name(
    results: int, logged_in: Callable[..., Page]
) -> None:
    page = logged_in("doctor", locale="en-GB", viewport=looks.DESK)
    page.goto(URL)
    name = page.locator("#patients ~ table a").first.inner_text()
    page.click(f"a[href^='{URL}print/']")
    assert looks.faults(page) == []
    page.emulate_media(media="print")

    expect(page.locator(".swarm use").first).to_be_attached()
    expect(page.locator("main table").first).to_be_visible()
    assert name not in page.locator("main").inner_text()
