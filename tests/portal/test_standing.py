"""«Bilirubin over 3 mg/dL: discuss with a transplant centre, whatever the score»: everywhere.

The sickest patients are those whose run is refused: the rule must not go with the number.
"""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from diagnosis.inference.before.warnings import standing_rules
from diagnosis.interop.fhir.bundle import bundle_of as fhir_bundle
from diagnosis.portal.result.result_page import ResultPage
from diagnosis.records.models import Observation
from tests.api.client import Caller
from tests.factories import ConditionFactory, clinician_at
from tests.pages import drawn
from tests.runnable import Ward, again, ward

pytestmark = pytest.mark.django_db
RULE = "discuss with a transplant centre, whatever the score"
IN_CHINESE = "无论评分高低"
FOR_THE_PATIENT = "doctors speak with a transplant centre"
SICKEST = {"bilirubin": 45.0, "albumin": 1.4, "prothrombin_time": 17.5}
JAUNDICED = {"bilirubin": 6.2, "albumin": 2.9}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def liver(db) -> Ward:
    made = ward("pbc-prognosis", birth_date=date(1966, 3, 17))
    ConditionFactory(patient=made.patient, code="K74.3", status="active")
    return made


@pytest.fixture
def refused(liver):
    run = liver.run(inputs=SICKEST)
    assert run.state == "refused"
    assert run.refusal["code"] == "unlike_training"
    return run


@pytest.fixture
def done(liver):
    run = liver.run(inputs=JAUNDICED)
    assert run.state == "done"
    return run


def test_a_refusal_names_the_value_that_stands_out_most_by_itself(refused):
    message = refused.refusal["message"]["en"]

    first = refused.refusal["features"][0]
    assert message.split("Standing out most: ")[1].startswith(
        {"albumin": "Albumin", "bilirubin": "Bilirubin", "prothrombin_time": "Prothrombin"}[first]
    )
    assert message.count("Then:") == 1


@pytest.mark.parametrize("which", ["refused", "done"])
def test_page_and_paper_say_it_with_a_number_and_without_one(which, request, liver, client_for):
    run = request.getfixturevalue(which)
    client = client_for(liver.doctor)

    for part in ("", "print/"):
        html = drawn(client.get(f"/predictions/{run.pk}/{part}"))
        assert html.count('class="note stop standing"') == 1, part
        assert RULE in html.split('class="note stop standing"')[1][:200], part


def test_it_is_there_while_the_run_waits(liver, client_for):
    run = liver.ask(inputs=SICKEST)

    assert RULE in drawn(client_for(liver.doctor).get(f"/predictions/{run.pk}/"))


def test_the_form_says_it_of_the_chart_and_of_what_was_typed(liver, client_for):
    client = client_for(liver.doctor)
    address = f"/patients/{liver.patient.pk}/services/pbc-prognosis/"

    before = drawn(client.get(address))
    sent = {"seen_bilirubin": "1.8 mg/dL", "value_bilirubin": "7", "unit_bilirubin": "mg/dL"}
    typed = client.post(address, {**sent, "value_albumin": "so low"})

    assert RULE not in before
    assert typed.status_code in (409, 422)
    assert RULE in drawn(typed)


def test_it_follows_the_sliders_of_a_try_out(liver, client_for):
    run = liver.run()
    client = client_for(liver.doctor)

    def tried(bilirubin: str) -> str:
        sent = {"value_bilirubin": bilirubin, "unit_bilirubin": "mg/dL"}
        return drawn(client.post(f"/predictions/{run.pk}/try/", sent))

    assert RULE not in tried("2.9")
    assert RULE in tried("3.1")
    assert RULE in tried("79")  # refused, and said all the same


def test_the_sheet_says_it_in_words_for_the_patient(liver, done, client_for):
    html = drawn(client_for(liver.doctor).get(f"/predictions/{done.pk}/sheet/"))

    assert FOR_THE_PATIENT in html
    assert RULE not in html


