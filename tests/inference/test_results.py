"""What a result says beside its number: band, interval, what was missing, the next band."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnosis.inference.scoring import score
from diagnosis.registry.versions import store
from tests.runnable import DIABETES, Ward, explanation_of, ward

pytestmark = pytest.mark.django_db
POPULATION = ("population-understood",)


@pytest.fixture
def heart(db) -> Ward:
    return ward()


@pytest.fixture
def sugar(db) -> Ward:
    return ward("diabetes-onset")


def test_missing_inputs_are_named_with_what_was_assumed_and_how_far_it_could_move(sugar):
    done = sugar.run(confirmations=POPULATION)

    assert set(done.result["imputed"]) == {"insulin_2h", "skinfold"}
    for filled in done.result["filled"]:
        assert filled["assumed"] is not None
        assert filled["lower"] <= done.headline + 1e-6
        assert filled["upper"] >= done.headline - 1e-6
    hatched = {one.feature for one in explanation_of(done).reasons.attributions if one.imputed}
    assert hatched == {"insulin_2h", "skinfold"}
    assert "inputs_filled_in" in {warning["code"] for warning in done.warnings}


def test_glucose_in_the_other_unit_gives_the_same_number(sugar):
    mass = sugar.run(confirmations=POPULATION, inputs={"glucose_2h": 180.2})
    molar = sugar.run(inputs={"glucose_2h": {"value": 10.0, "unit": "mmol/L"}})

    assert molar.inputs["glucose_2h"]["unit"] == "mmol/L"
    assert molar.headline == pytest.approx(mass.headline, abs=1e-6)


def test_the_population_s_note_stands_with_every_number(sugar):
    done = sugar.run(confirmations=POPULATION)

    note = next(w for w in done.warnings if w["code"] == "population_note")
    assert "Pima" in note["message"]["en"]


def test_a_run_without_a_patient_says_what_nobody_checked(sugar):
    inputs = {name: {"value": v, "unit": u} for name, (_s, _c, v, u) in DIABETES.items()}

    done = sugar.run(patient=None, inputs={**inputs, "age": 45})

    unchecked = {w["rule"] for w in done.warnings if w["code"] == "not_checked"}
    assert done.state == "done"
    assert {"pregnant", "known-diabetes"} <= unchecked


def test_a_step_of_measurement_error_across_a_band_is_called_borderline(heart):
    sheet = heart.service.definition
    done = heart.run()
    artifact = store.load_artifact(heart.version)
    sheet = replace(sheet, bands=_split_at(sheet.bands, done.headline))

    result = score.score(artifact, sheet, done.snapshot)

    assert "systolic_bp" in {one.feature for one in result.borderline}


def _split_at(bands, probability):
    """Two bands that meet just above the result."""
    edge = probability + 1e-5
    low, high = bands[:2]
    return (replace(low, lower=0, upper=edge), replace(high, lower=edge, upper=1))


def test_the_local_count_is_of_scores_like_this(heart):
    done = heart.run()
    count = done.result["local_count"]

    assert count["lower"] <= done.headline <= count["upper"]
    assert count["n"] >= 20
