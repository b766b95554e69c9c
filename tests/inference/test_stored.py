"""What runs keep as JSON: read and written as it was, also what earlier code wrote."""

from __future__ import annotations

import pytest

from diagnosis.inference.models import Job
from diagnosis.inference.scoring.soundness import log_odds
from diagnosis.inference.stored.entry import Entry, read_snapshot, written_snapshot
from diagnosis.inference.stored.reasons import Attribution, Background
from diagnosis.inference.stored.refusal import Ground, Refusal
from diagnosis.inference.stored.warning import Caution
from diagnosis.ml.results.estimate import Estimate
from diagnosis.results.result import BandThen
from diagnosis.results.stored import read_result, written_result
from tests.factories import ExplanationFactory, PredictionFactory

MISSING = {
    "code": "required_input_missing",
    "message": {"en": "Missing: Albumin.", "zh-Hans": "缺少：白蛋白。"},
    "features": ["albumin"],
    "cure": {"en": "Add it and run again: Albumin.", "zh-Hans": "请补充后重新运行：白蛋白。"},
    "source": "",
    "confirmation": "",
}
CONFIRM = {
    **MISSING,
    "code": "confirmation_needed",
    "features": [],
    "source": {"en": "Guideline.", "zh-Hans": "指南。"},
    "confirmation": "population-understood",
}


def test_a_refusal_is_written_as_it_was_read():
    stored = {**CONFIRM, "findings": [CONFIRM, MISSING], "next_measurement": {"items": []}}

    refusal = Refusal.from_dict(stored)

    assert refusal.to_dict() == stored
    assert (refusal.code, refusal.features) == ("confirmation_needed", {"albumin"})


@pytest.mark.django_db
def test_a_refusal_of_earlier_code_is_its_own_only_ground():
    """Before several grounds were kept, and before a cure, a source or a next measurement was."""
    old = {"code": "unlike_training", "message": {"en": "Unlike."}, "features": ["albumin"]}
    row = PredictionFactory(
        state=Job.State.REFUSED, refusal=old, result=None, headline=None, band=""
    )
    row.refresh_from_db()

    assert row.refused == Refusal((Ground("unlike_training", {"en": "Unlike."}, ("albumin",)),))
    assert row.refused.next_measurement is None
    assert PredictionFactory().refused is None


ALBUMIN = {
    "value": 3.1,
    "unit": "g/dL",
    "converted": 31.0,
    "source": "laboratory",
    "observed_at": "2026-01-05T07:30:00+00:00",
    "observation": "5f6d1cf6-5f0c-4f2c-9a55-1f0a5f6f1c11",
    "status": "current",
    "reason": "",
    "basis": "",
}


def test_an_input_is_written_as_it_was_read():
    stored = {"albumin": ALBUMIN, "ascites": {**ALBUMIN, "value": "none", "converted": 0.0}}

    assert written_snapshot(read_snapshot(stored)) == stored


@pytest.mark.django_db
def test_inputs_of_earlier_code_read_with_what_they_lack_left_open():
    """Before the reason and the basis of a reading were kept, and before its observation was."""
    old = {"albumin": {"value": 3.1, "unit": "g/dL", "converted": 31.0, "status": "given"}}
    row = PredictionFactory(inputs=old)
    row.refresh_from_db()

    assert row.snapshot == {"albumin": Entry(3.1, "g/dL", 31.0, status="given")}
    assert row.snapshot["albumin"].moment is None


REASONS = {
    "method": "exact",
    "scale": "probability",
    "base_value": 0.2,
    "prediction": 0.3,
    "additivity_gap": 0.0,
    "background": {"name": "cohort", "rows": 100},
    "attributions": [{"feature": "albumin", "contribution": 0.1, "standard_error": 0.0}],
}


def test_an_attribution_is_written_as_it_was_read():
    written = Attribution("albumin", 0.1, label={"en": "Albumin"}, reference_range=[35.0, 50.0])

    assert Attribution.from_dict(written.to_dict()) == written
    assert written.to_dict()["reference_range"] == [35.0, 50.0]


