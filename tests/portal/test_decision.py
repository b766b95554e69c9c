"""Deciding beside the estimate: nothing preselected, a reason where it departs, history kept."""

from __future__ import annotations

import re

import pytest

from diagnosis.inference.models import Decision
from tests.factories import OwnEstimateFactory, ServiceFactory, with_sheet
from tests.pages import drawn
from tests.portal.results import finished, version_of
from tests.portal.test_result import text_of


@pytest.fixture
def result(ward):
    return finished(version_of(ward.house), ward.doctor, ward.patient)


def decide(ward, result, **given):
    return ward.as_doctor.post(f"/predictions/{result.pk}/decision/", given)


def test_nothing_is_chosen_beforehand_and_the_button_names_the_patient(ward, result):
    html = drawn(ward.as_doctor.get(f"/predictions/{result.pk}/"))
    form = html.split('id="decision-form"')[1].split("</form>")[0]

    assert "checked" not in form
    assert "selected" not in form.split("<select")[1].split(">", 1)[1].replace(
        '<option value="" selected>', ""
    )
    assert "Record for SILVA, Ana" in form


def test_the_actions_are_those_of_the_service_and_the_usual_one_is_marked(ward, result):
    text = text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))

    assert re.search(r"Biopsy \(usual for this band\) Biopsy without delay", text)


def test_a_decision_that_agrees_needs_no_reason(ward, result):
    answer = decide(ward, result, assessment="about-right", action="biopsy")

    assert answer.status_code == 302
    assert Decision.unscoped.get(prediction=result).decided_by == ward.doctor


@pytest.mark.parametrize(
    "given",
    [
        {"assessment": "too-high", "action": "biopsy"},
        {"assessment": "about-right", "action": "short-follow-up"},
    ],
)
def test_a_decision_that_departs_needs_a_reason_and_keeps_what_was_typed(ward, result, given):
    answer = decide(ward, result, **given, comment="Seen with a colleague.")

    assert answer.status_code == 422
    assert "Give a reason: this departs from the result." in text_of(answer)
    assert "Seen with a colleague." in drawn(answer)
    assert not Decision.unscoped.filter(prediction=result).exists()


def test_an_action_in_words_needs_its_words(ward, result):
    answer = decide(ward, result, assessment="about-right", action="other", reason="other")

    assert "Say which action." in text_of(answer)


def test_an_empty_form_says_what_is_missing(ward, result):
    text = text_of(decide(ward, result))

    assert "Say what you think of the estimate." in text
    assert "Choose an action of the list." in text


def test_a_departure_is_shown_beside_what_was_usual(ward, result):
    decide(ward, result, assessment="too-high", action="second-opinion", reason="not-in-model")
    text = text_of(ward.as_nurse.get(f"/predictions/{result.pk}/"))

    assert "Too high · Second opinion before biopsy usual for this band: Biopsy" in text
    assert "Reason: something the model does not know" in text


def test_an_amended_decision_keeps_its_history(ward, result):
    decide(ward, result, assessment="about-right", action="biopsy", comment="First thought.")
    decide(
        ward, result, assessment="too-low", action="biopsy-urgent", reason="not-in-model",
        comment="Second thought.",
    )  # fmt: skip
    text = text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))

    assert Decision.unscoped.filter(prediction=result).count() == 2
    assert text.index("Second thought.") < text.index("Before it was amended:")
    assert text.index("Before it was amended:") < text.index("First thought.")


def test_the_own_estimate_given_before_stands_beside_the_model_s(ward, result):
    result.service.ask_own_estimate = True
    result.service.save()
    OwnEstimateFactory(prediction=result, by=ward.doctor, value=0.3)
    text = text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))

    assert "Own estimate before the result: 30 %" in text


def test_a_service_without_bands_is_decided_without_a_usual_action(ward):
    service = with_sheet(ServiceFactory(organisation=ward.house, slug="breast-mass"), bands=[])
    result = finished(version_of(service=service), ward.doctor, ward.patient)
    text = text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))

    assert "This service has no bands" in text
    assert "usual for this band" not in text
    answer = decide(ward, result, assessment="about-right", action="second-opinion")
    assert answer.status_code == 302


def test_only_a_post_decides(ward, result):
    assert ward.as_doctor.get(f"/predictions/{result.pk}/decision/").status_code == 405
