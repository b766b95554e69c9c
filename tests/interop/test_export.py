"""One chart as a file: what is in it, that it is FHIR R4, who gets it, and what the trail says."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64decode
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent, Role
from diagnosis.inference.models import Job, Prediction
from diagnosis.interop.exporting import Wanted, export_chart
from diagnosis.records import actions
from diagnosis.records.incoming import files, import_patient
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Observation,
    Patient,
)
from diagnosis.records.validation import Given
from medportal.common.cells import guard, unguard
from tests import factories
from tests.api.client import Caller
from tests.interop import r4
from tests.pages import drawn
from tests.portal.results import finished, version_of
from tests.runnable import explanation_of

pytestmark = pytest.mark.django_db
NAME = "Vanterpool"


@pytest.fixture
def doctor():
    return factories.clinician_at(factories.OrganisationFactory(), display_name="Dr Okafor")


@pytest.fixture
def patient(doctor):
    """Of everything one, in every state in which it may be."""
    found = factories.patient_of(
        doctor, family_name=NAME, given_name="Ana", title="Ms", native_name="席安娜"
    )
    factories.PatientIdentifierFactory(patient=found, value="4010232137")
    for status in Condition.Status:
        factories.ConditionFactory(patient=found, status=status)
    for status in Medication.Status:
        factories.MedicationFactory(patient=found, status=status, dose="50 mg", code="")
    factories.AllergyFactory(patient=found, reaction="Rash")
    now = timezone.now()
    for kind in Encounter.Kind:
        factories.EncounterFactory(patient=found, kind=kind, location="Ward 3")
    factories.EncounterFactory(
        patient=found, started_at=now - timedelta(days=9), ended_at=now - timedelta(days=8)
    )
    factories.EncounterFactory(patient=found, started_at=now + timedelta(days=9))
    factories.NoteFactory(patient=found, text="Tired, 疲乏.", author="Dr Okafor", kind="Visit")
    return found


def file_of(doctor, patient, **wanted):
    made = export_chart(actor=doctor, patient=patient, wanted=Wanted(**wanted))
    return made.content.decode("utf-8-sig")


def bundle_of(doctor, patient):
    """The export, checked to be FHIR R4 whatever it holds."""
    bundle = json.loads(file_of(doctor, patient))
    assert r4.faults(bundle) == []
    return bundle


def one(bundle, kind, **wanted):
    found = [
        row
        for row in r4.resources(bundle, kind)
        if all(row.get(name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, found
    return found[0]


def record(doctor, patient, code, value, unit, **more):
    given = Given(code=code, value=value, unit=unit, **more)
    return actions.record_observation(actor=doctor, patient=patient, given=given)


def test_a_whole_chart_is_fhir_r4_and_names_itself_in_the_trail(doctor, patient):
    bundle = bundle_of(doctor, patient)

    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    event = AuditEvent.objects.get(act="chart.export")
    assert bundle["identifier"]["value"].removeprefix("urn:uuid:") in event.what
    who = one(bundle, "Patient")
    assert who["name"][0] | {} == {
        "use": "official", "family": NAME, "given": ["Ana"], "prefix": ["Ms"]
    }  # fmt: skip
    assert (who["name"][1]["text"], who["birthDate"]) == ("席安娜", "1961-04-05")
    assert who["identifier"] == [{"system": "urn:medportal:mrn", "value": "4010232137"}]
    states = {row["status"] for row in r4.resources(bundle, "Encounter")}
    assert states == {"finished", "planned", "in-progress", "unknown"}
    note = one(bundle, "DocumentReference")["content"][0]["attachment"]
    assert b64decode(note["data"]).decode() == "Tired, 疲乏."


def test_no_known_allergy_is_said_and_silence_stays_silence(doctor):
    nobody_asked = factories.patient_of(doctor)
    none = factories.patient_of(doctor, allergy_status=Patient.AllergyStatus.NONE)

    assert r4.resources(bundle_of(doctor, nobody_asked), "AllergyIntolerance") == []
    said = one(bundle_of(doctor, none), "AllergyIntolerance")
    assert said["code"]["coding"][0]["code"] == "716186003"


def test_who_could_not_be_asked_is_told_from_who_has_none(doctor):
    patient = factories.patient_of(
        doctor, allergy_status=Patient.AllergyStatus.UNAVAILABLE, birth_date=None
    )

    bundle = bundle_of(doctor, patient)

    said = one(bundle, "AllergyIntolerance")
    assert said["code"]["coding"][0]["code"] == "no-allergy-info"
    who = one(bundle, "Patient")
    assert "birthDate" not in who
    assert who["_birthDate"]["extension"][0]["valueCode"] == "unknown"


def test_a_value_has_its_code_unit_range_flag_and_source(doctor, patient):
    record(doctor, patient, "2160-0", 1.9, "mg/dL", source="laboratory", source_identifier="L-1",
           reference_low=0.5, reference_high=1.1)  # fmt: skip

    found = one(bundle_of(doctor, patient), "Observation")

    assert found["code"]["coding"][0] | {"display": ""} == {
        "system": "http://loinc.org", "code": "2160-0", "display": ""
    }  # fmt: skip
    assert found["valueQuantity"] == {
        "value": 1.9, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"
    }  # fmt: skip
    assert found["interpretation"][0]["coding"][0]["code"] == "H"
    assert found["referenceRange"][0]["high"]["value"] == 1.1
    assert found["identifier"] == [{"system": "urn:medportal:source:laboratory", "value": "L-1"}]


def test_an_answer_is_a_concept_of_our_own(doctor, patient):
    record(doctor, patient, "chest-pain-type", "typical-angina", "")

    found = one(bundle_of(doctor, patient), "Observation")

    assert found["code"]["coding"][0]["system"] == "urn:medportal:codes"
    assert found["valueCodeableConcept"]["coding"][0]["code"] == "typical-angina"


def test_what_was_replaced_is_there_as_error_with_who_when_and_why(doctor, patient):
    old = record(doctor, patient, "8480-6", 128, "mm[Hg]")
    new = actions.correct_observation(
        actor=doctor, observation=old, given=Given("8480-6", 138, "mm[Hg]"), reason="misread"
    )

    bundle = bundle_of(doctor, patient)

    assert one(bundle, "Observation", id=str(old.pk))["status"] == "entered-in-error"
    corrected = one(bundle, "Observation", id=str(new.pk))
    assert (corrected["status"], corrected["valueQuantity"]["value"]) == ("corrected", 138)
    revision = one(bundle, "Provenance")
    assert revision["target"] == [{"reference": f"urn:uuid:{new.pk}"}]
    assert revision["entity"][0]["what"] == {"reference": f"urn:uuid:{old.pk}"}
    assert revision["reason"] == [{"text": "misread"}]
    assert revision["agent"][0]["who"] == {"display": "Dr Okafor"}


def test_the_parts_of_a_panel_stand_inside_it_also_when_one_was_corrected(doctor, patient):
    parts = [Given("8480-6", 128, "mm[Hg]"), Given("8462-4", 84, "mm[Hg]")]
    panel = actions.record_panel(actor=doctor, patient=patient, code="85354-9", parts=parts)
    upper = Observation.unscoped.get(panel=panel, code="8480-6")
    actions.correct_observation(
        actor=doctor, observation=upper, given=Given("8480-6", 138, "mm[Hg]"), reason="misread"
    )

    bundle = bundle_of(doctor, patient)

    found = one(bundle, "Observation", id=str(panel.pk))
    values = {
        part["code"]["coding"][0]["code"]: part["valueQuantity"]["value"]
        for part in found["component"]
    }
    assert (values, found["status"]) == ({"8480-6": 138, "8462-4": 84}, "corrected")
    assert len(r4.resources(bundle, "Observation")) == 2  # and the reading that was replaced


@pytest.fixture
def run(doctor, patient):
    """A finished run, one of whose inputs is an observation of the chart."""
    used = factories.ObservationFactory(
        patient=patient, system="urn:medportal:codes", code="mass-margin", unit="",
        value_number=None, value_code="spiculated",
    )  # fmt: skip
    row = finished(version_of(doctor.organisation), doctor, patient)
    row.inputs["margin"]["observation"] = str(used.pk)
    row.save()
    return row, used


def test_a_result_is_a_percentage_made_by_a_device_from_named_inputs(doctor, patient, run):
    row, used = run

    bundle = bundle_of(doctor, patient)
    found = one(bundle, "RiskAssessment")

    assert found["prediction"][0]["probabilityDecimal"] == pytest.approx(row.headline * 100)
    assert found["prediction"][0]["probabilityDecimal"] > 1
    assert found["status"] == "preliminary"
    assert found["meta"]["security"][0]["code"] == "AIAST"
    assert found["basis"] == [{"reference": f"urn:uuid:{used.pk}"}]
    assert found["performer"] == {"reference": f"urn:uuid:{one(bundle, 'Device')['id']}"}
    assert found["method"]["coding"][0]["code"] == f"breast-mass/{row.version.number}"
    points = [
        part["valueDecimal"]
        for extension in found["prediction"][0]["extension"]
        for part in extension.get("extension", ())
        if part["url"] == "points"
    ]
    base = explanation_of(row).content["base_value"] * 100
    assert base + sum(points) == pytest.approx(row.headline * 100, abs=0.01)
    assert found["prediction"][0]["rationale"].endswith("changing one need not change the risk.")


def test_a_decided_result_is_final_and_says_what_was_decided(doctor, patient, run):
    row, _used = run
    factories.DecisionFactory(prediction=row, action="biopsy", comment="Agreed.")
    Prediction.unscoped.update(decided_at=timezone.now())

    found = one(bundle_of(doctor, patient), "RiskAssessment")

    assert found["status"] == "final"
    assert "Agreed." in found["note"][0]["text"]


def test_a_withdrawn_result_keeps_its_place_and_loses_its_number(doctor, patient, run):
    Prediction.unscoped.update(state=Job.State.ENTERED_IN_ERROR)

    found = one(bundle_of(doctor, patient), "RiskAssessment")

    assert found["status"] == "entered-in-error"
    assert "prediction" not in found
    assert "mitigation" not in found


@pytest.mark.parametrize(
    "fields",
    [{"origin": "what_if"}, {"state": "refused", "refusal": {"code": "x"}, "result": None},
     {"state": "queued", "result": None}],
)  # fmt: skip
def test_what_has_no_result_or_was_only_tried_stays_here(doctor, patient, run, fields):
    Prediction.unscoped.update(**fields)

    bundle = bundle_of(doctor, patient)

    assert r4.resources(bundle, "RiskAssessment") == r4.resources(bundle, "Device") == []


def test_the_words_are_those_of_the_reader(doctor, patient, run):
    with translation.override("zh-hans"):
        found = one(bundle_of(doctor, patient), "RiskAssessment")

    assert found["language"] == "zh-Hans"
    rationale = found["prediction"][0]["rationale"]
    assert "形状" in rationale
    assert not re.search(r"[,;(] |[.,;:(] ?(?=[\u4e00-\u9fff])", rationale)


@pytest.mark.parametrize("more", [1, 40])
def test_an_export_asks_the_same_questions_however_much_it_holds(
    doctor, patient, more, django_assert_max_num_queries
):
    for _ in range(more):
        factories.ObservationFactory(patient=patient, recorded_by=doctor)
        factories.NoteFactory(patient=patient)
    with django_assert_max_num_queries(18):
        bundle_of(doctor, patient)


# --- the table


def rows_of(text):
    return list(csv.DictReader(StringIO(text)))


def test_the_table_holds_what_is_true_today(doctor, patient):
    old = record(doctor, patient, "8480-6", 128, "mm[Hg]")
    actions.correct_observation(
        actor=doctor, observation=old, given=Given("8480-6", 138.5, "mm[Hg]"), reason="misread"
    )
    factories.ObservationFactory(patient=patient, status="entered-in-error")

    (row,) = rows_of(file_of(doctor, patient, form="csv"))

    assert (row["patient"], row["code"], row["value"], row["unit"], row["status"]) == (
        "4010232137", "8480-6", "138.5", "mm[Hg]", "corrected",
    )  # fmt: skip


CELLS = [
    '=HYPERLINK("x")', "+1", "-1", "@x", "\tx", "\r=1", "'=1", "''+1", "'quoted'", "1-2",
    "ask;=1+1", "ask; =1+1", 'ask;"=1+1', "ask;'=1", "a\t=1+1", "a\n=1+1", "a\r\n@x", ";;-1;+2",
    "\t\t=1", "a;\t=1", "\uff1b=1", "\uff1d1+1", "a; b - c = d", " =1", '"=1', "a;''+1;'=2",
]  # fmt: skip


@pytest.mark.parametrize("text", CELLS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_cell_is_no_formula_wherever_it_is_parted_and_comes_back_as_it_was(text, delimiter):
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        rows = csv.reader(StringIO(guard(text), newline=""), delimiter=delimiter, quoting=quoting)
        for cell in (cell for row in rows for cell in row):
            assert not cell.strip(' "').startswith(
                ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b")
            )
    assert unguard(guard(text)) == text


@given(st.text(alphabet="=+-@'\" ;\t\n\ra1\uff1d", max_size=12))
def test_whatever_was_guarded_comes_back(text):
    assert unguard(guard(text)) == text


def test_a_source_named_like_a_formula_does_not_compute(doctor, patient):
    factories.ObservationFactory(patient=patient, source="=cmd|' /C calc'!A0", value_number=-2.5)

    (row,) = rows_of(file_of(doctor, patient, form="csv"))

    assert row["source"].startswith("'=")
    assert row["value"] == "-2.5"  # a number of ours stays one


# --- the doors


def test_rest_answers_with_a_file_that_names_nobody(doctor, patient):
    answer = Caller(doctor).get(f"patients/{patient.pk}/export", purpose="treatment")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/fhir+json"
    assert answer["Content-Disposition"] == (f'attachment; filename="chart-{patient.pk}.fhir.json"')
    assert answer["Cache-Control"] == "no-store"
    event = AuditEvent.objects.get(act="chart.export")
    assert (event.why, event.patients, event.channel) == ("treatment", [patient.pk], "api")


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        ("*/*", 200, "application/fhir+json"),
        ("application/json", 200, "application/fhir+json"),
        ("text/csv", 200, "text/csv; charset=utf-8"),
        ("image/png", 406, "application/problem+json"),
    ],
)
def test_rest_gives_the_shape_that_was_asked_for(doctor, patient, accept, status, kind):
    caller = Caller(doctor)
    caller.headers["Accept"] = accept
    answer = caller.get(f"patients/{patient.pk}/export")
    assert (answer.status_code, answer["Content-Type"]) == (status, kind)


def test_rest_refuses_an_unknown_purpose_at_its_field(doctor, patient):
    answer = Caller(doctor).get(f"patients/{patient.pk}/export", purpose="curiosity")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "purpose"
    assert not AuditEvent.objects.filter(act="chart.export", outcome="success").exists()


def signed(doctor, **more):
    return {"form": "fhir", "purpose": "treatment", "password": factories.PASSWORD, **more}


def test_a_clinician_signs_and_gets_the_file(doctor, patient, client_for):
    answer = client_for(doctor).post(
        f"/patients/{patient.pk}/export/", signed(doctor, reason="To Dr Haddad")
    )

    assert answer["Content-Disposition"].startswith("attachment")
    assert r4.faults(json.loads(answer.content)) == []
    assert AuditEvent.objects.get(act="chart.export").why == "treatment · To Dr Haddad"


@pytest.mark.parametrize(
    "wrong",
    [{"password": "guessed"}, {"purpose": ""}, {"purpose": "unstated"}, {"form": "pdf"},
     {"purpose": "other"}, {"reason": "x" * 300}],
)  # fmt: skip
def test_without_a_purpose_and_a_signature_nothing_leaves(doctor, patient, client_for, wrong):
    answer = client_for(doctor).post(f"/patients/{patient.pk}/export/", signed(doctor) | wrong)

    assert answer.status_code == 422
    assert "error-summary" in drawn(answer)
    assert not AuditEvent.objects.filter(act="chart.export", outcome="success").exists()


def test_the_command_writes_a_file_of_its_owner_and_never_over_another(doctor, patient, tmp_path):
    file = tmp_path / "chart.json"
    asked = ["export_chart", str(patient.pk), str(file), "--person", doctor.username]

    call_command(*asked, "--purpose", "legal")

    assert r4.faults(json.loads(file.read_text())) == []
    assert file.stat().st_mode & 0o777 == 0o600
    assert AuditEvent.objects.get(act="chart.export").channel == "command"
    with pytest.raises(CommandError):
        call_command(*asked, "--purpose", "legal")


def strangers(doctor):
    house = doctor.organisation
    yield factories.clinician_at(house)
    yield factories.clinician_at(factories.OrganisationFactory())
    yield factories.person_at(house, Role.PRIVACY_OFFICER)
    yield factories.administrator_at(house)


def test_to_everybody_else_the_chart_does_not_exist(doctor, patient, client_for, tmp_path):
    for stranger in strangers(doctor):
        rest = [Caller(stranger).get(f"patients/{pk}/export") for pk in (patient.pk, uuid4())]
        assert [answer.status_code for answer in rest] == [404, 404]
        assert rest[0].json() == rest[1].json()
        page = client_for(stranger).post(f"/patients/{patient.pk}/export/", signed(stranger))
        assert page.status_code == 404
        with pytest.raises(CommandError, match="No such patient"):
            call_command(
                "export_chart", str(patient.pk), str(tmp_path / "x"),
                "--person", stranger.username, "--purpose", "legal",
            )  # fmt: skip
    assert list(tmp_path.iterdir()) == []
    refused = AuditEvent.objects.filter(act="chart.export", outcome="refused")
    assert refused.count() == 4 * 4


def test_a_nurse_reads_the_chart_and_does_not_export_it(doctor, patient, client_for):
    nurse = factories.nurse_at(doctor.organisation)
    factories.CareAssignmentFactory(patient=patient, team=factories.team_of(nurse))

    assert Caller(nurse).get(f"patients/{patient.pk}").status_code == 200
    assert Caller(nurse).get(f"patients/{patient.pk}/export").status_code == 403
    assert client_for(nurse).get(f"/patients/{patient.pk}/export/").status_code == 403


def test_no_event_no_file(doctor, patient, monkeypatch):
    """The event that cannot be written takes the file with it, through every door."""

    def full(*_args, **_kwargs):
        raise OSError("no space")

    monkeypatch.setattr(AuditEvent, "save", full)
    with pytest.raises(OSError, match="no space"):
        export_chart(actor=doctor, patient=patient, wanted=Wanted())


@pytest.mark.django_db(transaction=True)
def test_the_event_is_committed_before_the_first_byte(doctor, patient, monkeypatch):
    """What the server is handed is made after the commit; a commit that fails hands it nothing."""
    caller = Caller(doctor)
    caller.get("codes")  # the token has been used: nothing but the export commits below

    def lost() -> None:
        connection.rollback()
        raise OSError("the connection is gone")

    monkeypatch.setattr(connection, "commit", lost)
    answer = caller.get(f"patients/{patient.pk}/export")
    monkeypatch.undo()

    assert answer.status_code == 500
    assert NAME not in drawn(answer)
    assert not AuditEvent.objects.filter(act="chart.export", outcome="success").exists()


# --- and back again


def values_of(patient):
    """What the chart says today, without what belongs to one house alone."""
    rows = Observation.unscoped.valid().filter(patient=patient)
    names = ("system", "code", "value_number", "value_code", "unit", "observed_at", "status")
    return sorted(map(str, rows.values_list(*names, "reference_low", "reference_high")))


def brought_in(data, team, doctor):
    """The file, imported into a house that knows nobody."""
    reading = files.read(data, files.format_of(data))
    for incoming in reading.patients:
        import_patient(actor=doctor, team=team, source="elsewhere", incoming=incoming)
    return Patient.unscoped.get(organisation=team.organisation)


def test_what_leaves_as_a_table_comes_back_as_the_same_values(doctor, patient):
    record(doctor, patient, "2160-0", 1.9, "mg/dL", source_identifier="=L-1", reference_low=0.5)
    record(doctor, patient, "chest-pain-type", "typical-angina", "")
    old = record(doctor, patient, "8480-6", 128, "mm[Hg]")
    actions.correct_observation(
        actor=doctor, observation=old, given=Given("8480-6", 138.5, "mm[Hg]"), reason="misread"
    )
    elsewhere = factories.clinician_at(factories.OrganisationFactory())
    table = file_of(doctor, patient, form="csv").encode()

    there = brought_in(table, factories.team_of(elsewhere), elsewhere)

    assert values_of(there) == values_of(patient) != []
    assert Observation.unscoped.get(patient=there, code="2160-0").source_identifier == "=L-1"
    names = ("family_name", "given_name", "native_name", "sex", "birth_date")
    assert [getattr(there, n) for n in names] == [getattr(patient, n) for n in names]


def chart_of(patient):
    """The rest of the chart, as a reader sees it; what was entered in error is not told again."""

    def rows(model, *names):
        found = model.unscoped.filter(patient=patient)
        if hasattr(model, "status"):
            found = found.exclude(status="entered-in-error")
        return sorted(map(str, found.values_list(*names)))

    return {
        Condition: rows(Condition, "code", "label", "status", "onset_on"),
        Medication: rows(Medication, "label", "dose", "status", "started_on"),
        Encounter: rows(Encounter, "kind", "started_at", "ended_at"),
        Allergy: rows(Allergy, "substance", "reaction"),
        Note: rows(Note, "written_at", "author", "text"),
    }


def test_what_leaves_as_fhir_comes_back_as_the_same_chart(doctor, patient):
    record(doctor, patient, "2160-0", 1.9, "mg/dL", source_identifier="L-1", reference_low=0.5)
    record(doctor, patient, "chest-pain-type", "typical-angina", "")
    parts = [Given("8480-6", 128, "mm[Hg]"), Given("8462-4", 84, "mm[Hg]")]
    actions.record_panel(actor=doctor, patient=patient, code="85354-9", parts=parts)
    elsewhere = factories.clinician_at(factories.OrganisationFactory())

    there = brought_in(file_of(doctor, patient).encode(), factories.team_of(elsewhere), elsewhere)

    measured = [row for row in values_of(patient) if "'85354-9'" not in row]
    assert [row for row in values_of(there) if "'85354-9'" not in row] == measured
    assert chart_of(there) == chart_of(patient)
    assert there.native_name == patient.native_name
