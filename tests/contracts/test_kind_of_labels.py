"""An answer without a headline through its whole life: several labels, by the shipped model."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from accounts.models import AuditEvent
from diagnosis.inference import runner
from diagnosis.inference.models import Explanation, Prediction
from diagnosis.interop.fhir.risk import Run, risk_assessment
from diagnosis.ml import Artifact
from diagnosis.registry import actions
from diagnosis.registry.versions import findings
from diagnosis.results.stored import read_result, written_result
from medportal.demo.build.__main__ import artifact_folder
from tests.api.client import Caller
from tests.factories import (
    ConditionFactory,
    OrganisationFactory,
    clinician_at,
    data_scientist_at,
    patient_of,
    reviewer_at,
    service_data,
)
from tests.pages import drawn
from tests.runnable import Ward, again, explanation_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SLUG = "thyroid-report"
FLAGS = (
    "on_thyroxine", "on_antithyroid_drug", "thyroid_surgery", "radioiodine", "lithium", "goitre",
    "tumour",
)  # fmt: skip
UNDERACTIVE = {
    "tsh": {"value": 48, "unit": "m[IU]/L"},
    "t3": {"value": 1.0, "unit": "nmol/L"},
    "t4": {"value": 32, "unit": "nmol/L"},
    "t4_uptake": {"value": 1.0, "unit": "1"},
    **{name: {"value": "no"} for name in FLAGS},
}
NOT_ILL = ("not-acutely-ill",)


@dataclass
class Clinic:
    ward: Ward
    caller: Caller

    def run(self, confirmed=NOT_ILL, **changes) -> Prediction:
        asked = {"patient": str(self.ward.patient.pk), "inputs": UNDERACTIVE | changes}
        asked |= {"confirmations": list(confirmed)}
        found = self.caller.post(f"services/{SLUG}/predictions", asked)
        assert found.status_code == 202, found.json()
        for explanation in runner.run_prediction(found.json()["id"]):
            runner.run_explanation(explanation)
        return again(Prediction.unscoped.get(pk=found.json()["id"]))


@pytest.fixture
def clinic() -> Clinic:
    house = OrganisationFactory(is_demonstration=True)
    scientist, reviewer, doctor = data_scientist_at(house), reviewer_at(house), clinician_at(house)
    service = actions.define_service(
        actor=scientist,
        sheet=service_data(SLUG, "service"),
        schema=service_data(SLUG, "schema"),
    )
    version = actions.import_version(actor=scientist, service=service, source=artifact_folder(SLUG))
    version = actions.submit_version(actor=scientist, version=version)
    for finding in findings.unanswered(version):
        actions.answer_finding(actor=reviewer, version=version, finding=finding, words="Known.")
    version = actions.approve_version(actor=reviewer, version=version)
    version = actions.publish_version(actor=reviewer, version=version, reason="Tried.")
    patient = patient_of(doctor, sex="female")
    return Clinic(Ward(doctor, patient, version), Caller(doctor))


def test_labels_live(clinic: Clinic, client_for):
    run = clinic.run()
    _is_scored(run)
    _is_told_over_rest(clinic, run)
    _is_explained_label_by_label(clinic, run)
    _has_a_page_and_paper(clinic, run, client_for)
    _stands_in_lists(clinic, client_for)
    _goes_out_as_fhir(run)
    _is_nobody_elses(clinic, run, client_for)


def _is_scored(run: Prediction) -> None:
    """What the artifact says of each label is what is stored; no number speaks for all."""
    row = {name: one["value"] for name, one in UNDERACTIVE.items()} | {"sex": "female"}
    row["age"] = run.snapshot["age"].value
    artifact = Artifact.load(artifact_folder(SLUG))
    (expected,) = artifact.predict([row])
    said = dict(zip(artifact.task.classes, expected, strict=True))
    assert run.state == "done", (run.failure_code, run.refusal)
    assert (run.headline, run.band) == (None, "")
    told = run.result["probabilities"]
    assert "over_replaced" not in told
    assert told == pytest.approx({name: said[name] for name in told}, rel=1e-4)
    assert told["primary_hypothyroid"] > 0.5
    assert written_result(read_result(run.result)) == run.result
    assert all(one.interval for one in run.answer.estimates)


def _is_told_over_rest(clinic: Clinic, run: Prediction) -> None:
    shape = clinic.caller.get(f"predictions/{run.pk}").json()
    assert shape["result"]["kind"] == "multilabel"
    assert shape["result"]["headline"] is None
    assert shape["result"]["probabilities"]["primary_hypothyroid"] > 0.5
    facts = {one["name"]: one for one in shape["result"]["labels"]}
    assert facts["primary_hypothyroid"]["flagged"] > facts["primary_hypothyroid"]["right"] > 0
    assert shape["explanation"]["estimate"] == "thyrotoxic"
    (line,) = clinic.caller.get("predictions").json()["results"]
    assert (line["probability"], line["band"]) == (None, None)


def _is_explained_label_by_label(clinic: Clinic, run: Prediction) -> None:
    content = explanation_of(run).content
    assert _sum(content) == pytest.approx(run.result["probabilities"]["thyrotoxic"], abs=1e-5)
    address = f"predictions/{run.pk}/explanations/primary_hypothyroid"
    assert clinic.caller.get(address).status_code == 202
    row = Explanation.unscoped.get(prediction=run, estimate="primary_hypothyroid")
    runner.run_explanation(row.pk)
    found = clinic.caller.get(address)
    assert (found.status_code, found.json()["estimate"]) == (200, "primary_hypothyroid")
    told = run.result["probabilities"]["primary_hypothyroid"]
    assert _sum(found.json()) == pytest.approx(told, abs=1e-4)
    largest = max(found.json()["attributions"], key=lambda one: abs(one["contribution"]))
    assert largest["feature"] in ("tsh", "t4")
    for missing in ("over_replaced", "gout"):
        assert clinic.caller.get(f"predictions/{run.pk}/explanations/{missing}").status_code == 404


def _sum(content) -> float:
    return content["base_value"] + sum(one["contribution"] for one in content["attributions"])


WORDS = {
    "en": ("primary hypothyroidism", "flagged", "Not judged here", "lowered binding protein"),
    "zh-hans": ("原发性甲状腺功能减退", "已标记", "此处不作判断", "甲状腺结合蛋白降低"),
}


def _has_a_page_and_paper(clinic: Clinic, run: Prediction, client_for) -> None:
    client = client_for(clinic.ward.doctor)
    for language, words in WORDS.items():
        client.cookies["django_language"] = language
        for part in ("", "print/", "?estimate=primary_hypothyroid"):
            address = f"/predictions/{run.pk}/{part}"
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address
            text = drawn(answer)
            for word in words:
                assert word in text, (address, word)
            assert "no band" not in text
            assert "no number" not in text


def _stands_in_lists(clinic: Clinic, client_for) -> None:
    client = client_for(clinic.ward.doctor)
    patient, version = clinic.ward.patient.pk, clinic.ward.version.pk
    for address in ("/", f"/?service={SLUG}&risk=1", f"/patients/{patient}/"):
        text = drawn(client.get(address, headers={"accept-language": "en"}))
        assert "1 comment: primary hypothyroidism" in text, address
        assert "/cohort/" not in text
    for address in (f"/services/{SLUG}/", f"/versions/{version}/"):
        text = drawn(client.get(address, headers={"accept-language": "en"}))
        assert "A rule suffices" in text
        assert "No person can be told apart" in text


def _goes_out_as_fhir(run: Prediction) -> None:
    told = risk_assessment(Run(run, explanation_of(run)))["prediction"]
    assert [one["outcome"]["text"] for one in told][:2] == [
        "thyrotoxic pattern", "primary hypothyroidism",
    ]  # fmt: skip
    assert told[1]["probabilityDecimal"] > 50
    assert "qualitativeRisk" not in told[0]


def _is_nobody_elses(clinic: Clinic, run: Prediction, client_for) -> None:
    stranger = clinician_at(clinic.ward.organisation)
    assert client_for(stranger).get(f"/predictions/{run.pk}/").status_code == 404
    address = f"predictions/{run.pk}/explanations/primary_hypothyroid"
    assert Caller(stranger).get(address).status_code == 404


def test_on_thyroxine_replacement_is_judged_too(clinic: Clinic):
    run = clinic.run(on_thyroxine={"value": "yes"})
    assert {"under_replaced", "over_replaced"} <= set(run.result["probabilities"])


def test_what_holds_whatever_the_comment_stands_beside(clinic: Clinic, client_for):
    run = clinic.run()
    assert [rule.code for rule in run.standing] == ["tsh-high"]
    text = drawn(client_for(clinic.ward.doctor).get(f"/predictions/{run.pk}/"))
    assert "TSH over 10 mIU/L" in text


@pytest.mark.parametrize(
    ("icd", "rule"), [("O26.9", "pregnant"), ("Z33", "pregnant"), ("E23.0", "pituitary")]
)
def test_whom_the_comments_were_not_made_for_is_refused_by_name(clinic: Clinic, icd, rule):
    ConditionFactory(patient=clinic.ward.patient, code=icd)
    run = clinic.run()
    assert run.state == "refused"
    assert rule in str(run.refusal)


def test_without_tsh_and_in_acute_illness_nothing_is_said(clinic: Clinic):
    assert clinic.run(tsh=None).state == "refused"
    run = clinic.run(confirmed=())
    assert run.state == "refused"
    assert "not-acutely-ill" in str(run.refusal)


def test_a_free_t4_of_the_chart_stands_in_for_nothing(clinic: Clinic):
    from tests.factories import ObservationFactory

    patient = clinic.ward.patient
    ObservationFactory(patient=patient, code="3024-7", value_number=1.2, unit="ng/dL")
    run = clinic.run(t4=None)
    assert run.snapshot["t4"].converted is None
    assert "t4" in run.answer.imputed


def test_asking_for_other_reasons_leaves_its_event(clinic: Clinic):
    run = clinic.run()
    clinic.caller.get(f"predictions/{run.pk}/explanations/subclinical_hypothyroid")
    events = AuditEvent.objects.filter(act="prediction.explain", actor_id=clinic.ward.doctor.pk)
    asked = [one.detail.get("estimate") for one in events]
    assert asked.count("subclinical_hypothyroid") == 1
