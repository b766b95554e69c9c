"""«Wrong patient»: what the run's form wrote into the chart goes with it, and comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.actions import mark_wrong_patient, stored_by, undo_wrong_patient
from diagnosis.inference.before import fitting
from diagnosis.inference.before.newer import newer_data_since
from diagnosis.inference.lists.worklist import worklist_for
from diagnosis.inference.models import WrongPatientMark
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.records.models import Observation
from diagnosis.records.reading import feature_values
from medportal.common.errors import DomainError
from tests.api.client import Caller
from tests.factories import clinician_at
from tests.pages import drawn
from tests.runnable import Ward, again, ward

pytestmark = pytest.mark.django_db
WHY = "Opened the chart of the neighbouring bed."
TYPED = {"glucose_2h": {"value": 171, "unit": "mg/dL"}, "pregnancies": 4}
CONFIRMED = ("population-understood",)


@pytest.fixture
def sugar(db) -> Ward:
    """A chart that lacks what the form asks."""
    return ward("diabetes-onset", without=("glucose_2h", "pregnancies"))


@pytest.fixture
def run(sugar):
    made = sugar.run(inputs=TYPED, confirmations=CONFIRMED, store_answers=True)
    assert made.state == "done"
    return made


def refused(act, **arguments) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act(**arguments)
    return caught.value


def charted(here: Ward, name: str):
    return feature_values(here.patient, schema_of(here.version), timezone.now())[name].value


def lacking(here: Ward) -> list[str]:
    """What the nurse's round says that the service still needs."""
    (fit,) = fitting.services_for(here.doctor, here.patient)
    return [missing.feature.name for missing in fit.missing]


def withdraw_all(here: Ward, run, **more):
    named = [row.pk for row in stored_by(run)]
    return mark_wrong_patient(actor=here.doctor, prediction=run, reason=WHY, withdraw=named, **more)


def test_what_its_form_stored_is_offered_value_by_value(run):
    assert [(row.code, row.value_number) for row in stored_by(run)] == [
        ("1518-0", 171.0), ("11996-6", 4.0),
    ]  # fmt: skip


def test_chart_round_and_worklist_agree_afterwards(sugar, run):
    withdraw_all(sugar, run)

    assert charted(sugar, "glucose_2h") is None
    assert charted(sugar, "pregnancies") is None
    assert lacking(sugar) == ["glucose_2h", "pregnancies"]
    assert not worklist_for(sugar.doctor).exists()
    history = Observation.unscoped.get(code="11996-6", is_current=True)
    assert (history.status, history.reason) == ("entered-in-error", WHY)


def test_what_is_not_ticked_stays(sugar, run):
    glucose, _pregnancies = stored_by(run)

    mark_wrong_patient(actor=sugar.doctor, prediction=run, reason=WHY, withdraw=[glucose.pk])

    assert charted(sugar, "glucose_2h") is None
    assert charted(sugar, "pregnancies") == 4.0


def test_another_run_that_used_a_withdrawn_value_says_so(sugar, run):
    other = sugar.run(confirmations=CONFIRMED)
    assert newer_data_since(other) == []

    withdraw_all(sugar, run)

    assert [(n.feature.name, n.is_withdrawn) for n in newer_data_since(other)] == [
        ("glucose_2h", True), ("pregnancies", True),
    ]  # fmt: skip


def test_it_is_taken_back_within_a_minute_and_everything_stands_as_before(sugar, run):
    other = sugar.run(confirmations=CONFIRMED)
    withdraw_all(sugar, run)

    undo_wrong_patient(actor=sugar.doctor, prediction=run)

    assert again(run).state == "done"
    assert again(run).entered_in_error_at is None
    assert (charted(sugar, "glucose_2h"), charted(sugar, "pregnancies")) == (171.0, 4.0)
    assert lacking(sugar) == []
    assert newer_data_since(other) == newer_data_since(again(run)) == []
    assert AuditEvent.objects.filter(act="prediction.wrong-patient-undo").count() == 1
    assert AuditEvent.objects.filter(act="observation.restore").count() == 2


def test_after_a_minute_it_stays_as_it_is(sugar, run):
    withdraw_all(sugar, run)
    WrongPatientMark.unscoped.update(at=timezone.now() - timedelta(seconds=61))

    error = refused(undo_wrong_patient, actor=sugar.doctor, prediction=run)

    assert (error.code, error.status) == ("too_late", 409)
    assert again(run).state == "entered-in-error"


def test_a_colleague_takes_nothing_back_and_nothing_is_taken_back_twice(sugar, run):
    colleague = clinician_at(sugar.organisation)
    withdraw_all(sugar, run)
    undo_wrong_patient(actor=sugar.doctor, prediction=run)

    assert refused(undo_wrong_patient, actor=sugar.doctor, prediction=run).status == 409
    assert refused(undo_wrong_patient, actor=colleague, prediction=run).status == 404


def test_a_value_that_was_corrected_meanwhile_is_not_put_back_over_the_correction(sugar, run):
    """All or nothing: the run does not come back without its values."""
    withdraw_all(sugar, run)
    Observation.unscoped.filter(code="11996-6", is_current=True).update(is_current=False)

    assert refused(undo_wrong_patient, actor=sugar.doctor, prediction=run).status == 409
    assert again(run).state == "entered-in-error"
    assert charted(sugar, "glucose_2h") is None


def test_only_values_of_this_run_go_out_and_only_with_a_reason(sugar, run):
    foreign = Observation.unscoped.get(patient=sugar.patient, code="39156-5")
    mine = stored_by(run)[0]

    error = refused(
        mark_wrong_patient, actor=sugar.doctor, prediction=run, withdraw=[mine.pk, foreign.pk]
    )

    assert {p.pointer: p.code for p in error.pointers} == {
        "/withdraw/1": "not_of_this_run", "/reason": "reason_missing",
    }  # fmt: skip
    assert again(run).state == "done"


def test_over_rest_too(sugar, run):
    caller = Caller(sugar.doctor)
    named = [str(row.pk) for row in stored_by(run)]

    marked = caller.post(f"predictions/{run.pk}/wrong-patient", {"reason": WHY, "withdraw": named})
    gone = charted(sugar, "glucose_2h")
    undone = caller.post(f"predictions/{run.pk}/wrong-patient/undo")

    assert (marked.json()["state"], gone) == ("entered-in-error", None)
    assert undone.json()["state"] == "done"
    assert charted(sugar, "glucose_2h") == 171.0


def test_the_page_names_the_values_asks_why_and_offers_to_take_it_back(sugar, run, client_for):
    client, address = client_for(sugar.doctor), f"/predictions/{run.pk}/"
    page = drawn(client.get(address))
    sent = {"reason": WHY, "withdraw": [str(row.pk) for row in stored_by(run)]}

    without = client.post(f"{address}wrong-patient/", {**sent, "reason": " "}, follow=True)
    marked = drawn(client.post(f"{address}wrong-patient/", sent, follow=True))
    back = drawn(client.post(f"{address}wrong-patient/undo/", follow=True))

    assert page.count('name="withdraw"') == 2
    assert "<span>Glucose 2 h after 75 g 171" in page
    assert "say why it is the wrong patient" in drawn(without)
    assert "2 values that its form had stored were withdrawn" in marked
    assert WHY in marked
    assert "Take it back" in marked
    assert "stand as before" in back
    assert again(run).state == "done"
