"""Through every door of the portal: a number waits for the own estimate of whoever decides."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import translation

from diagnosis.inference.models import Decision, OwnEstimate
from tests.contracts.routes import reverse_arguments, routes
from tests.factories import PASSWORD, bearer_of, patient_of
from tests.pages import drawn
from tests.portal.results import finished, version_of
from tests.portal.test_result import text_of

HARMLESS = {"age": 30, "shape": "round", "margin": "circumscribed", "density": "low"}
DOORS = ("", "status/", "status/?part=reasons&seen=x", "print/", "sheet/")


@pytest.fixture
def version(ward):
    version = version_of(ward.house)
    version.service.ask_own_estimate = True
    version.service.save()
    return version


@pytest.fixture
def result(ward, version):
    return finished(version, ward.doctor, ward.patient, asks_estimate=True)


@pytest.fixture
def told(result):
    """How pages would tell the number, its band and what the decision usually is."""
    assert round(result.headline * 100) == 82
    return re.compile(r"\b82\s?%|\b0\.82|[Of]f 100 |High .4C.|usual for this band")


def estimate(ward, result, choice):
    return ward.as_doctor.post(f"/predictions/{result.pk}/estimate/", {"choice": choice})


def visible(answer) -> str:
    return re.sub(r"<button[^>]*name=\"choice\".*?</button>", "", drawn(answer))


def test_the_page_asks_with_buttons_and_shows_the_inputs_but_not_the_number(ward, result, told):
    answer = ward.as_doctor.get(f"/predictions/{result.pk}/")
    html = drawn(answer)

    assert "Your own estimate first" in html
    assert 'value="50-70"' in html
    assert "I cannot judge: show the number" in html
    assert "What the service had" in html
    assert not told.search(visible(answer))


def test_after_the_tap_number_reasons_and_decision_are_there(ward, result, told):
    answer = estimate(ward, result, "50-70")
    assert answer.status_code == 302
    text = text_of(ward.as_doctor.get(answer["Location"]))

    assert told.search(text)
    assert "Own estimate before the result: 50–70 %" in text
    assert "Your own estimate first" not in text
    assert OwnEstimate.unscoped.get().value == 0.6


def test_an_unknown_range_is_asked_again(ward, result):
    estimate(ward, result, "sure")
    text = text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))

    assert "Choose one of the ranges" in text
    assert "Your own estimate first" in text


def routes_of_a_prediction():
    return sorted(
        route.name
        for route in routes()
        if route.name.startswith("portal:") and reverse_arguments(route.name) == ["prediction"]
    )


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", routes_of_a_prediction())
def test_no_address_of_the_prediction_tells_the_number_before(ward, result, told, name, method):
    """Also those that are yet to come: whoever adds one shows what ``visible_prediction`` gives."""
    address = reverse(name, kwargs={"prediction": result.pk})
    answer = getattr(ward.as_doctor, method)(address)

    assert answer.status_code < 500
    assert not told.search(visible(answer))


@pytest.mark.parametrize("door", DOORS)
def test_no_part_of_the_page_tells_it(ward, result, told, door):
    answer = ward.as_doctor.get(f"/predictions/{result.pk}/{door}", follow=True)

    assert not told.search(visible(answer))


@pytest.mark.parametrize("page", ["/", "/?service=breast-mass&risk=1", "/?show=undecided"])
def test_the_worklist_waits_with_risk_and_band(ward, result, told, page):
    answer = ward.as_doctor.get(page)
    text = text_of(answer)

    assert "awaits your own estimate" in text
    assert not told.search(text)
    estimate(ward, result, "skip")
    assert told.search(text_of(ward.as_doctor.get(page)))


def test_a_place_in_the_worklist_tells_no_risk(ward, version):
    """Sorted by risk: what waits for an estimate comes first, whatever it holds."""
    seen = finished(version, ward.doctor, patient_of(team=ward.team))
    waits = finished(version, ward.doctor, ward.patient, HARMLESS, asks_estimate=True)
    assert waits.headline < seen.headline
    listed = drawn(ward.as_doctor.get("/?service=breast-mass&risk=1"))

    assert listed.index(str(waits.pk)) < listed.index(str(seen.pk))


@pytest.mark.parametrize("door", ["", "print/"])
def test_the_chart_waits_with_it(ward, result, told, door):
    address = f"/patients/{ward.patient.pk}/{door}"
    assert not told.search(text_of(ward.as_doctor.get(address)))
    assert "after your own estimate" in text_of(ward.as_doctor.get(address))

    estimate(ward, result, "skip")
    assert told.search(text_of(ward.as_doctor.get(address)))


def test_neither_the_cohort_nor_the_trend_tell_it(ward, result, told):
    pages = (
        "/services/breast-mass/cohort/",
        f"/patients/{ward.patient.pk}/services/breast-mass/trend/",
    )
    for page in pages:
        assert not told.search(text_of(ward.as_doctor.get(page)))
    assert "1 that awaits your own estimate" in text_of(ward.as_doctor.get(pages[0]))


def test_the_result_after_it_does_not_tell_the_one_before(ward, version, result, told):
    """Neither the list of earlier results, nor the comparison, nor «since last»."""
    now = finished(
        version,
        ward.doctor,
        ward.patient,
        HARMLESS,
        run_again_of=result,
    )
    text = text_of(ward.as_doctor.get(f"/predictions/{now.pk}/"))
    compared = ward.as_doctor.get(f"/predictions/{now.pk}/compare/")

    assert "after your own estimate" in text
    assert not re.search(r"\b82\s?%", text)
    assert compared["Location"] == f"/predictions/{result.pk}/"


def test_nobody_decides_before_the_estimate(ward, result):
    form = {"assessment": "about-right", "action": "biopsy"}
    ward.as_doctor.post(f"/predictions/{result.pk}/decision/", form)
    assert not Decision.unscoped.exists()

    estimate(ward, result, "50-70")
    ward.as_doctor.post(f"/predictions/{result.pk}/decision/", form)
    assert Decision.unscoped.get().own_estimate == 0.6


def test_the_whole_chart_does_not_leave_before_the_estimate(ward, result):
    form = {"form": "fhir", "purpose": "treatment", "reason": "", "password": PASSWORD}
    address = f"/patients/{ward.patient.pk}/export/"
    refused = ward.as_doctor.post(address, form)
    assert refused.status_code == 422
    assert "waits for your own estimate" in text_of(refused)

    estimate(ward, result, "skip")
    assert ward.as_doctor.post(address, form).status_code == 200


def test_the_nurse_sees_the_number_and_is_not_asked(ward, result, told):
    text = text_of(ward.as_nurse.get(f"/predictions/{result.pk}/"))

    assert told.search(text)
    assert "Your own estimate first" not in text
    assert ward.as_nurse.post(f"/predictions/{result.pk}/estimate/").status_code == 403


def test_a_doctor_of_another_team_cannot_estimate(ward, result):
    answer = ward.as_stranger.post(f"/predictions/{result.pk}/estimate/", {"choice": "skip"})

    assert answer.status_code == 404
    assert not OwnEstimate.unscoped.exists()


def test_rest_is_not_asked(ward, result):
    answer = ward.as_doctor.get(f"/api/v1/predictions/{result.pk}", headers=bearer_of(ward.doctor))
    assert answer.json()["result"]["probability"] == round(result.headline, 6)


def test_the_buttons_are_chinese_in_chinese(ward, result):
    with translation.override("zh-hans"):
        html = drawn(
            ward.as_doctor.get(f"/predictions/{result.pk}/", headers={"accept-language": "zh-hans"})
        )
    assert "低于2%" in html
    assert "10–20%" in html
