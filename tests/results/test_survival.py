"""A risk over time: its curve, its median, its words; and one real run of it."""

from __future__ import annotations

import pytest

from diagnosis.ml import Artifact
from diagnosis.results.stored import read_result, written_result
from tests.factories import ConditionFactory
from tests.runnable import artifact_of, explanation_of, ward

SLUG = "breast-recurrence"
CONFIRMED = ("breast-cancer", "surgery-first")


@pytest.fixture
def breast(db):
    found = ward(SLUG, sex="female")
    ConditionFactory(patient=found.patient, code="C50.9")
    return found


@pytest.fixture
def run(breast):
    return breast.run(confirmations=CONFIRMED)


@pytest.mark.slow
def test_a_run_keeps_the_curve_that_the_artifact_says(breast, run):
    artifact = Artifact.load(artifact_of(SLUG))
    row = {name: entry.converted for name, entry in run.snapshot.items()}
    (curve,) = artifact.predict([row])
    found = run.result

    assert run.state == "done", (run.failure_code, run.refusal)
    assert found["unit"] == "d"
    assert found["times"] == list(artifact.task.times)
    assert [1 - share for share in found["survival"]] == pytest.approx(list(curve), rel=1e-6)
    assert set(found["risks"]) == {"365", "1095", "1825"}
    assert run.headline == found["risks"]["1825"]
    assert written_result(read_result(found)) == found
    for low, share, high in zip(
        found["interval"][0], found["survival"], found["interval"][1], strict=True
    ):
        assert 0 <= low < share < high <= 1
    explanation = explanation_of(run)
    assert explanation.state == "done", explanation.failure_code