@pytest.mark.django_db
def test_reasons_of_earlier_code_lack_what_was_not_asked_then():
    """Before pairs, log-odds, the typical range, the computation's error and the version."""
    row = ExplanationFactory(content=REASONS)
    row.refresh_from_db()

    (one,) = row.reasons.attributions
    assert (one.coalition_error, one.typical_range, one.family) == (None, None, None)
    assert (row.reasons.pairs, row.reasons.background) == ((), Background("cohort", 100))
    assert log_odds(row.content, 0.3) is None
    assert ExplanationFactory(content=None).reasons is None


BAND = {
    "code": "high",
    "label": {"en": "high", "zh-Hans": "高"},
    "lower": 0.5,
    "upper": 1.0,
    "action": {"en": "Refer"},
    "action_code": "refer",
    "text": None,
    "source": {"en": "Guideline"},
}
ANSWER = {
    "kind": "binary",
    "probability": 0.62,
    "interval": [0.5, 0.7],
    "interval_method": "other models",
    "interval_level": 0.9,
    "band": BAND,
    "imputed": ["albumin"],
    "filled": [
        {"feature": "albumin", "label": {"en": "Albumin"}, "assumed": 35.0, "assumed_label": None,
         "assumed_text": None, "unit": "g/L", "lower": 0.4, "upper": 0.8},
    ],
    "borderline": [
        {"feature": "age", "value": 61.0, "probability": 0.49, "band": "low",
         "band_label": {"en": "low"}},
    ],
    "step_effects": {"age": 0.01},
    "next_measurement": {"items": []},
    "local_count": {"lower": 0.5, "upper": 1.0, "n": 40, "events": 25},
    "average": 0.2,
}  # fmt: skip


def test_a_result_is_written_as_it_was_read():
    result = read_result(ANSWER)

    assert written_result(result) == ANSWER
    assert list(written_result(result)) == list(ANSWER)
    assert result.headline == Estimate("event", 0.62, (0.5, 0.7))
    assert read_result(written_result(result)) == result


@pytest.mark.django_db
def test_a_result_of_earlier_code_leaves_open_what_was_not_asked_then():
    """Before the band's codes, the level of the interval, steps, counts and measurements."""
    old = {"probability": 0.62, "band": {"code": "high", "label": "high"}, "interval": [0.5, 0.7]}
    row = PredictionFactory(result=old)
    row.refresh_from_db()

    answer = row.answer
    assert answer.headline == Estimate("event", 0.62, (0.5, 0.7))
    assert answer.band == BandThen("high", "high")
    assert (answer.interval_level, answer.step_effects, answer.next_measurement) == (None,) * 3
    assert (answer.filled, answer.borderline, answer.average) == ((), (), None)


def test_a_result_without_a_number_has_no_estimate_and_none_of_zero():
    for stored in ({"kind": "binary", "probability": None}, {"kind": "binary"}, {"kind": "sung"}):
        result = read_result(stored)
        assert (result.kind, result.estimates, result.headline) == (stored["kind"], (), None)


@pytest.mark.django_db
def test_a_withheld_result_has_no_answer():
    row = PredictionFactory()
    row.withhold()

    assert row.answer is None


def test_a_warning_is_written_as_it_was_read():
    plain = {"code": "stale_inputs_used", "message": {"en": "Old."}, "features": ["albumin"]}
    unchecked = {**plain, "code": "not_checked", "features": [], "rule": "pregnant"}
    told = {"cure": {"en": "Call."}, "source": {"en": "Guideline."}, "for_patient": None}
    standing = {**plain, **told, "code": "bilirubin", "standing": True}

    for stored in (plain, unchecked, standing):
        assert Caution.from_dict(stored).to_dict() == stored


@pytest.mark.django_db
def test_only_what_says_so_stands_whatever_the_score():
    """Before rules of that kind a warning had no more than a code and a sentence."""
    row = PredictionFactory(warnings=[{"code": "population_note", "message": {"en": "Adults."}}])
    row.refresh_from_db()

    assert [one.code for one in row.cautions] == ["population_note"]
    assert row.standing == []
