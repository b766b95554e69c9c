"""While both releases run: what the one before writes and reads, on the tables of this one."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from diagnosis.inference.models import Job, Prediction
from tests.factories import PredictionFactory

pytestmark = pytest.mark.django_db
BEFORE = (
    "id", "requested_at", "started_at", "finished_at", "state", "attempts", "failure_code",
    "organisation_id", "service_id", "version_id", "patient_id", "requested_by_id", "owner_id",
    "origin", "index_at", "inputs", "confirmations", "asks_estimate", "result", "refusal",
    "warnings", "probability", "band", "run_again_of_id", "idempotency_key", "request_digest",
    "decided_at", "dismissed_at", "entered_in_error_by_id", "entered_in_error_at", "is_newest",
)  # fmt: skip
"""The columns that its model names in every INSERT and SELECT; of jobs the few that matter."""


def before(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def told(row):
    """What the release before reads."""
    ((probability,),) = before("SELECT probability FROM inference_prediction WHERE id = %s", row.pk)
    return probability


def columns():
    found = before(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = 'inference_prediction'"
    )
    return {name for (name,) in found}


def test_the_release_before_reads_every_column_that_it_knows():
    row = PredictionFactory(headline=0.23)
    known = [name for name in BEFORE if name in columns()]

    assert "probability" in known
    assert before(f"SELECT {', '.join(known)} FROM inference_prediction WHERE id = %s", row.pk)
    assert told(row) == 0.23


def test_what_the_release_before_inserts_has_its_headline():
    """A copied row under its old names, without the column that it does not know."""
    row = PredictionFactory(headline=0.23, patient=None)
    known = [name for name in columns() if name not in ("id", "headline", "probability")]
    listed = ", ".join(known)

    before(
        f"INSERT INTO inference_prediction (id, probability, {listed}) "
        f"SELECT gen_random_uuid(), 0.61, {listed} FROM inference_prediction WHERE id = %s",
        row.pk,
    )

    copied = Prediction.unscoped.exclude(pk=row.pk).get()
    assert (copied.headline, told(copied)) == (0.61, 0.61)


def test_what_the_release_before_settles_has_its_headline():
    row = PredictionFactory(state=Job.State.RUNNING, headline=None, result=None, band="")

    before(
        "UPDATE inference_prediction SET state = 'done', result = %s, probability = 0.42, "
        "band = 'moderate' WHERE id = %s AND state = 'running'",
        json.dumps({"kind": "binary", "probability": 0.42}),
        row.pk,
    )

    row.refresh_from_db()
    assert (row.headline, row.answer.headline.value) == (0.42, 0.42)


def test_a_row_that_the_release_before_saves_whole_keeps_its_headline():
    row = PredictionFactory(headline=0.23)

    before(
        "UPDATE inference_prediction SET probability = 0.23, band = 'high' WHERE id = %s", row.pk
    )

    row.refresh_from_db()
    assert (row.headline, row.band) == (0.23, "high")


def test_what_this_release_writes_the_one_before_reads():
    row = PredictionFactory(state=Job.State.RUNNING, headline=None, result=None, band="")
    assert told(row) is None

    row.result, row.headline = {"kind": "binary", "probability": 0.3}, 0.3
    row.save()
    assert told(row) == 0.3

    Prediction.unscoped.filter(pk=row.pk).update(headline=None, result=None)
    assert told(row) is None


def test_the_release_before_never_sees_a_number_that_is_no_probability():
    """It would print 72 as 7200 %."""
    weight = {"kind": "regression", "value": 72.0}

    row = PredictionFactory(headline=72.0, result=weight)

    row.refresh_from_db()
    assert (row.headline, told(row)) == (72.0, None)


def test_the_worklist_of_the_release_before_finds_by_its_risk():
    low, high = PredictionFactory(headline=0.1), PredictionFactory(headline=0.8)

    found = before(
        "SELECT id FROM inference_prediction WHERE is_newest ORDER BY probability DESC NULLS FIRST"
    )

    assert [pk for (pk,) in found] == [high.pk, low.pk]
