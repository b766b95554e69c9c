"""One patient into one chart: all or nothing, who it is, and what a second file may change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, CareTeam, Membership, Role
from diagnosis.records import actions
from diagnosis.records.models import (
    Allergy,
    CareAssignment,
    Condition,
    Observation,
    Patient,
    PatientIdentifier,
)
from diagnosis.records.validation import Given
from tests import factories
from tests.imports import sent
from tests.imports.conftest import House
from tests.imports.sent import about, bundle, concept, observation, patient

CREATED = {"created": 1, "updated": 0, "unchanged": 0, "refused": 0}
REFUSED = {"created": 0, "updated": 0, "unchanged": 0, "refused": 1}


def codes_of(report) -> set[str]:
    return {found["code"] for entry in report["refused"] for found in entry["findings"]}


def current() -> list[float | None]:
    return [row.value_number for row in Observation.unscoped.valid().order_by("pk")]


def test_one_bad_value_keeps_a_whole_patient_out_and_nobody_else(house: House):
    bad = patient(id="p2", identifier=[{"system": sent.SYSTEM, "value": "4712"}])
    worse = observation(1200, id="o3", subject={"reference": "Patient/p2"})
    fine = observation(id="o2", subject={"reference": "Patient/p2"})

    report = house.report(bundle(bad, fine, worse, patient(), observation()))

    assert report["patients"] == {**CREATED, "refused": 1}
    (refused,) = report["refused"]
    assert refused["at"] == "/entry/0/resource"
    (found,) = refused["findings"]
    assert found["pointer"] == "/entry/2/resource/valueQuantity/value"
    assert "1200" in found["message"] or "40 to 320" in found["message"]
    assert [i.value for i in PatientIdentifier.unscoped.all()] == ["4711"]
    assert current() == [132]
    (event,) = AuditEvent.objects.filter(act="patient.import", outcome="refused")
    assert (event.patients, event.detail["code"]) == ([], "patient_refused")


def test_each_patient_and_the_run_leave_their_events(house: House):
    house.run(bundle(patient(), observation()))

    (written,) = AuditEvent.objects.filter(act="patient.import")
    assert written.patients == [Patient.unscoped.get().pk]
    assert written.detail == {"result": "created", "created": 1, "unchanged": 0}
    assert AuditEvent.objects.get(act="import.run").detail["created"] == 1
    assert AuditEvent.objects.get(act="import.request").actor_id == house.doctor.pk


def test_a_newer_file_corrects_and_adds_and_keeps_what_was_there(house: House):
    problem = about("Condition", code=concept("http://hl7.org/fhir/sid/icd-10", "I10", "High"))
    house.run(bundle(patient(), observation(132), problem))
    problem["clinicalStatus"] = concept("urn:c", "resolved")
    report = house.report(bundle(patient(), observation(134), observation(90, id="o2"), problem))

    assert report["patients"]["updated"] == 1
    assert report["facts"] == {"created": 1, "updated": 2, "unchanged": 0}
    assert sorted(value or 0 for value in current()) == [90, 134]
    assert Observation.unscoped.get(value_number=134).status == "corrected"
    assert Condition.unscoped.get().status == "resolved"


def test_the_same_values_by_another_way_are_not_there_twice(house: House):
    house.run(sent.table(sent.row()), source="table")
    by_number = patient(identifier=[{"system": "urn:medportal:mrn", "value": "4711"}])
    report = house.report(bundle(by_number, observation()), source="lab")

    assert report["facts"] == {"created": 0, "updated": 0, "unchanged": 1}
    assert current() == [132]


def test_what_the_source_takes_back_is_no_fact_any_more(house: House):
    house.run(bundle(patient(), observation()))
    report = house.report(bundle(patient(), observation(status="entered-in-error")))

    assert report["facts"]["updated"] == 1
    assert current() == []
    again = house.report(bundle(patient(), observation(status="entered-in-error")))
    assert again["patients"]["unchanged"] == 1


def test_preliminary_waits_until_it_is_final(house: House):
    house.run(bundle(patient(), observation(status="preliminary")))
    assert current() == []

    house.run(bundle(patient(), observation()))
    assert current() == [132]


def test_what_a_person_put_right_stays_right(house: House):
    data = bundle(patient(), observation(), observation(90, id="o2", loinc="8867-4", unit="/min"))
    house.run(data)
    wrong = Observation.unscoped.get(code="8480-6")
    theirs = Observation.unscoped.get(code="8867-4")
    right = Given(code="8480-6", value=123, unit="mm[Hg]", observed_at=wrong.observed_at)
    actions.correct_observation(
        actor=house.doctor, observation=wrong, given=right, reason="misread"
    )
    actions.withdraw_observation(actor=house.doctor, observation=theirs, reason="of another")

    report = house.report(data)

    assert current() == [123]
    kept = {(e["reason"], e["code"]) for e in report["not_kept"]}
    assert kept == {("corrected_here", "8480-6"), ("corrected_here", "8867-4")}


def test_no_known_allergies_is_a_statement_and_an_allergy_another(house: House):
    none = about("AllergyIntolerance", code=concept("http://snomed.info/sct", "716186003"))
    house.run(bundle(patient(), none))
    assert Patient.unscoped.get().allergy_status == "none"

    house.run(bundle(patient(), about("AllergyIntolerance", code={"text": "Latex"})))
    assert Patient.unscoped.get().allergy_status == "known"
    assert Allergy.unscoped.get().substance == "Latex"


def theirs(house: House, **fields) -> Patient:
    """A patient with the number of the file, of a team that the importer is not in."""
    found = factories.patient_of(house.colleague, **fields)
    factories.PatientIdentifierFactory(patient=found, system=sent.SYSTEM, value="4711")
    return found


def test_somebody_of_another_team_is_neither_shown_nor_taken(house: House):
    hidden = theirs(house, birth_date="1939-09-01", family_name="Hidden")

    report = house.report(bundle(patient(), observation()))

    assert report["patients"] == REFUSED
    assert codes_of(report) == {"identity_unclear"}
    assert "Hidden" not in str(report)
    assert "1939" not in str(report)
    assert not Patient.objects.visible_to(house.doctor).exists()
    assert not Observation.unscoped.exists()
    event = AuditEvent.objects.get(act="patient.import")
    assert (event.outcome, event.patients) == ("refused", [hidden.pk])


def test_numbers_of_two_people_look_the_same_as_one_of_somebody_hidden(house: House):
    theirs(house)
    hidden = house.report(bundle(patient()))
    for value in ("4812", "4813"):
        mine = factories.patient_of(house.doctor, team=house.team)
        factories.PatientIdentifierFactory(patient=mine, system=sent.SYSTEM, value=value)
    both = [{"system": sent.SYSTEM, "value": value} for value in ("4812", "4813")]
    mixed = house.report(bundle(patient(identifier=both)))

    assert hidden["refused"] == mixed["refused"]


def test_a_number_alone_tells_nobody_whether_somebody_has_it(house: House):
    table = "patient,code,value,unit,observed_at\n{},8480-6,132,mm[Hg],2024-05-03\n"
    found = factories.patient_of(house.colleague)
    factories.PatientIdentifierFactory(patient=found, value="hidden-1")

    hidden, missing = (house.report(table.format(n).encode()) for n in ("hidden-1", "nobody-1"))

    assert hidden == missing
    assert codes_of(hidden) == {"patient_unknown"}


def test_a_number_is_enough_for_somebody_whom_one_sees(house: House):
    mine = factories.patient_of(house.doctor, team=house.team)
    factories.PatientIdentifierFactory(patient=mine, value="401 1")
    data = b"patient,code,value,unit,observed_at\n4011,8480-6,132,mm[Hg],2024-05-03\n"

    assert house.report(data)["patients"]["updated"] == 1
    assert Observation.unscoped.get().patient == mine


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("birth_date", "1961-04-06", "/birthDate"),
        ("sex", "male", "/gender"),
        ("deceased_on", "2020-01-01", "/deceasedDateTime"),
        ("name", "Somebody", "/name/0/family"),
    ],
)
def test_a_file_that_contradicts_the_chart_is_refused(house: House, field, value, pointer):
    fields = {"family_name": "Vanterpool", "given_name": "Ana", "sex": "female"}
    fields |= {"family_name": value, "given_name": "X"} if field == "name" else {field: value}
    mine = factories.patient_of(house.doctor, team=house.team, **fields)
    factories.PatientIdentifierFactory(patient=mine, system=sent.SYSTEM, value="4711")

    report = house.report(bundle(patient(deceasedDateTime="2021-01-01")))

    found = {f["pointer"]: f["code"] for entry in report["refused"] for f in entry["findings"]}
    assert found == {f"/entry/0/resource{pointer}": "differs"}


def test_a_new_family_name_is_no_other_person_and_the_chart_keeps_its_own(house: House):
    house.run(bundle(patient()))
    married = patient(name=[{"family": "Okoro", "given": ["Ana"]}])

    assert house.report(bundle(married))["patients"]["unchanged"] == 1
    assert Patient.unscoped.get().family_name == "Vanterpool"


def test_a_patient_of_ones_other_team_comes_to_the_named_one(house: House):
    other = factories.team_of(house.doctor)
    mine = factories.patient_of(house.doctor, team=other, given_name="Ana")
    factories.PatientIdentifierFactory(patient=mine, system=sent.SYSTEM, value="4711")

    assert house.report(bundle(patient()))["patients"]["updated"] == 1
    teams = CareAssignment.unscoped.filter(patient=mine).values_list("team", flat=True)
    assert set(teams) == {other.pk, house.team.pk}
    assert AuditEvent.objects.get(act="team.change").detail == {"change": "assigned"}


def test_rights_that_are_gone_when_the_file_is_read_write_nothing(house: House):
    run = house.send(bundle(patient()))
    Membership.objects.filter(user=house.doctor).update(
        ends_at=timezone.now() - timedelta(seconds=1)
    )
    from diagnosis.records import runner

    runner.run_import(run.pk)
    run.refresh_from_db()

    assert (run.state, run.failure_code) == ("refused", "rights_gone")
    assert not Patient.unscoped.exists()
    assert AuditEvent.objects.get(act="import.run").outcome == "refused"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.REVIEWER, Role.PRIVACY_OFFICER])
def test_other_roles_import_nothing_even_inside_a_team(house: House, role):
    other = factories.person_at(house.doctor.organisation, role)
    factories.MembershipFactory(team=house.team, user=other)

    with pytest.raises(Exception, match="not_permitted"):
        house.send(bundle(patient()), actor=other)


def test_nobody_imports_into_a_team_in_which_they_do_not_work(house: House):
    elsewhere = CareTeam.objects.exclude(pk=house.team.pk).first()
    assert elsewhere is not None
    for team in (elsewhere.pk, "4f1c9f3e-0000-4000-8000-000000000000", "no id"):
        wanted = actions.NewImport(team, bundle(patient()))
        with pytest.raises(Exception, match="team_not_found"):
            actions.request_import(actor=house.doctor, wanted=wanted)
