"""One of several classes: its words, its set, its several estimates; and one real run of it."""

from __future__ import annotations

import copy

import pytest
from django.utils import translation

from accounts.models import AuditEvent
from diagnosis.inference import runner
from diagnosis.inference.models import Explanation
from diagnosis.interop.fhir.risk import Run, risk_assessment
from diagnosis.ml import Artifact
from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry import actions
from diagnosis.registry.models import Service
from diagnosis.registry.sheet.sheets import Sheet, read
from diagnosis.registry.versions.ward_cases import SealedCase, define_ward
from diagnosis.results import RESULT_KINDS
from diagnosis.results.kind import Panel, Seen
from diagnosis.results.result import Missed, Result
from diagnosis.results.stored import read_result, written_result
from medportal.common.errors import DomainError
from tests.api.client import Caller
from tests.factories import (
    ConditionFactory,
    OrganisationFactory,
    clinician_at,
    data_scientist_at,
    service_data,
)
from tests.portal.test_result import text_of
from tests.runnable import again, artifact_of, explanation_of, ward

SLUG = "pbc-stage"
KIND = RESULT_KINDS["multiclass"]
VALUES = {"1-2": 0.18, "3": 0.43, "4": 0.39, "3+": 0.82}


def answered(possible: tuple[str, ...], **told) -> Result:
    estimates = tuple(Estimate(name, value) for name, value in VALUES.items())
    return Result("multiclass", estimates, "4", possible=possible, set_level=0.9, **told)


def said(possible: tuple[str, ...]):
    return KIND.shown(Seen(answered(possible), read(service_data(SLUG, "service"))))


def test_classes_stand_in_their_order_and_make_a_hundred():
    with translation.override("en"):
        found = said(("3", "4"))

    assert [row.label for row in found.rows] == ["stage 1 or 2", "stage 3", "stage 4 (cirrhosis)"]
    assert sum(int(row.count) for row in found.rows) == 100
    assert "about 43 stage 3" in found.sentence
    assert [(row.label, row.count) for row in found.sums] == [("stage 3 or 4", "82")]


@pytest.mark.parametrize(
    ("possible", "english", "chinese"),
    [
        (("3", "4"), "Stage 3 or stage 4 (cirrhosis) stay possible", "均有可能"),
        (("4",), "Stage 4 (cirrhosis) alone stays possible", "仅4期（肝硬化）仍有可能"),
        (("1-2", "3", "4"), "The blood tests do not tell", "血液检验无法区分"),
    ],
)
def test_a_set_is_a_sentence(possible, english, chinese):
    for language, words in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert words in said(possible).set_sentence


def test_sums_are_kept_apart_from_what_adds_up_to_one():
    stored = written_result(answered(("3", "4"), missed=(Missed("class", 8, 100, code="1-2"),)))

    assert sum(stored["probabilities"].values()) == pytest.approx(1)
    assert (stored["cumulative"], stored["top"]) == ({"3+": 0.82}, "3")
    assert (stored["set"], stored["set_level"]) == (["3", "4"], 0.9)
    assert written_result(read_result(stored)) == stored


def problems(**changes) -> set[tuple[str, str]]:
    found = copy.deepcopy(service_data(SLUG, "service")) | changes
    return {(one.pointer, one.code) for one in KIND.problems(Sheet.from_dict(found))}


def test_a_sheet_is_judged_wholly_when_it_is_defined():
    listed = service_data(SLUG, "service")["estimates"]
    unexplained = [{**one, "explained": False} for one in listed]

    assert problems() == set()
    assert ("/estimates", "required") in problems(estimates=[])
    assert ("/estimates/1/name", "invalid") in problems(estimates=[listed[0], listed[0]])
    assert ("/estimates/0/name", "invalid") in problems(estimates=[{**listed[0], "name": "a/b"}])
    assert ("/bands_of", "unknown_estimate") in problems(bands_of="5")
    assert ("/bands_of", "not_explained") in problems(estimates=unexplained)
    assert ("/bands", "no_headline") in problems(bands_of=None)
    assert ("/ask_own_estimate", "no_headline") in problems(bands_of=None)


@pytest.fixture
def liver(db):
    found = ward(SLUG, birth_date="1970-05-06")
    Service.objects.filter(pk=found.service.pk).update(ask_own_estimate=False)
    ConditionFactory(patient=found.patient, code="K74.3", system="http://hl7.org/fhir/sid/icd-10")
    return found


@pytest.fixture
def run(liver):
    return liver.run()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_model_that_answers_other_classes_than_the_sheet_names_is_refused():
    sheet = copy.deepcopy(service_data(SLUG, "service"))
    sheet["estimates"][0]["name"] = "1"
    scientist = data_scientist_at(OrganisationFactory())
    service = actions.define_service(
        actor=scientist, sheet=sheet, schema=service_data(SLUG, "schema")
    )
    with pytest.raises(DomainError) as error:
        actions.import_version(actor=scientist, service=service, source=artifact_of(SLUG))
    assert {(one.pointer, one.code) for one in error.value.pointers} == {
        ("/estimates/1-2", "no_words"),
        ("/estimates/1", "unknown_estimate"),
    }


@pytest.mark.slow
def test_what_is_stored_is_what_the_artifact_says(liver, run):
    artifact = Artifact.load(artifact_of(SLUG))
    row = {name: entry.converted for name, entry in run.snapshot.items()}
    (estimates,), (possible,) = artifact.estimates([row]), artifact.sets([row])
    by_name = {one.name: one.value for one in estimates}

    assert run.state == "done", (run.failure_code, run.refusal)
    found = {**run.result["probabilities"], **run.result["cumulative"]}
    assert found == pytest.approx(by_name, rel=1e-6)
    assert run.result["set"] == list(possible)
    assert run.headline == run.result["probabilities"]["4"]
    is_open = len(possible) == 3
    assert (run.band == "") == is_open


