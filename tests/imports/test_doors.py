"""The three ways in: REST, the page, the command."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from accounts.models import AuditEvent, Role
from diagnosis.records import runner
from diagnosis.records.models import ImportRun, Patient
from tests import factories
from tests.imports import sent
from tests.imports.conftest import House
from tests.imports.sent import bundle, observation, patient
from tests.pages import drawn

GOOD = bundle(patient(), observation())
BAD = bundle(patient(), observation(1200))


def post(person, data: bytes, kind: str = "application/fhir+json", **asked):
    headers = {**factories.bearer_of(person), **asked.pop("headers", {})}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return Client().post(f"/api/v1/imports?{query}", data, content_type=kind, headers=headers)


@pytest.fixture
def live(worker) -> House:
    doctor = factories.clinician_at(factories.OrganisationFactory())
    return House(doctor, factories.team_of(doctor), doctor)


@pytest.mark.django_db(transaction=True)
def test_a_program_sends_a_file_and_waits_for_its_report(live: House):
    system = factories.person_at(live.doctor.organisation, Role.SERVICE_CLIENT)
    factories.MembershipFactory(team=live.team, user=system)

    answer = post(system, GOOD, team=live.team.pk, source="his", headers={"Prefer": "wait=10"})

    assert (answer.status_code, answer["Preference-Applied"]) == (200, "wait=10")
    told = answer.json()
    assert (told["state"], told["source"], told["format"]) == ("done", "his", "fhir")
    assert told["report"]["patients"]["created"] == 1
    assert Patient.objects.visible_to(live.doctor).count() == 1
    there = Client().get(answer["Location"], headers=factories.bearer_of(system))
    assert there.json() == told
    listed = Client().get("/api/v1/imports", headers=factories.bearer_of(system)).json()
    assert [entry["id"] for entry in listed["results"]] == [told["id"]]
    for stranger in (live.doctor, factories.clinician_at(factories.OrganisationFactory())):
        answer = Client().get(
            f"/api/v1/imports/{told['id']}", headers=factories.bearer_of(stranger)
        )
        assert answer.status_code == 404


@pytest.mark.usefixtures("unrung")
@pytest.mark.django_db(transaction=True)  # the view commits by itself
@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "broken_json"),
        (b"", "text/csv", 400, "required"),
        (b"a,b\n1,2\n", "text/csv", 400, "columns_missing"),
        (GOOD, "application/xml", 415, None),
        (b"x" * 2000, "text/csv", 413, None),
    ],
)
def test_what_is_no_file_is_a_problem_and_leaves_no_row(settings, data, kind, status, code):
    settings.IMPORT_MOST_BYTES = 1500
    doctor = factories.clinician_at(factories.OrganisationFactory())

    answer = post(doctor, data, kind, team=factories.team_of(doctor).pk)

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    if code:
        assert answer.json()["errors"][0]["code"] == code
    assert not ImportRun.unscoped.exists()
    assert AuditEvent.objects.filter(act="import.request", outcome="refused").count() == 1


@pytest.mark.usefixtures("unrung")
@pytest.mark.django_db(transaction=True)  # the view commits by itself
def test_a_form_says_beside_the_file_where_it_goes():
    doctor = factories.clinician_at(factories.OrganisationFactory())
    form = {"team": str(factories.team_of(doctor).pk), "source": "his"}
    headers = factories.bearer_of(doctor)
    file = SimpleUploadedFile("patients.csv", sent.table(sent.row()))

    taken = Client().post("/api/v1/imports", {**form, "file": file}, headers=headers)
    without = Client().post("/api/v1/imports", form, headers=headers)

    assert (taken.status_code, taken.json()["format"]) == (202, "csv")
    assert (without.status_code, without.json()["errors"][0]["pointer"]) == (400, "/file")


def upload(client: Client, house: House, data: bytes, **more):
    given = {"team": str(house.team.pk), "file": SimpleUploadedFile("f", data), **more}
    return client.post("/patients/import/", given)


def test_a_page_takes_a_file_shows_how_far_it_is_and_reports(house: House, client_for):
    client = client_for(house.doctor)

    sent_in = upload(client, house, BAD, source="lab")
    (run,) = ImportRun.unscoped.all()
    assert sent_in["Location"] == f"/patients/import/{run.pk}/"
    waiting = client.get(sent_in["Location"])
    assert b"hx-get" in waiting.content
    unchanged = client.get(f"{sent_in['Location']}status/?seen=queued-0")
    assert unchanged.status_code == 204
    runner.run_import(run.pk)

    fragment = drawn(client.get(f"{sent_in['Location']}status/?seen=queued-0"))
    page = drawn(client.get(sent_in["Location"]))

    for shown in (fragment, page):
        assert "hx-get" not in shown.split("import-body")[1]
        assert "Done, but 1 patient was refused." in shown
        assert "/entry/1/resource/valueQuantity/value" in shown
    table = client.get(f"{sent_in['Location']}refused/").content.decode("utf-8-sig")
    (_header, line) = csv.reader(StringIO(table))
    assert line[0] == "/entry/1/resource/valueQuantity/value"
    assert line[3] == "out_of_bounds"
    assert f"/patients/import/{run.pk}/" in drawn(client.get("/patients/import/"))
    assert AuditEvent.objects.filter(act="import.read").count() == 4


def test_a_page_says_at_the_field_what_is_wrong_with_a_file(house: House, client_for):
    client = client_for(house.doctor)

    refused = upload(client, house, b'{"resourceType": "Patient"}')
    reserved = upload(client, house, GOOD, source="chart")
    foreign = client.post(
        "/patients/import/",
        {"team": str(factories.team_of(house.colleague).pk), "file": SimpleUploadedFile("f", GOOD)},
    )

    assert "/resourceType" in str(refused.context["form"].errors["file"])
    assert "source" in reserved.context["form"].errors
    assert "team" in foreign.context["form"].errors
    assert {a.status_code for a in (refused, reserved, foreign)} == {422}
    assert not ImportRun.unscoped.exists()


def test_a_report_speaks_the_language_of_who_asked(house: House, client_for):
    house.doctor.language = "zh-hans"
    house.doctor.save()
    client = client_for(house.doctor)
    upload(client, house, bundle(patient(birthDate="2140-01-01")))
    (run,) = ImportRun.unscoped.all()
    runner.run_import(run.pk)

    page = drawn(client.get(f"/patients/import/{run.pk}/"))

    assert "被拒绝" in page
    assert "日期" in page
    translation.activate("en")


def command(house: House, file, **asked):
    out, errors = StringIO(), StringIO()
    given = {"team": house.team.name, "user": house.doctor.username, **asked}
    call_command("import_records", str(file), stdout=out, stderr=errors, **given)
    return out.getvalue(), errors.getvalue()


@pytest.mark.usefixtures("unrung")
@pytest.mark.django_db(transaction=True)
def test_the_command_prints_the_report(tmp_path):
    doctor = factories.clinician_at(factories.OrganisationFactory())
    house = House(doctor, factories.team_of(doctor), doctor)
    file = tmp_path / "bundle.json"
    file.write_bytes(GOOD)

    said, _errors = command(house, file, source="his")

    assert "patients: 1 created, 0 updated, 0 unchanged, 0 refused" in said
    assert AuditEvent.objects.get(act="patient.import").channel == "command"


@pytest.mark.usefixtures("unrung")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("data", "asked", "status", "words"),
    [
        (BAD, {}, 1, "1 patients were refused"),
        (b"{", {}, 2, "JSON"),
        (GOOD, {"team": "Nowhere"}, 2, "care team"),
        (GOOD, {"user": "nobody"}, 2, "no such user"),
        (None, {}, 2, "Cannot read"),
    ],
)
def test_the_command_s_exit_status_says_how_it_went(tmp_path, data, asked, status, words):
    doctor = factories.clinician_at(factories.OrganisationFactory())
    house = House(doctor, factories.team_of(doctor), doctor)
    file = tmp_path / "bundle.json"
    if data is not None:
        file.write_bytes(data)

    with pytest.raises(CommandError) as caught:
        command(house, file, **asked)

    assert caught.value.returncode == status
    assert words in str(caught.value)
    assert not Patient.unscoped.exists()


def test_the_shape_of_the_report_is_in_the_schema(house: House, client_for):
    schema = client_for(house.doctor).get("/api/schema/").content

    paths = json.loads(schema)["paths"]
    assert set(paths["/api/v1/imports"]["post"]["requestBody"]["content"]) >= {
        "application/fhir+json",
        "text/csv",
        "multipart/form-data",
    }
