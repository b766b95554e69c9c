"""What to measure next is stored with the result or the refusal that a worker leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.inference import runner
from diagnosis.inference.scoring import next_measurement
from diagnosis.records.models import Observation
from diagnosis.registry.versions import store
from tests.factories import ConditionFactory
from tests.runnable import Ward, again, ward

pytestmark = pytest.mark.django_db
POPULATION = ("population-understood",)


@pytest.fixture
def sugar(db) -> Ward:
    return ward("diabetes-onset")


def test_a_result_with_filled_in_inputs_says_what_measuring_them_would_change(sugar):
    done = sugar.run(confirmations=POPULATION)

    worth = done.result["next_measurement"]

    assert worth["is_refused"] is False
    assert worth["band"]["code"] == done.band
    assert {item["feature"] for item in worth["items"]} == {"insulin_2h", "skinfold"}
    for item in worth["items"]:
        assert item["reason"] == "missing"
        assert item["burden"]["en"]
        assert item["lower"] <= item["upper"]
        assert sum(one["share"] for one in item["bands"]) == pytest.approx(1)
        assert item["effective_rows"] >= 20


def test_the_range_of_a_filled_in_input_is_that_of_its_plausible_values(sugar):
    done = sugar.run(confirmations=POPULATION)

    ranges = {f["feature"]: (f["lower"], f["upper"]) for f in done.result["filled"]}
    worth = {
        i["feature"]: (i["lower"], i["upper"]) for i in done.result["next_measurement"]["items"]
    }
    assert ranges == worth


def test_a_refusal_for_a_missing_input_says_which_one_decides(sugar):
    Observation.unscoped.filter(patient=sugar.patient, code__in=["1518-0", "39156-5"]).delete()

    refused = sugar.run(confirmations=POPULATION)

    worth = refused.refusal["next_measurement"]
    assert (refused.state, refused.headline) == ("refused", None)
    assert worth["is_refused"] is True
    assert worth["items"][0]["feature"] == "glucose_2h"
    assert {"bmi", "insulin_2h"} <= {item["feature"] for item in worth["items"]}
    assert sum(one["share"] for one in worth["bands"]) == pytest.approx(1)


def test_a_value_too_old_to_be_used_still_tells_what_is_plausible(sugar):
    old = timezone.now() - timedelta(days=120)
    glucose = Observation.unscoped.filter(patient=sugar.patient, code="1518-0")
    glucose.update(observed_at=old, value_number=195.0)

    high = sugar.run(confirmations=POPULATION).refusal["next_measurement"]
    glucose.update(value_number=75.0)
    low = sugar.run(confirmations=POPULATION).refusal["next_measurement"]

    item = next(i for i in high["items"] if i["feature"] == "glucose_2h")
    assert item["reason"] == "old"
    shares = [{one["band"]: one["share"] for one in worth["bands"]} for worth in (high, low)]
    assert shares[0]["high"] > shares[1]["high"] + 0.2


def test_whom_the_service_does_not_fit_no_measurement_helps(sugar):
    Observation.unscoped.filter(patient=sugar.patient, code="1518-0").delete()
    prediction = sugar.ask(confirmations=POPULATION)
    ConditionFactory(patient=sugar.patient, code="E11.9", label="Type 2 diabetes")

    runner.run_prediction(prediction.pk)

    refusal = again(prediction).refusal
    assert {"required_input_missing"} < {ground["code"] for ground in refusal["findings"]}
    assert refusal["next_measurement"] is None


def test_a_value_outside_the_limits_is_no_question_of_measuring_more(sugar):
    artifact = store.load_artifact(sugar.version)
    snapshot = sugar.run(confirmations=POPULATION).snapshot

    codes = ["required_input_missing", "outside_limits"]
    found = next_measurement.of_refusal(
        artifact, sugar.service.definition, snapshot, timezone.now(), codes
    )

    assert found is None


def test_a_result_within_a_step_of_another_band_is_worth_repeating():
    heart = ward()
    done = heart.run()
    artifact = store.load_artifact(heart.version)
    sheet, edge = heart.service.definition, done.headline + 1e-5
    low, high = sheet.bands[:2]
    bands = (replace(low, lower=0, upper=edge), replace(high, lower=edge, upper=1))
    sheet = replace(sheet, bands=bands)

    worth = next_measurement.of_result(
        artifact, sheet, done.snapshot, done.index_at, ["systolic_bp"]
    )

    (item,) = worth.items
    assert (item.feature, item.reason, item.limit) == ("systolic_bp", "again", edge)
    assert 0.4 < item.changes < 0.6


def test_everything_measured_leaves_nothing_to_measure():
    done = ward().run()

    assert done.result["next_measurement"] == {"items": []} or done.result["borderline"]


def test_without_bands_the_estimate_alone_moves():
    chains = ward("flc-mortality", without=("lambda",))

    refused = chains.run()

    worth = refused.refusal["next_measurement"]
    (item,) = worth["items"]
    assert (worth["band"], item["changes"], item["limit"]) == (None, None, None)
    assert item["expected_change"] > 0


def test_the_same_inputs_give_the_same_advice(sugar):
    first, second = (sugar.run(confirmations=POPULATION) for _ in range(2))

    assert first.result["next_measurement"] == second.result["next_measurement"]
