"""Reasons that fail their own check are never shown: each way in which they can be damaged."""

from __future__ import annotations

import copy
import math

import pytest

from diagnosis.inference.scoring.soundness import WORDS, fault, is_distinguishable, log_odds
from diagnosis.inference.stored.reasons import Attribution, OnLogOdds

PROBABILITY = 0.61
SOUND = {
    "method": "exact",
    "scale": "probability",
    "base_value": 0.44,
    "prediction": PROBABILITY,
    "additivity_gap": 2e-9,
    "background": {"name": {"en": "patients sent for angiography"}, "rows": 100},
    "attributions": [
        {"feature": "age", "contribution": 0.12, "standard_error": 0.01},
        {"feature": "sex", "contribution": 0.05, "standard_error": 0.0},
    ],
}


def damaged(**changes):
    """The sound content with something else in it; ``age`` changes its first contribution."""
    content = copy.deepcopy(SOUND)
    content["attributions"][0] |= changes.pop("age", {})
    return content | changes


def test_reasons_that_add_up_to_the_result_are_shown():
    assert fault(SOUND, PROBABILITY) == ""


def test_what_an_earlier_release_stored_is_still_shown():
    earlier = {name: value for name, value in SOUND.items() if name != "prediction"}

    assert fault(earlier, PROBABILITY) == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "empty"),
        ({}, "empty"),
        (damaged(attributions=[]), "empty"),
        (damaged(attributions="none"), "empty"),
        (damaged(attributions=7), "empty"),
        (damaged(scale="log-odds"), "other_scale"),
        (damaged(age={"contribution": math.nan}), "not_finite"),
        (damaged(age={"contribution": math.inf}), "not_finite"),
        (damaged(age={"contribution": None}), "not_finite"),
        (damaged(age={"contribution": "0.12"}), "not_finite"),
        (damaged(age={"feature": "sex"}), "not_finite"),
        (damaged(base_value=None), "not_finite"),
        (damaged(age={"standard_error": None}), "no_error"),
        (damaged(age={"standard_error": math.nan}), "no_error"),
        (damaged(age={"standard_error": -0.01}), "no_error"),
        (damaged(additivity_gap=2e-4), "gap"),
        (damaged(additivity_gap=None), "gap"),
        (damaged(age={"contribution": 0.1203}), "does_not_add_up"),
        (damaged(base_value=0.40), "does_not_add_up"),
        (damaged(prediction=0.55), "does_not_add_up"),
        (damaged(background=None), "no_background"),
        (damaged(background={"name": "", "rows": 100}), "no_background"),
        (damaged(background={"name": "patients"}), "no_background"),
        (damaged(background={"name": "patients", "rows": 0}), "no_background"),
    ],
)
def test_damaged_reasons_are_withheld_and_say_which_check_failed(content, code):
    assert fault(content, PROBABILITY) == code
    assert WORDS[code]


def test_reasons_of_another_result_are_withheld():
    assert fault(SOUND, 0.6103) == "does_not_add_up"
    assert fault(SOUND, None) == "empty"


def test_a_contribution_within_its_own_error_is_not_distinguishable_from_nothing():
    assert is_distinguishable(Attribution("x", -0.05, standard_error=0.02))
    assert not is_distinguishable(Attribution("x", -0.03, standard_error=0.02))


LOG_ODDS = {
    "base_value": -0.30,
    "contributions": {
        "age": {"contribution": 0.50, "standard_error": 0.05},
        "sex": {"contribution": 0.247312, "standard_error": 0.02},
    },
}  # together the log-odds of 0.61


def with_log_odds(**changes):
    return damaged(scales={"log-odds": LOG_ODDS | changes})


def test_the_log_odds_are_shown_where_they_add_up_to_the_result_too():
    assert log_odds(with_log_odds(), PROBABILITY) == OnLogOdds.from_dict(LOG_ODDS)
    assert log_odds(SOUND, PROBABILITY) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"base_value": -0.25},
        {"base_value": None},
        {"contributions": None},
        {"contributions": {"age": {"contribution": 0.747312, "standard_error": 0.05}}},
        {"contributions": {**LOG_ODDS["contributions"],
                           "sex": {"contribution": 0.247312, "standard_error": None}}},
        {"contributions": {"age": 0.5, "sex": 0.247312}},
    ],
)  # fmt: skip
def test_damaged_log_odds_are_withheld(changes):
    assert log_odds(with_log_odds(**changes), PROBABILITY) is None
    assert log_odds(with_log_odds(), 0.5) is None
