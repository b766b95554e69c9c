"""Input unlike the training data is refused before a number is computed, and says why."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from diagnosis.inference.scoring import score
from diagnosis.ml import Artifact
from diagnosis.registry.versions import store
from tests.runnable import Ward, ward

pytestmark = pytest.mark.django_db
UNLIKE = "unlike_training"
POPULATION = ("population-understood",)
MG = "mg/dL"


@pytest.fixture
def heart(db) -> Ward:
    return ward()


def codes(prediction) -> list[str]:
    return [ground["code"] for ground in (prediction.refusal or {}).get("findings", ())]


def light_chains(kappa: float, lambda_: float) -> dict:
    return {
        "age": 68, "sex": "male",
        "kappa": {"value": kappa, "unit": MG}, "lambda": {"value": lambda_, "unit": MG},
    }  # fmt: skip


def test_swapped_pressure_and_cholesterol_are_refused_and_named_in_both_languages(heart):
    refused = heart.run(inputs={"systolic_bp": 240, "cholesterol": 132})

    assert (refused.state, refused.headline, refused.result) == ("refused", None, None)
    assert codes(refused) == [UNLIKE]
    assert refused.refusal["features"][0] == "systolic_bp"
    assert "(240 mmHg)" in refused.refusal["message"]["en"]
    assert refused.refusal["message"]["zh-Hans"].count("（240 mmHg）") == 1
    assert "judge without this estimate" in refused.refusal["cure"]["en"]
    assert not refused.refusal["cure"]["zh-Hans"].isascii()


def test_light_chains_ten_times_too_large_are_refused_though_their_ratio_is_usual(db):
    light = ward("flc-mortality")

    usual = light.run(patient=None, inputs=light_chains(1.6, 1.9))
    tenfold = light.run(patient=None, inputs=light_chains(16, 19))

    assert usual.state == "done"
    assert codes(tenfold) == [UNLIKE]
    assert set(tenfold.refusal["features"]) <= {"kappa", "lambda", "age"}


def test_the_value_is_said_as_it_was_entered(db):
    light = ward("flc-mortality")
    inputs = light_chains(1.6, 1.9) | {
        "kappa": {"value": 160, "unit": "mg/L"}, "lambda": {"value": 190, "unit": "mg/L"},
    }  # fmt: skip

    refused = light.run(patient=None, inputs=inputs)

    assert "190 mg/L" in refused.refusal["message"]["en"]


def test_a_glucose_read_in_the_other_unit_is_refused_beside_the_rule_of_the_service(db):
    """60 mg/dL typed as mmol/L is 1,081 mg/dL: no limit of the input stops it."""
    sugar = ward("diabetes-onset")

    refused = sugar.run(
        confirmations=POPULATION, inputs={"glucose_2h": {"value": 60, "unit": "mmol/L"}}
    )

    assert refused.state == "refused"
    assert UNLIKE in codes(refused)
    assert any("60 mmol/L" in g["message"]["en"] for g in refused.refusal["findings"])


def test_a_what_if_is_refused_alike(heart):
    asked = heart.run(inputs={"systolic_bp": 240, "cholesterol": 132}, origin="what_if")

    assert (asked.state, codes(asked)) == ("refused", [UNLIKE])


def test_running_it_again_with_the_values_put_right_gives_a_number(heart):
    refused = heart.run(inputs={"systolic_bp": 240, "cholesterol": 132})
    again = heart.run(inputs={"systolic_bp": 132, "cholesterol": 240}, run_again_of=refused)

    assert (refused.state, again.state) == ("refused", "done")


def test_no_number_is_computed_for_it(heart, monkeypatch):
    def never(*_args, **_kwargs):
        raise AssertionError("A number was computed.")

    monkeypatch.setattr(score, "score", never)
    assert heart.run(inputs={"systolic_bp": 240, "cholesterol": 132}).state == "refused"


def test_the_audit_trail_says_that_it_was_refused(heart):
    refused = heart.run(inputs={"systolic_bp": 240, "cholesterol": 132})

    event = AuditEvent.objects.get(act="prediction.refused", what=f"prediction/{refused.pk}")
    assert event.outcome == AuditEvent.Outcome.REFUSED
    assert "240" not in str(event.detail)


def test_what_is_missing_is_asked_for_first(db):
    lacking = ward(without=("st_slope",))

    refused = lacking.run(inputs={"systolic_bp": 240, "cholesterol": 132})

    assert codes(refused) == ["required_input_missing"]


def test_a_version_without_the_measure_scores_as_before(heart, monkeypatch):
    monkeypatch.setattr(Artifact, "novelty", None)
    store.forget_loaded()

    assert heart.run(inputs={"systolic_bp": 240, "cholesterol": 132}).state == "done"