@pytest.mark.slow
def test_reasons_of_the_headline_come_with_the_run_and_others_when_they_are_asked_for(liver, run):
    caller = Caller(liver.doctor)
    first = caller.get(f"predictions/{run.pk}/explanations/4")
    assert (first.status_code, first.json()["estimate"]) == (200, "4")
    assert caller.get(f"predictions/{run.pk}").json()["explanation"] == first.json()

    asked = caller.get(f"predictions/{run.pk}/explanations/3+")
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert caller.get(f"predictions/{run.pk}/explanations/3+").status_code == 202
    queued = Explanation.unscoped.get(prediction=run, estimate="3+")
    runner.run_explanation(queued.pk)
    ready = caller.get(f"predictions/{run.pk}/explanations/3+")
    shape = ready.json()
    total = shape["base_value"] + sum(one["contribution"] for one in shape["attributions"])
    assert (ready.status_code, shape["withheld"]) == (200, None)
    assert total == pytest.approx(run.result["cumulative"]["3+"], abs=1e-5)
    assert total != pytest.approx(run.headline, abs=1e-3)
    acts = AuditEvent.objects.filter(act="prediction.explain", what=f"prediction/{run.pk}")
    assert {one.detail.get("estimate", "4") for one in acts} == {
        "4",
        "3+",
    }


@pytest.mark.slow
def test_what_has_no_reasons_and_what_is_anothers_is_not_found(liver, run):
    caller, stranger = Caller(liver.doctor), Caller(clinician_at(liver.organisation))
    missing = caller.get(f"predictions/{run.pk}/explanations/1-2")
    assert (missing.status_code, missing.json()["code"]) == (404, "estimate_not_found")
    assert stranger.get(f"predictions/{run.pk}/explanations/4").status_code == 404


@pytest.mark.slow
def test_the_page_shows_classes_and_the_reasons_that_are_chosen(liver, run, client_for):
    client = client_for(liver.doctor)
    for language, words in (
        ("en", ("In 100 people with blood tests like these", "stage 3 or 4")),
        ("zh-hans", ("每100名血液检验与此相近的患者中", "3期或4期")),
    ):
        for address in (f"/predictions/{run.pk}/", f"/predictions/{run.pk}/print/"):
            answer = client.get(address, headers={"accept-language": language})
            text = text_of(answer)
            assert answer.status_code == 200
            assert all(one in text for one in words), (language, address)
    asked = client.get(f"/predictions/{run.pk}/?estimate=3%2B", headers={"accept-language": "en"})
    assert "The reasons are being computed" in text_of(asked)
    runner.run_explanation(Explanation.unscoped.get(prediction=run, estimate="3+").pk)
    part = client.get(
        f"/predictions/{run.pk}/status/?part=reasons&estimate=3%2B",
        headers={"accept-language": "en"},
    )
    text = text_of(part)
    assert "What moved the estimate: stage 3 or 4" in text
    assert "Reasons for: stage 3 or 4" in text


@pytest.mark.slow
def test_in_fhir_every_class_is_a_prediction_and_says_whether_it_stays_possible(run):
    found = risk_assessment(Run(run, explanation_of(run)))["prediction"]

    assert [one["outcome"]["text"] for one in found] == [
        "stage 4 (cirrhosis)", "stage 1 or 2", "stage 3", "stage 3 or 4",
    ]  # fmt: skip
    assert found[0]["probabilityDecimal"] == pytest.approx(run.headline * 100, abs=1e-3)
    told = {one["url"]: one for one in found[0]["extension"]}
    assert told["urn:medportal:fhir:possible"]["valueBoolean"] == ("4" in run.result["set"])


@pytest.mark.slow
def test_the_card_holds_each_class_its_sets_and_what_stands_beside(liver, client_for):
    client = client_for(liver.doctor)
    for language, words in (
        ("en", ("ALBI score", "Ordinal logistic regression", "they held 322 of 352", "stage 4")),
        ("zh-hans", ("ALBI评分", "有序逻辑回归", "352", "4期（肝硬化）")),
    ):
        for address in (f"/versions/{liver.version.pk}/", f"/services/{SLUG}/"):
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address
            if "versions" in address:
                assert [one for one in words if one not in text_of(answer)] == [], language


@pytest.mark.slow
def test_every_list_names_what_the_number_is_of(liver, run, client_for):
    client = client_for(liver.doctor)
    chart = client.get(f"/patients/{liver.patient.pk}/", headers={"accept-language": "en"})
    assert "stage 4 (cirrhosis)" in text_of(chart)


@pytest.mark.slow
def test_practice_on_what_is_no_event_is_refused_by_name(liver):
    scientist = data_scientist_at(liver.service.organisation)
    case = SealedCase({"bilirubin": 1.0}, happened=True)
    with pytest.raises(DomainError) as refusal:
        define_ward(actor=scientist, service=liver.service, cases=[case] * 20)
    assert refusal.value.code == "ward_of_another_kind"


@pytest.mark.slow
def test_a_course_is_not_drawn_and_values_can_be_tried(liver, run, client_for):
    client = client_for(liver.doctor)
    patient, slug = liver.patient.pk, liver.service.slug
    assert Panel.TREND not in KIND.panels
    assert client.get(f"/patients/{patient}/services/{slug}/trend/").status_code == 404
    tried = client.get(f"/predictions/{run.pk}/try/", headers={"accept-language": "en"})
    assert tried.status_code == 200
    assert "Classes in their order" in tried.content.decode()
    assert 'cx=""' not in tried.content.decode()
    assert client.get(f"/services/{slug}/cohort/").status_code == 200
    assert again(run).explained == ("4", "3+")
