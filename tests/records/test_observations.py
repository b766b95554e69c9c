"""Recording and correcting: who may, what stays, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent, Role
from diagnosis.records import actions, chart
from diagnosis.records.models import Observation
from medportal.common.errors import DomainError
from tests.factories import ObservationFactory, person_at
from tests.records.conftest import Ward, given


def refusal(call, **arguments) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value


def test_a_nurse_records_a_value(ward: Ward):
    row = actions.record_observation(
        actor=ward.nurse, patient=ward.patient, given=given("2093-3", 240, "mg/dl")
    )

    row.refresh_from_db()
    assert (row.value_number, row.unit, row.status) == (240.0, "mg/dL", "final")
    assert (row.reference_low, row.reference_high, row.flag) == (120.0, 199.0, "H")
    assert row.recorded_by == ward.nurse


def test_an_answer_is_stored_as_its_value(ward: Ward):
    row = actions.record_observation(
        actor=ward.doctor, patient=ward.patient, given=given("chest-pain-type", "typical-angina")
    )

    assert (row.value_code, row.value_number, row.unit) == ("typical-angina", None, "")
    assert row.system == "urn:medportal:codes"


def test_the_laboratorys_own_range_counts(ward: Ward):
    row = actions.record_observation(
        actor=ward.doctor,
        patient=ward.patient,
        given=given("2093-3", 240.0, "mg/dL", reference_low=100.0, reference_high=250.0),
    )

    assert (row.reference_high, row.flag) == (250.0, "")


@pytest.mark.parametrize("role", [Role.DATA_SCIENTIST, Role.REVIEWER, Role.ADMINISTRATOR,
                                  Role.PRIVACY_OFFICER])  # fmt: skip
def test_other_roles_write_nothing(ward: Ward, role: str):
    other = person_at(ward.organisation, role)
    error = refusal(
        actions.record_observation, actor=other, patient=ward.patient,
        given=given("8867-4", 60.0, "/min"),
    )  # fmt: skip

    assert (error.code, error.status) == ("not_permitted", 403)


def test_a_nurse_of_another_team_is_refused_as_if_there_were_no_patient(ward: Ward):
    row = ObservationFactory(patient=ward.patient)
    value = given("8480-6", 120.0, "mm[Hg]")

    written = refusal(
        actions.record_observation, actor=ward.elsewhere, patient=ward.patient, given=value
    )
    corrected = refusal(
        actions.correct_observation, actor=ward.elsewhere, observation=row, given=value, reason="x"
    )

    assert (written.code, written.status) == ("patient_not_found", 404)
    assert (corrected.code, corrected.status) == ("observation_not_found", 404)
    assert Observation.unscoped.count() == 1


def test_the_act_leaves_one_event(ward: Ward):
    row = actions.record_observation(
        actor=ward.nurse, patient=ward.patient, given=given("8867-4", 60.0, "/min")
    )

    event = AuditEvent.objects.get()
    assert (event.act, event.patients) == ("observation.record", [ward.patient.pk])
    assert event.what == f"observation/{row.pk}"


def test_the_same_value_twice_is_a_slip(ward: Ward):
    value = given("8867-4", 60.0, "/min", observed_at=timezone.now() - timedelta(hours=1))
    actions.record_observation(actor=ward.nurse, patient=ward.patient, given=value)

    error = refusal(
        actions.record_observation, actor=ward.doctor, patient=ward.patient, given=value
    )

    assert (error.code, error.status) == ("duplicate_observation", 409)


def test_a_correction_keeps_what_stood_there(ward: Ward):
    old = ObservationFactory(patient=ward.patient, value_number=1320.0)

    new = actions.correct_observation(
        actor=ward.doctor,
        observation=old,
        given=given("8480-6", 132.0, "mm[Hg]"),
        reason="slip of the finger",
    )

    old.refresh_from_db()
    assert (old.value_number, old.is_current, old.status) == (1320.0, False, "final")
    assert (new.value_number, new.is_current, new.status) == (132.0, True, "corrected")
    assert (new.replaces_id, new.reason) == (old.pk, "slip of the finger")
    assert new.observed_at == old.observed_at
    assert list(Observation.unscoped.valid().filter(patient=ward.patient)) == [new]
    assert AuditEvent.objects.get().act == "observation.correct"


def test_the_history_tells_every_version(ward: Ward):
    first = ObservationFactory(patient=ward.patient, value_number=1320.0)
    second = actions.correct_observation(
        actor=ward.nurse, observation=first, given=given("8480-6", 152.0, "mm[Hg]"), reason="typo"
    )
    third = actions.correct_observation(
        actor=ward.doctor, observation=second, given=given("8480-6", 132.0, "mm[Hg]"), reason="typo"
    )

    for asked in (first, second, third):
        assert chart.history(ward.patient, asked.pk) == [third, second, first]


def test_a_correction_needs_a_reason(ward: Ward):
    row = ObservationFactory(patient=ward.patient)
    error = refusal(
        actions.correct_observation, actor=ward.nurse, observation=row,
        given=given("8480-6", 120.0, "mm[Hg]"), reason="  ",
    )  # fmt: skip

    assert error.pointers[0].pointer == "/reason"


def test_a_correction_that_changes_nothing_is_refused(ward: Ward):
    row = ObservationFactory(patient=ward.patient, value_number=132.0)
    error = refusal(
        actions.correct_observation, actor=ward.nurse, observation=row,
        given=given("8480-6", 132.0, "mm[Hg]"), reason="again",
    )  # fmt: skip

    assert error.code == "nothing_changed"


def test_a_correction_does_not_make_another_quantity(ward: Ward):
    row = ObservationFactory(patient=ward.patient)
    error = refusal(
        actions.correct_observation, actor=ward.nurse, observation=row,
        given=given("8462-4", 80.0, "mm[Hg]"), reason="wrong line",
    )  # fmt: skip

    assert error.pointers[0].pointer == "/code"


def test_the_unit_can_be_corrected_into_the_molar_code(ward: Ward):
    row = ObservationFactory(patient=ward.patient, code="1518-0", value_number=7.8, unit="mg/dL")

    new = actions.correct_observation(
        actor=ward.nurse, observation=row, given=given("14995-5", 7.8, "mmol/L"), reason="unit"
    )

    assert (new.code, new.unit, new.flag) == ("14995-5", "mmol/L", "H")


def test_the_second_of_two_corrections_is_told_to_look_again(ward: Ward):
    row = ObservationFactory(patient=ward.patient)
    first = {"observation": row, "given": given("8480-6", 120.0, "mm[Hg]"), "reason": "typo"}
    actions.correct_observation(actor=ward.nurse, **first)

    error = refusal(actions.correct_observation, actor=ward.doctor, **first)

    assert (error.code, error.status) == ("already_replaced", 409)


def test_one_row_is_replaced_once_whatever_the_code_does(ward: Ward):
    row = ObservationFactory(patient=ward.patient)
    ObservationFactory(patient=ward.patient, replaces=row)

    with pytest.raises(IntegrityError), transaction.atomic():
        ObservationFactory(patient=ward.patient, replaces=row)


def test_a_withdrawn_value_is_used_by_nobody_and_stays_in_the_history(ward: Ward):
    row = ObservationFactory(patient=ward.patient)

    gone = actions.withdraw_observation(
        actor=ward.doctor, observation=row, reason="other patient's sample"
    )

    assert not Observation.unscoped.valid().exists()
    assert (gone.status, gone.value_number) == ("entered-in-error", row.value_number)
    assert chart.history(ward.patient, row.pk) == [gone, row]
    assert refusal(
        actions.withdraw_observation, actor=ward.doctor, observation=gone, reason="again"
    ).code == "already_replaced"  # fmt: skip


def test_a_blood_pressure_is_recorded_as_one(ward: Ward):
    panel = actions.record_panel(
        actor=ward.nurse,
        patient=ward.patient,
        code="85354-9",
        parts=[given("8480-6", 128.0, "mm[Hg]"), given("8462-4", 82.0, "mm[Hg]")],
    )

    parts = Observation.unscoped.filter(panel=panel).order_by("-value_number")
    assert [part.value_number for part in parts] == [128.0, 82.0]
    assert {part.observed_at for part in parts} == {panel.observed_at}


def test_a_panel_is_written_whole_or_not_at_all(ward: Ward):
    error = refusal(
        actions.record_panel, actor=ward.nurse, patient=ward.patient, code="85354-9",
        parts=[given("8480-6", 128.0, "mm[Hg]"), given("8462-4", 820.0, "mm[Hg]")],
    )  # fmt: skip

    assert error.pointers[0].pointer == "/components/1/value"
    assert not Observation.unscoped.exists()
