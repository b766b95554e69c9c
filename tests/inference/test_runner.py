"""What a worker does with one row: once, with the right result, or a refusal and its cure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from diagnosis.inference import runner
from diagnosis.inference.models import Explanation, Prediction
from diagnosis.inference.scoring import explaining
from diagnosis.ml.explain.explainer import Plan
from diagnosis.records.models import Observation
from diagnosis.registry import actions as registry
from diagnosis.registry.versions import store
from medportal.common.queue import lost
from tests.factories import ConditionFactory, ObservationFactory, reviewer_at
from tests.runnable import CORONARY, Ward, again, explanation_of, ward

pytestmark = pytest.mark.django_db
POPULATION = ("population-understood",)


@pytest.fixture
def heart(db) -> Ward:
    return ward()


@pytest.fixture
def sugar(db) -> Ward:
    return ward("diabetes-onset")


def test_a_prediction_is_computed_explained_and_audited(heart):
    done = heart.run()
    explanation = explanation_of(done)

    assert done.state == "done"
    assert 0 < done.headline < 1
    assert done.result["probability"] == done.headline
    low, high = done.result["interval"]
    assert low <= done.headline <= high
    assert done.band == done.result["band"]["code"]
    assert explanation.state == "done"
    total = explanation.content["base_value"] + sum(
        one.contribution for one in explanation.reasons.attributions
    )
    assert total == pytest.approx(done.headline, abs=1e-4)
    acts = list(
        AuditEvent.objects.filter(patients=[heart.patient.pk]).values_list("act", flat=True)
    )
    assert sorted(acts) == ["prediction.explain", "prediction.request", "prediction.run"]


def test_a_copy_of_the_message_changes_nothing(heart):
    done = heart.run()

    assert runner.run_prediction(done.pk) == []
    assert runner.run_explanation(explanation_of(done).pk)

    assert again(done).attempts == 1
    assert AuditEvent.objects.filter(act="prediction.run").count() == 1
    assert Explanation.unscoped.count() == 1


def test_a_row_held_by_somebody_is_left_to_them(heart):
    prediction = heart.ask()
    held = Prediction.unscoped.claim(prediction.pk)

    assert runner.run_prediction(prediction.pk) == []
    assert again(prediction).attempts == held.attempts == 1


def test_a_lapsed_lease_is_taken_over_and_the_late_worker_cannot_settle(heart):
    prediction = heart.ask()
    late = Prediction.unscoped.claim(prediction.pk)
    lapsed = timezone.now() - timedelta(seconds=1)
    Prediction.unscoped.filter(pk=prediction.pk).update(lease_until=lapsed)

    runner.run_prediction(prediction.pk)
    kept = again(prediction)

    assert (kept.state, kept.attempts) == ("done", 2)
    assert not Prediction.unscoped.settle(late, state="failed", failure_code="late")
    assert again(prediction).state == "done"


def test_after_the_last_attempt_the_sweep_gives_up(heart):
    prediction = heart.ask()
    for _ in range(settings.ATTEMPT_LIMIT):
        assert Prediction.unscoped.claim(prediction.pk)
        lapsed = timezone.now() - timedelta(seconds=1)
        Prediction.unscoped.filter(pk=prediction.pk).update(lease_until=lapsed)
    assert Prediction.unscoped.claim(prediction.pk) is None

    assert runner.waiting_predictions(10) == []

    failed = again(prediction)
    assert (failed.state, failed.failure_code) == ("failed", "too_many_attempts")
    assert failed.attempts == settings.ATTEMPT_LIMIT
    assert AuditEvent.objects.filter(act="prediction.run", outcome="failed").count() == 1


def test_the_sweep_rings_for_what_nobody_holds(heart):
    waiting, held = heart.ask(), heart.ask()
    Prediction.unscoped.claim(held.pk)
    long_ago = timezone.now() - timedelta(seconds=settings.RING_AGAIN_SECONDS + 1)
    Prediction.unscoped.filter(pk__in=[waiting.pk, held.pk]).update(requested_at=long_ago)

    assert runner.waiting_predictions(10) == [waiting.pk]


def test_what_waits_behind_others_is_not_rung_for_again_at_once(heart, monkeypatch):
    """Only behind an empty queue is a message lost; else its turn comes."""
    waiting = heart.ask()
    asked = timezone.now() - timedelta(seconds=settings.SWEEP_SECONDS + 1)
    Prediction.unscoped.filter(pk=waiting.pk).update(requested_at=asked)

    monkeypatch.setattr(lost, "_messages", lambda _: 7)
    behind_others = runner.waiting_predictions(10)
    monkeypatch.setattr(lost, "_messages", lambda _: 0)

    assert behind_others == []
    assert runner.waiting_predictions(10) == [waiting.pk]


def test_rights_taken_away_between_request_and_run(heart):
    prediction = heart.ask()
    Membership.objects.filter(user=heart.doctor).update(ends_at=timezone.now())

    runner.run_prediction(prediction.pk)

    refused = again(prediction)
    assert (refused.state, refused.refusal["code"]) == ("refused", "no_longer_allowed")
    assert refused.headline is None


def test_a_person_who_was_deactivated_meanwhile(heart):
    prediction = heart.ask()
    heart.doctor.is_active = False
    heart.doctor.save()

    runner.run_prediction(prediction.pk)

    assert again(prediction).refusal["code"] == "no_longer_allowed"


def test_a_service_stopped_between_request_and_run(heart):
    prediction = heart.ask()
    reviewer = reviewer_at(heart.organisation)
    registry.stop_version(actor=reviewer, version=heart.version, reason="Look at it.")

    runner.run_prediction(prediction.pk)

    refusal = again(prediction).refusal
    assert refusal["code"] == "service_stopped"
    assert refusal["cure"]["zh-Hans"]


def test_outside_the_population_there_is_a_reason_and_no_number(heart):
    ConditionFactory(patient=heart.patient, code="I21.0")

    refused = heart.run()

    assert refused.state == "refused"
    assert refused.refusal["code"] == "known-coronary-disease"
    assert refused.refusal["message"]["en"]
    assert refused.refusal["cure"]["zh-Hans"]
    assert refused.result is None
    assert not Explanation.unscoped.exists()
    assert AuditEvent.objects.filter(act="prediction.refused", outcome="refused").exists()


def test_a_missing_input_is_named_and_adding_it_cures_the_refusal(heart):
    Observation.unscoped.filter(patient=heart.patient, code="peak-heart-rate").delete()
    refused = heart.run()
    assert refused.refusal["code"] == "required_input_missing"
    assert refused.refusal["features"] == ["peak_heart_rate"]
    assert "Peak heart rate" in refused.refusal["message"]["en"]

    system, code, value, unit = CORONARY["peak_heart_rate"]
    ObservationFactory(
        patient=heart.patient, system=system, code=code, value_number=value, unit=unit
    )

    assert heart.run().state == "done"


def test_a_value_past_its_look_back_is_too_old_until_somebody_uses_it_anyway(heart):
    old = timezone.now() - timedelta(days=120)
    Observation.unscoped.filter(patient=heart.patient, code="8480-6").update(observed_at=old)

    refused = heart.run()
    used = heart.run(include_stale=("systolic_bp",))

    assert (refused.refusal["code"], refused.refusal["features"]) == (
        "input_too_old", ["systolic_bp"],
    )  # fmt: skip
    assert used.state == "done"
    assert "stale_inputs_used" in {warning["code"] for warning in used.warnings}


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"unit": ""}, "without its unit"), ({"value_number": 9000.0}, "no body has")],
)
def test_a_chart_value_that_cannot_be_read_is_refused_and_not_passed_over(heart, change, reason):
    Observation.unscoped.filter(patient=heart.patient, code="2093-3").update(**change)

    refusal = heart.run().refusal

    assert refusal["code"] == "chart_value_unreadable"
    assert reason in refusal["message"]["en"]
    assert heart.run(inputs={"cholesterol": 240}).state == "done"


def test_a_value_beyond_the_service_s_limits_is_refused(heart):
    refusal = heart.run(inputs={"cholesterol": 720}).refusal

    assert (refusal["code"], refusal["features"]) == ("outside_limits", ["cholesterol"])


def test_what_must_be_confirmed_is_asked_and_then_known_for_the_patient(sugar):
    refused = sugar.run()
    confirmed = sugar.run(confirmations=POPULATION)
    later = sugar.run()

    assert refused.refusal["code"] == "confirmation_needed"
    assert (confirmed.state, later.state) == ("done", "done")


def test_every_ground_is_kept_and_the_first_speaks(sugar):
    ConditionFactory(patient=sugar.patient, code="E11")
    Observation.unscoped.filter(patient=sugar.patient, code="39156-5").delete()

    refusal = sugar.run(confirmations=POPULATION).refusal

    assert refusal["code"] == "known-diabetes"
    assert [g["code"] for g in refusal["findings"]] == ["known-diabetes", "required_input_missing"]


def test_an_artifact_that_cannot_be_read_fails_with_a_code(heart):
    prediction = heart.ask()
    store.forget_loaded()
    (store._beside() / f"{heart.version.digest}.zip").unlink(missing_ok=True)
    default_storage.delete(store.object_name(heart.version.digest))

    runner.run_prediction(prediction.pk)

    failed = again(prediction)
    assert (failed.state, failed.failure_code) == ("failed", "artifact_unreadable")
    assert AuditEvent.objects.filter(act="prediction.run", outcome="failed").exists()


def test_an_unexpected_error_hands_the_row_back_at_once(heart):
    prediction = heart.ask()
    Prediction.unscoped.filter(pk=prediction.pk).update(inputs=[])  # no snapshot at all

    with pytest.raises(AttributeError):
        runner.run_prediction(prediction.pk)

    assert again(prediction).attempts == 1
    assert Prediction.unscoped.claimable().filter(pk=prediction.pk).exists()


def test_a_slow_explanation_is_left_to_the_batch_queue(heart, monkeypatch):
    # As if this model had a thousand inputs more.
    monkeypatch.setattr(explaining, "plan", lambda *_: Plan("kernel", float("inf")))
    (pk,) = runner.run_prediction(heart.ask().pk)

    assert not runner.run_explanation(pk)
    assert Explanation.unscoped.get(pk=pk).attempts == 0
    assert runner.run_explanation(pk, slow_allowed=True)
    assert Explanation.unscoped.get(pk=pk).state == "done"


def test_an_explanation_tried_too_often_fails_and_leaves_the_number_alone(heart):
    prediction = heart.ask()
    (pk,) = runner.run_prediction(prediction.pk)
    Explanation.unscoped.filter(pk=pk).update(attempts=settings.ATTEMPT_LIMIT)

    assert runner.waiting_explanations(10) == []

    assert Explanation.unscoped.get(pk=pk).failure_code == "too_many_attempts"
    assert again(prediction).state == "done"
    assert AuditEvent.objects.filter(act="prediction.explain", outcome="failed").count() == 1
