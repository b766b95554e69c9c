"""What runs keep as JSON: read and written as it was, also what earlier code wrote."""

from __future__ import annotations

import pytest

from diagnosis.inference.models import Job
from diagnosis.inference.stored.refusal import Ground, Refusal
from tests.factories import PredictionFactory

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
