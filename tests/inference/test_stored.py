"""What runs keep as JSON: read and written as it was, also what earlier code wrote."""

from __future__ import annotations

import pytest

from diagnosis.inference.models import Job
from diagnosis.inference.scoring.soundness import log_odds
from diagnosis.inference.stored.entry import Entry, read_snapshot, written_snapshot
from diagnosis.inference.stored.reasons import Attribution, Background
from diagnosis.inference.stored.refusal import Ground, Refusal
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
        state=Job.State.REFUSED, refusal=old, result=None, probability=None, band=""
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