def test_the_copied_text_takes_it_along(liver, done):
    assert RULE in ResultPage(prediction=done, user=liver.doctor).copy_text


@pytest.mark.parametrize("which", ["refused", "done"])
def test_rest_gives_it_beside_a_refusal_too(which, request, liver):
    run = request.getfixturevalue(which)

    (rule,) = Caller(liver.doctor).get(f"predictions/{run.pk}").json()["standing_rules"]

    assert (rule["code"], rule["features"]) == ("bilirubin-trigger", ["bilirubin"])
    assert RULE in rule["message"]
    assert rule["source"]


def test_the_list_of_services_tells_it_of_the_chart_before_any_run(liver):
    def told() -> list[str]:
        answer = Caller(liver.doctor).get(f"patients/{liver.patient.pk}/services").json()
        return [rule["code"] for rule in answer["results"][0]["standing_rules"]]

    assert told() == []
    Observation.unscoped.filter(patient=liver.patient, code="1975-2").update(value_number=6.2)
    assert told() == ["bilirubin-trigger"]


@pytest.mark.parametrize(("which", "status"), [("refused", "cancelled"), ("done", "preliminary")])
def test_fhir_gives_it_as_mitigation(which, status, request, liver):
    request.getfixturevalue(which)

    bundle = fhir_bundle(liver.doctor, liver.patient, identifier=uuid4(), at=timezone.now())
    (found,) = [
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "RiskAssessment"
    ]

    assert found["status"] == status
    assert RULE in found["mitigation"]
    assert ("prediction" in found) == (which == "done")


def test_the_worklist_marks_the_line(liver, refused, client_for):
    html = drawn(client_for(liver.doctor).get("/"))

    assert "safety rule" in html


def test_it_is_said_in_the_reader_s_language(liver, refused, client_for):
    in_chinese = {"accept-language": "zh-hans"}
    answer = client_for(liver.doctor).get(f"/predictions/{refused.pk}/", headers=in_chinese)

    assert IN_CHINESE in drawn(answer)


def test_a_normal_bilirubin_says_nothing(liver):
    run = liver.run()

    assert again(run).standing == []
    assert standing_rules(run.service, None, run.snapshot) == []


def test_a_stranger_learns_nothing_of_it(liver, refused, client_for):
    stranger = clinician_at(liver.organisation)

    assert client_for(stranger).get(f"/predictions/{refused.pk}/").status_code == 404
    assert Caller(stranger).get(f"predictions/{refused.pk}").status_code == 404


def test_a_refusal_is_decided_on_where_it_is_read(liver, refused, client_for):
    client, address = client_for(liver.doctor), f"/predictions/{refused.pk}/"
    page = drawn(client.get(address))

    client.post(f"{address}decision/", {"action": "transplant-centre"})
    decided = drawn(client.get(address))
    paper = drawn(client.get(f"{address}print/"))

    assert 'id="decision-form"' in page
    assert 'name="assessment"' not in page
    assert "<strong>Discuss with a transplant centre</strong>" in decided
    assert "<strong>Discuss with a transplant centre</strong>" in paper
    assert "refused; decided" in drawn(client.get("/"))
    text = ResultPage(prediction=again(refused), user=liver.doctor).copy_text
    assert "not scored" in text
    assert RULE in text
    assert "Decision: Discuss with a transplant centre" in text


def test_a_refusal_is_decided_on_over_rest_and_leaves_with_the_chart(liver, refused):
    answer = Caller(liver.doctor).post(
        f"predictions/{refused.pk}/decisions", {"action": "other", "action_text": "Called them."}
    )

    assert answer.status_code == 201
    assert answer.json()["assessment"] is None
    bundle = fhir_bundle(liver.doctor, liver.patient, identifier=uuid4(), at=timezone.now())
    (found,) = [e["resource"] for e in bundle["entry"] if "mitigation" in e["resource"]]
    assert "Called them." in found["note"][-1]["text"]
