"""Reasons that fail their own check reach nobody: not by page, paper, copy, REST or FHIR."""

from __future__ import annotations

import pytest

from diagnosis.inference.scoring.soundness import WORDS
from diagnosis.interop.fhir.risk import Run, risk_assessment
from tests.api.client import Caller
from tests.pages import drawn
from tests.portal.results import finished, version_of
from tests.portal.test_result import page_of, text_of
from tests.runnable import explanation_of

WITHHELD = "The reasons of this result are withheld: they fail their own check."
TAMPERED = {
    "gap": {"additivity_gap": 0.01},
    "does_not_add_up": {"base_value": 0.2},
    "no_background": {"background": None},
    "other_scale": {"scale": "log-odds"},
}


@pytest.fixture
def result(ward):
    return finished(version_of(ward.house, published_by=ward.doctor), ward.doctor, ward.patient)


def tamper(result, changes):
    explanation = explanation_of(result)
    explanation.content = explanation.content | changes
    explanation.save()


def without_error(result):
    attributions = [
        e | {"standard_error": None} for e in explanation_of(result).content["attributions"]
    ]
    tamper(result, {"attributions": attributions})


@pytest.mark.parametrize("code", TAMPERED)
def test_the_page_says_what_is_wrong_and_shows_the_inputs_instead(ward, result, code):
    tamper(result, TAMPERED[code])

    page = page_of(ward, result)
    text = text_of(page)

    assert WITHHELD in text
    assert str(WORDS[code]) in text
    assert "wf-row" not in drawn(page)
    assert "Shape of the mass" in text  # the inputs are there


def test_paper_and_copied_text_hold_none_of_them(ward, result):
    without_error(result)

    paper = page_of(ward, result, "print/")
    copied = page_of(ward, result).context["page"].copy_text

    assert WITHHELD in text_of(paper)
    assert "wf-row" not in drawn(paper)
    assert "raises" not in copied


def test_the_poll_for_reasons_brings_the_message(ward, result):
    without_error(result)

    assert WITHHELD in text_of(page_of(ward, result, "status/?part=reasons&seen=done-running"))


def test_rest_names_the_check_and_gives_no_number(ward, result):
    caller, address = Caller(ward.doctor), f"predictions/{result.pk}"
    assert caller.get(address).json()["explanation"]["withheld"] is None

    without_error(result)

    assert caller.get(address).json()["explanation"] == {
        "estimate": "event",
        "state": "done",
        "withheld": "no_error",
    }


def test_fhir_has_neither_points_nor_words_of_them(ward, result):
    without_error(result)

    found = risk_assessment(Run(result, explanation_of(result)))

    assert "rationale" not in found["prediction"][0]
    assert "attribution" not in str(found)


def test_the_patient_s_sheet_never_had_any(ward, result):
    assert "wf-row" not in drawn(page_of(ward, result, "sheet/"))
