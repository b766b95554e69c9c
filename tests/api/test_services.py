"""Services over REST, and which of them fit a patient."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.registry import actions as registry
from diagnosis.registry.models import ModelVersion, VersionStructure
from tests.api.client import Caller
from tests.factories import (
    OrganisationFactory,
    UserFactory,
    clinician_at,
    nurse_at,
    reviewer_at,
)
from tests.pages import drawn
from tests.runnable import Ward, running, ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def heart(db) -> Ward:
    return ward()


def test_the_list_names_each_service_and_the_version_that_answers(heart):
    answer = Caller(heart.doctor).get("services").json()

    (line,) = answer["results"]
    assert (line["slug"], line["version"]["id"]) == ("coronary-disease", str(heart.version.pk))
    assert line["version"]["state"] == "published"
    assert line["version"]["metrics"]["auroc"]["value"] > 0.5


def test_a_service_says_which_inputs_it_reads_in_which_units_and_from_which_codes(heart):
    shape = Caller(heart.doctor).get("services/coronary-disease/").json()

    cholesterol = next(i for i in shape["inputs"] if i["feature"] == "cholesterol")
    assert cholesterol["units"] == ["mg/dL", "mmol/L"]
    assert {c["code"] for c in cholesterol["codes"]} >= {"2093-3", "14647-2"}
    assert next(b["code"] for b in shape["bands"]) == "very-low"
    assert shape["never"]
    assert shape["actions"]


def test_no_row_of_a_patient_leaves_with_a_card(heart):
    text = drawn(Caller(heart.doctor).get("services/coronary-disease"))

    assert "background" not in text


@pytest.mark.django_db(transaction=True)  # the view commits by itself
def test_a_stopped_version_is_shown_as_stopped(heart):
    reviewer = reviewer_at(heart.organisation)
    registry.stop_version(actor=reviewer, version=heart.version, reason="Look at it.")

    assert Caller(heart.doctor).get("services/coronary-disease").json()["version"]["state"] == (
        "stopped"
    )
    answer = Caller(heart.doctor).post(
        "services/coronary-disease/predictions", {"patient": str(heart.patient.pk)}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "service_stopped")


def test_services_of_another_hospital_look_missing(heart):
    outsider = Caller(UserFactory(organisation=OrganisationFactory()))

    foreign = outsider.get("services/coronary-disease")
    missing = outsider.get("services/none-of-these")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()
    assert outsider.get("services").json()["results"] == []


def test_what_is_hidden_from_nurses_is_hidden_here_too(heart):
    running(heart.organisation, "pbc-prognosis")
    nurse = Caller(nurse_at(heart.organisation))

    assert [s["slug"] for s in nurse.get("services").json()["results"]] == ["coronary-disease"]
    assert nurse.get("services/pbc-prognosis").status_code == 404


def test_which_services_fit_a_patient(heart):
    answer = Caller(heart.doctor).get(f"patients/{heart.patient.pk}/services").json()

    (fit,) = answer["results"]
    assert (fit["service"], fit["status"], fit["missing"]) == ("coronary-disease", "ready", [])
    assert AuditEvent.objects.get(act="services.list").patients == [heart.patient.pk]


def test_a_stranger_s_patient_has_no_services(heart):
    outsider = Caller(clinician_at(heart.organisation))

    foreign = outsider.get(f"patients/{heart.patient.pk}/services")
    missing = outsider.get("patients/5e3aa94a-0000-4000-8000-000000000000/services")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()


@pytest.mark.parametrize(
    "address",
    [
        "services",
        "services/coronary-disease",
        "patients/5e3aa94a-0000-4000-8000-000000000000/services",
    ],
)
def test_without_a_token_there_are_no_services(address):
    assert Caller().get(address).status_code == 401


def test_the_inside_of_the_model_can_be_asked_for(heart):
    inside = Caller(heart.doctor).get("services/coronary-disease/model").json()

    assert inside["version"]["id"] == str(heart.version.pk)
    kinds = [layer["kind"] for layer in inside["structure"]["layers"]]
    assert kinds == ["inputs", "preprocessing", "score", "calibration", "result"]
    age = next(f for f in inside["structure"]["features"] if f["name"] == "age")
    assert age["effects"][0]["step"] == "sd"
    first = inside["explanations"]["importance"][0]
    assert first["feature"] == "chest_pain"
    assert first["lower"] < first["mean"] < first["upper"]


def test_the_inside_of_another_house_s_model_does_not_exist(heart):
    outsider = Caller(clinician_at(OrganisationFactory()))

    foreign = outsider.get("services/coronary-disease/model")
    missing = outsider.get("services/nothing/model")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()


def test_a_service_without_a_version_has_no_inside(heart):
    ModelVersion.objects.filter(pk=heart.version.pk).update(state=ModelVersion.State.RETIRED)

    assert Caller(heart.doctor).get("services/coronary-disease/model").status_code == 404


def test_a_version_of_an_older_file_has_nothing_inside(heart):
    VersionStructure.objects.filter(version=heart.version).delete()

    inside = Caller(heart.doctor).get("services/coronary-disease/model").json()

    assert inside["structure"] is None


def test_a_service_says_which_of_its_not_for_a_run_checks(heart):
    points = Caller(heart.doctor).get("services/coronary-disease").json()["not_for"]

    by_text = {point["text"]: point for point in points}
    screening = by_text["Screening of people without symptoms"]
    assert (screening["checked"], screening["rules"]) == (True, ["no-symptoms"])
    assert [point["checked"] for point in points] == [True, True, True, False]


def test_the_inside_tells_what_was_found_in_the_training_table(heart):
    found = TableFinding("few_events", (), {"events": 40, "columns": 11}).to_dict()
    version = heart.version
    version.manifest = {**version.manifest, "findings": [found]}
    version.save()
    reviewer = reviewer_at(heart.organisation)
    version.finding_answers.create(finding="few_events", words="Few.", by=reviewer)

    (told,) = Caller(heart.doctor).get("services/coronary-disease/model").json()["findings"]

    assert (told["code"], told["figures"]) == ("few_events", {"events": 40, "columns": 11})
    assert told["message"].startswith("40 rows of the rarer kind")
    assert told["answer"] == "Few."


def test_an_older_file_tells_of_no_findings(heart):
    version = heart.version
    version.manifest.pop("findings", None)
    version.save()

    assert Caller(heart.doctor).get("services/coronary-disease/model").json()["findings"] is None
