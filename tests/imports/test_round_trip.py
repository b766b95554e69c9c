"""A chart that was exported is the same chart in another house."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.interop.exporting import Wanted, export_chart
from diagnosis.records import actions
from diagnosis.records.actions import NewPatient, Visit
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Observation,
    Patient,
    PatientIdentifier,
)
from diagnosis.records.validation import Given
from tests import factories
from tests.imports import sent
from tests.imports.conftest import House

CHART = {
    Condition: ("system", "code", "label", "status", "onset_on"),
    Medication: ("code", "label", "dose", "status", "started_on"),
    Allergy: ("substance", "reaction"),
    Encounter: ("kind", "started_at", "ended_at", "reason", "location"),
    Note: ("written_at", "kind", "author", "text"),
    PatientIdentifier: ("system", "value"),
}
PERSON = (
    "family_name", "given_name", "native_name", "title", "sex", "birth_date", "deceased_on",
    "allergy_status",
)  # fmt: skip
VALUE = (
    "system", "code", "value_number", "value_code", "unit", "observed_at", "status",
    "reference_low", "reference_high", "flag",
)  # fmt: skip


def chart_of(patient: Patient) -> dict[str, object]:
    said: dict[str, object] = {
        model.__name__: sorted(
            map(repr, model.unscoped.filter(patient=patient).values_list(*names))
        )
        for model, names in CHART.items()
    }
    rows = Observation.unscoped.valid().filter(patient=patient)
    # a panel has no value of its own; its parts stand in the chart
    said["Observation"] = sorted(map(repr, rows.exclude(code="85354-9").values_list(*VALUE)))
    return said | {name: getattr(patient, name) for name in PERSON}


@pytest.fixture
def theirs(house: House) -> Patient:
    """Of another house: everything that a chart may hold."""
    doctor = factories.clinician_at(factories.OrganisationFactory())
    team, now = factories.team_of(doctor), timezone.now()
    ana = NewPatient(
        "Vanterpool", sent.AT.date() - timedelta(days=20_000), given_name="Ana", title="Ms",
        native_name="席安娜", sex="female", identifiers=[("urn:medportal:mrn", "401 023 2137")],
    )  # fmt: skip
    patient = actions.create_patient(actor=doctor, team=team, entered=ana)
    by = {"actor": doctor, "patient": patient}
    actions.add_condition(**by, code="K74.3", label="Biliary cholangitis", status="suspected")
    actions.add_condition(**by, code="I10", label="Hypertension", onset_on=sent.AT.date())
    factories.ConditionFactory(patient=patient, system=Condition.System.SNOMED, code="44054006")
    actions.add_medication(**by, label="Metformin", code="A10BA02", dose="500 mg 1-0-1")
    factories.MedicationFactory(patient=patient, code="", status="stopped")
    actions.add_allergy(**by, substance="Penicillin", reaction="Rash")
    actions.add_note(**by, text="Tired, 疲乏.\n=1+1", kind="Visit", author="Dr Okafor")
    for kind in ("outpatient", "inpatient", "emergency"):
        visit = Visit(kind, now - timedelta(days=9), now - timedelta(days=8), "Fall", "Ward 3")
        actions.add_encounter(**by, visit=visit)
    actions.add_encounter(**by, visit=Visit("outpatient", now + timedelta(days=9)))
    at = {"observed_at": sent.AT}
    parts = [Given("8480-6", 128, "mm[Hg]"), Given("8462-4", 82, "mm[Hg]")]
    actions.record_panel(**by, code="85354-9", parts=parts)
    actions.record_observation(**by, given=Given("oedema", "resolved", **at))
    actions.record_observation(**by, given=Given("11996-6", 2, **at))
    wrong = actions.record_observation(
        **by, given=Given("2160-0", 1.1, "mg/dL", reference_low=0.5, reference_high=1.0, **at)
    )
    right = Given("2160-0", 1.4, "mg/dL", **at)
    actions.correct_observation(actor=doctor, observation=wrong, given=right, reason="misread")
    gone = actions.record_observation(**by, given=Given("2093-3", 200, "mg/dL", **at))
    actions.withdraw_observation(actor=doctor, observation=gone, reason="of another")
    self_sent = Given("8867-4", 71, "/min", source="monitor", source_identifier="m-1", **at)
    actions.record_observation(**by, given=self_sent)
    patient.refresh_from_db()
    patient.exporter = doctor
    return patient


def exported(patient, form: str) -> bytes:
    wanted = Wanted(form=form, purpose="treatment")
    made: bytes = export_chart(actor=patient.exporter, patient=patient, wanted=wanted).content
    return made


def test_the_same_chart_by_fhir(house: House, theirs):
    report = house.report(exported(theirs, "fhir"), source="other-house")

    assert report["refused"] == []
    (here,) = Patient.objects.visible_to(house.doctor)
    assert chart_of(here) == chart_of(theirs)
    again = house.report(exported(theirs, "fhir"), source="other-house")
    assert again["patients"]["unchanged"] == 1


@pytest.mark.parametrize("status", Patient.AllergyStatus.values)
@pytest.mark.parametrize("born", [sent.AT.date() - timedelta(days=20_000), None])
def test_what_is_not_known_comes_back_as_not_known(house: House, theirs, status: str, born):
    """«Could not be asked» is neither «none known» nor silence; a birth date may be unknown."""
    rows = Allergy.unscoped.filter(patient=theirs)
    if status != Patient.AllergyStatus.KNOWN:
        rows.update(is_withdrawn=True)
    Patient.unscoped.filter(pk=theirs.pk).update(allergy_status=status, birth_date=born)
    theirs.refresh_from_db()

    report = house.report(exported(theirs, "fhir"), source="other-house")

    (here,) = Patient.objects.visible_to(house.doctor)
    assert report["refused"] == []
    assert "AllergyIntolerance" not in {left_out["what"] for left_out in report["not_kept"]}
    assert (here.allergy_status, here.birth_date) == (status, born)


def test_the_same_values_by_a_table(house: House, theirs):
    report = house.report(exported(theirs, "csv"), source="other-house")

    assert report["refused"] == []
    (mine,) = Patient.objects.visible_to(house.doctor)
    assert mine.birth_date == theirs.birth_date
    assert chart_of(mine)["Observation"] == chart_of(theirs)["Observation"]
