"""Every kind of answer through its whole life, one of them made up.

A sheet, a real model, a run, its reasons, REST, the page in both languages, paper, lists, FHIR, and
a stranger who finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from diagnosis.inference import runner
from diagnosis.inference.models import Prediction
from diagnosis.ml import Artifact, train
from diagnosis.ml.results import RESULT_KINDS as LIBRARY
from diagnosis.registry import actions
from diagnosis.registry.versions import contradictions, findings
from diagnosis.results import RESULT_KINDS, Panel
from diagnosis.results.stored import read_result, written_result
from medportal.common.errors import DomainError
from tests.api.client import Caller
from tests.contracts.kinds import ShownCount, services
from tests.factories import (
    OrganisationFactory,
    clinician_at,
    data_scientist_at,
    patient_of,
    reviewer_at,
)
from tests.ml.results.count import Count
from tests.pages import drawn
from tests.runnable import Ward, again, explanation_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
APART = ("multiclass", "multilabel")
"""A life of their own: beside tests/results/test_survival.py, test_kind_of_labels.py here."""
EVERY = (*(name for name in RESULT_KINDS if name not in APART), "count")
PROBABILITIES = ("binary", "survival")
GIVEN = {
    "waist": {"value": services.WAIST, "unit": "cm"},
    "height": {"value": services.HEIGHT, "unit": "cm"},
}
SAID = {"binary": "\u00a0%", "regression": "\u00a0kg", "count": "/a", "survival": "\u00a0%"}


@pytest.fixture(autouse=True)
def _the_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a kind needs beside its two folders."""
    monkeypatch.setitem(LIBRARY, "count", Count())
    monkeypatch.setitem(RESULT_KINDS, "count", ShownCount())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a real artifact for each kind, made once."""
    made: dict[str, Path] = {}

    def folder(kind: str) -> Path:
        if kind not in made:
            path = tmp_path_factory.mktemp(kind) / "model"
            train(services.recipe(kind), services.table(kind), services.features()).save(path)
            made[kind] = path
        return made[kind]

    return folder


def published(house, kind: str, source: Path):
    scientist, reviewer = data_scientist_at(house), reviewer_at(house)
    service = actions.define_service(
        actor=scientist, sheet=services.sheet(kind), schema=services.schema()
    )
    version = actions.import_version(actor=scientist, service=service, source=source)
    version = actions.submit_version(actor=scientist, version=version)
    for finding in findings.unanswered(version):
        actions.answer_finding(actor=reviewer, version=version, finding=finding, words="Known.")
    for name in contradictions.unexplained(version):
        note = services.both("By chance.", "偶然所致。")
        version = actions.explain_contradiction(
            actor=reviewer, version=version, feature=name, note=note
        )
    version = actions.approve_version(actor=reviewer, version=version)
    return actions.publish_version(actor=reviewer, version=version, reason="Tried.")


@dataclass
class Life:
    kind: str
    ward: Ward
    run: Prediction
    source: Path
    client_for: object


@pytest.fixture(params=EVERY)
def life(request, trained, client_for) -> Life:
    kind = request.param
    source = trained(kind)  # first: no transaction stays open while something is learnt
    house = OrganisationFactory(is_demonstration=True)
    doctor = clinician_at(house)
    patient = patient_of(doctor, sex="female")
    ward = Ward(doctor, patient, published(house, kind, source))
    found = Caller(doctor).post(
        f"services/{ward.service.slug}/predictions", {"patient": str(patient.pk), "inputs": GIVEN}
    )
    assert found.status_code == 202, found.json()
    for explanation in runner.run_prediction(found.json()["id"]):
        runner.run_explanation(explanation)
    run = again(Prediction.unscoped.get(pk=found.json()["id"]))
    return Life(kind, ward, run, source, client_for)


def test_a_kind_lives(life: Life):
    _is_scored(life)
    _adds_up(life)
    _is_told_over_rest(life)
    _has_a_page_and_paper(life)
    _stands_in_lists(life)
    _goes_out_as_fhir(life)
    _offers_what_it_has_and_nothing_else(life)
    _is_nobody_elses(life)


def number_in(shape, word: str) -> float:
    """The headline as its kind stores it: alone, or the one of several that is named."""
    return shape[f"{word}s"][shape["headline"]] if f"{word}s" in shape else shape[word]


def _is_scored(life: Life) -> None:
    """What the artifact says of these inputs is what is stored, in a band of the sheet."""
    run, word = life.run, RESULT_KINDS[life.kind].word
    row = {name: value["value"] for name, value in GIVEN.items()}
    (answer,) = Artifact.load(life.source).predict([row])
    expected = answer[-1] if life.kind == "survival" else answer
    assert run.state == "done", (run.failure_code, run.refusal)
    assert run.headline == pytest.approx(expected, rel=1e-6)
    assert (run.result["kind"], number_in(run.result, word)) == (life.kind, run.headline)
    assert written_result(read_result(run.result)) == run.result
    assert run.band == run.definition.band_of(run.headline).code
    assert run.answer.headline.interval is not None
    is_number = life.kind == "regression"
    assert (run.answer.interval_method == "conformal range") == is_number


def _adds_up(life: Life) -> None:
    content = explanation_of(life.run).content
    total = content["base_value"] + sum(one["contribution"] for one in content["attributions"])
    assert total == pytest.approx(life.run.headline, rel=1e-4)
    assert content["scale"] == RESULT_KINDS[life.kind].word


def _is_told_over_rest(life: Life) -> None:
    shape = Caller(life.ward.doctor).get(f"predictions/{life.run.pk}").json()
    word, unit = RESULT_KINDS[life.kind].word, services.TARGETS[life.kind][1]
    assert shape["result"]["kind"] == life.kind
    assert number_in(shape["result"], word) == round(life.run.headline, 6)
    assert shape["result"].get("unit") == ("d" if life.kind == "survival" else unit)
    assert shape["explanation"]["withheld"] is None
    (line,) = Caller(life.ward.doctor).get("predictions").json()["results"]
    assert (line["probability"] is None) == (unit is not None)
    if unit is not None:
        assert line["estimate"]["value"] == round(life.run.headline, 6)


def _has_a_page_and_paper(life: Life) -> None:
    client = life.client_for(life.ward.doctor)
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        for address in (f"/predictions/{life.run.pk}/", f"/predictions/{life.run.pk}/print/"):
            answer = client.get(address, headers={"accept-language": language})
            text = drawn(answer)
            assert answer.status_code == 200, address
            said = SAID[life.kind] if language == "en" else SAID[life.kind].replace("\u00a0%", "%")
            assert said.strip("\u00a0") in text
            assert "waterfall" in text, (life.kind, address)
            if life.kind not in PROBABILITIES:
                assert "percentage points" not in text
                assert "&lt;1\u00a0%" not in text


def _stands_in_lists(life: Life) -> None:
    client = life.client_for(life.ward.doctor)
    unit = SAID[life.kind].strip("\u00a0")
    for address in ("/", f"/patients/{life.ward.patient.pk}/"):
        text = drawn(client.get(address, headers={"accept-language": "en"}))
        assert unit in text, (life.kind, address)
    version = life.ward.version
    for address in (f"/services/{life.ward.service.slug}/", f"/versions/{version.pk}/"):
        assert client.get(address).status_code == 200, address


def _goes_out_as_fhir(life: Life) -> None:
    from diagnosis.interop.fhir.risk import Run, risk_assessment

    found = risk_assessment(Run(life.run, explanation_of(life.run)))
    said, *others = found["prediction"]
    assert len(others) == len(life.run.answer.estimates) - 1
    if life.kind in PROBABILITIES:
        assert said["probabilityDecimal"] == pytest.approx(life.run.headline * 100, abs=1e-3)
        return
    assert "probabilityDecimal" not in said
    (estimate,) = [e for e in said["extension"] if e["url"].endswith(":estimate")]
    assert estimate["valueQuantity"]["value"] == pytest.approx(life.run.headline, abs=1e-3)
    assert estimate["valueQuantity"]["code"] == services.TARGETS[life.kind][1]


def _offers_what_it_has_and_nothing_else(life: Life) -> None:
    client, panels = life.client_for(life.ward.doctor), RESULT_KINDS[life.kind].panels
    slug, patient = life.ward.service.slug, life.ward.patient.pk
    asked = {
        Panel.TREND: f"/patients/{patient}/services/{slug}/trend/",
        Panel.COHORT: f"/services/{slug}/cohort/",
        Panel.FURTHER: f"/predictions/{life.run.pk}/sureness/",
        Panel.TRY_OUT: f"/predictions/{life.run.pk}/try/",
        Panel.PATIENT_SHEET: f"/predictions/{life.run.pk}/sheet/",
    }
    for panel, address in asked.items():
        status = client.get(address).status_code
        assert (status == 200) == (panel in panels), (life.kind, panel, status)


def _is_nobody_elses(life: Life) -> None:
    stranger = clinician_at(life.ward.organisation)
    missing = life.client_for(stranger).get(f"/predictions/{life.run.pk}/")
    assert missing.status_code == 404
    assert Caller(stranger).get(f"predictions/{life.run.pk}").status_code == 404


def test_a_sheet_of_a_kind_that_there_is_not_is_refused_by_name():
    sheet = services.sheet("regression") | {"kind": "song"}
    with pytest.raises(DomainError) as error:
        actions.define_service(
            actor=data_scientist_at(OrganisationFactory()), sheet=sheet, schema=services.schema()
        )
    told = {one.pointer: (one.code, str(one.message)) for one in error.value.pointers}
    assert told["/kind"][0] == "unknown_kind"
    assert "song" in told["/kind"][1]
    assert "regression" in told["/kind"][1]


def test_bands_of_a_quantity_cover_its_scale():
    sheet = services.sheet("regression")
    sheet["bands"][1]["upper"] = 120
    with pytest.raises(DomainError) as error:
        actions.define_service(
            actor=data_scientist_at(OrganisationFactory()), sheet=sheet, schema=services.schema()
        )
    assert [(p.pointer, p.code) for p in error.value.pointers] == [("/bands", "gap")]


def test_a_model_of_another_kind_than_the_service_is_refused(trained):
    source = trained("binary")
    house = OrganisationFactory()
    scientist = data_scientist_at(house)
    service = actions.define_service(
        actor=scientist, sheet=services.sheet("regression"), schema=services.schema()
    )
    with pytest.raises(DomainError) as error:
        actions.import_version(actor=scientist, service=service, source=source)
    assert ("/task/kind", "kind_differs") in {(p.pointer, p.code) for p in error.value.pointers}


def test_a_model_of_a_kind_without_pages_is_refused_by_name(trained, monkeypatch):
    source = trained("count")
    house = OrganisationFactory()
    scientist = data_scientist_at(house)
    service = actions.define_service(
        actor=scientist, sheet=services.sheet("regression"), schema=services.schema()
    )
    monkeypatch.delitem(RESULT_KINDS, "count")
    with pytest.raises(DomainError) as error:
        actions.import_version(actor=scientist, service=service, source=source)
    (found,) = [p for p in error.value.pointers if p.pointer == "/task/kind"]
    assert (found.code, "count" in str(found.message)) == ("unknown_kind", True)
