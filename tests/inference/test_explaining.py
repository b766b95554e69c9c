"""What is stored of an explanation carries what its own check and its reader need."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from diagnosis.inference.scoring import explaining
from diagnosis.inference.scoring.soundness import fault, log_odds
from diagnosis.inference.stored.entry import Entry
from diagnosis.ml import Artifact
from medportal.settings.base import ROOT

GIVEN = {
    "age": 61, "sex": "male", "chest_pain": "asymptomatic", "exercise_angina": "yes",
    "systolic_bp": 150, "cholesterol": 290, "fasting_glucose_high": "no",
    "resting_ecg": "normal", "peak_heart_rate": 120, "st_depression": 2.0, "st_slope": "flat",
}  # fmt: skip
OBSERVATION = "0d4c3b5e-7a51-4a53-9f3e-2d1f6a1b9c00"


@pytest.fixture(scope="module")
def artifact():
    return Artifact.load(ROOT / "medportal" / "demo" / "data" / "artifacts" / "coronary-disease")


@pytest.fixture(scope="module")
def snapshot(artifact):
    row = artifact.schema.matrix([GIVEN])[0]
    return {
        feature.name: Entry(
            value=GIVEN[feature.name],
            converted=float(value),
            observation=OBSERVATION if feature.name == "cholesterol" else None,
        )
        for feature, value in zip(artifact.schema, row, strict=True)
    }


def of(content, name):
    return next(entry for entry in content["attributions"] if entry["feature"] == name)


@pytest.mark.parametrize(("budget", "method"), [(None, "exact"), (8_000, "paired")])
def test_what_is_stored_passes_its_own_check_on_both_scales(artifact, snapshot, budget, method):
    content = explaining.explain(artifact, snapshot, {}, budget=budget)

    assert content["method"] == method
    assert fault(content, content["prediction"]) == ""
    assert log_odds(content, content["prediction"])


def test_the_error_of_the_computation_is_a_part_of_the_whole_and_none_where_exact(
    artifact, snapshot
):
    exact = explaining.explain(artifact, snapshot, {})
    sampled = explaining.explain(artifact, snapshot, {}, budget=8_000)

    assert {entry["coalition_error"] for entry in exact["attributions"]} == {0.0}
    errors = [(e["coalition_error"], e["standard_error"]) for e in sampled["attributions"]]
    assert all(0 <= alone <= whole for alone, whole in errors)
    assert any(alone > 0 for alone, _ in errors)


def test_a_contribution_says_from_which_value_it_came_and_where_that_lies(artifact, snapshot):
    content = explaining.explain(artifact, snapshot, {})

    assert of(content, "cholesterol")["observation"] == OBSERVATION
    assert of(content, "cholesterol")["outside_range"] == "above"
    assert of(content, "age")["observation"] is None


def test_with_whom_the_patient_was_compared_is_stored(artifact, snapshot):
    day = datetime(2026, 3, 12, tzinfo=UTC)
    version = SimpleNamespace(number=3, published_at=day, created_at=None)

    background = explaining.explain(artifact, snapshot, {}, version)["background"]

    assert background["name"]["en"] == "patients sent for coronary angiography"
    assert (background["rows"], background["population"]) == (100, 210)
    assert (background["version"], background["date"]) == (3, day.isoformat())
