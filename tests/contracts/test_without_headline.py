"""An answer of several numbers none of which says it all: no list, page or file invents one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pytest

from diagnosis.inference import actions, runner
from diagnosis.inference.models import Explanation, Prediction
from diagnosis.interop.fhir.risk import Run, risk_assessment
from diagnosis.ml import Recipe, train
from diagnosis.registry import actions as registry
from diagnosis.results import RESULT_KINDS, panels
from diagnosis.results.kind import OF_A_HEADLINE, Panel, Seen, Templates
from diagnosis.results.multiclass.shown import ShownClasses, shown
from diagnosis.results.result import Result
from diagnosis.results.several import Several
from tests.api.client import Caller
from tests.contracts.kinds import services
from tests.factories import OrganisationFactory, clinician_at, data_scientist_at, patient_of
from tests.pages import drawn
from tests.runnable import Ward, again, approved, explanation_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
GIVEN = {
    "waist": {"value": services.WAIST, "unit": "cm"},
    "height": {"value": services.HEIGHT, "unit": "cm"},
}
NUMBERS = (">None<", "no number", "&lt;1", ">0\u00a0%<")


TEMPLATES = Templates("results/multiclass/_number.html")


@dataclass(frozen=True)
class ShownSigns(Several):
    """Signs that are there or not, as nobody but this test shows them."""

    name: str = "multilabel"
    panels: frozenset[Panel] = field(default_factory=lambda: frozenset(Panel))
    templates: Templates = TEMPLATES

    def leaves_open(self, _result: Result) -> bool:
        return False

    def shown(self, seen: Seen) -> ShownClasses | None:
        return shown(seen)

    def fhir(self, result: Result, _sheet):
        return tuple(
            {"outcome": {"text": one.name}, "probabilityDecimal": round(100 * one.value, 4)}
            for one in result.estimates
        )


def sheet():
    found = services.sheet("binary")
    for name in ("flag_threshold", "patient_sheet"):
        found.pop(name, None)
    said = services.both
    return found | {
        "kind": "multilabel",
        "slug": "kind-signs",
        "bands": [],
        "patient_sheet": False,
        "ask_own_estimate": False,
        "estimates": [
            {"name": "heavy", **said("heavy", "偏重"), "explained": True},
            {"name": "tall", **said("tall", "偏高"), "explained": True},
        ],
        "bands_of": None,
    }


def model(folder):
    table: pd.DataFrame = services.table("regression")
    table["heavy"] = (table["weight"] > 74).astype(int)
    table["tall"] = (table["height"] + (table["weight"] - 74) / 3 > 171).astype(int)
    recipe = Recipe(("heavy", "tall"), "logistic", task="multilabel", **services.QUICK)
    train(recipe, table.drop(columns="weight"), services.features()).save(folder)
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return model(tmp_path_factory.mktemp("signs") / "model")


@pytest.fixture
def ward(source, monkeypatch):
    monkeypatch.setitem(RESULT_KINDS, "multilabel", ShownSigns())
    house = OrganisationFactory(is_demonstration=True)
    monkeypatch.setattr("tests.runnable.artifact_of", lambda _slug: source)
    scientist = data_scientist_at(house)
    service = registry.define_service(actor=scientist, sheet=sheet(), schema=services.schema())
    version = approved(service)
    version = registry.publish_version(actor=version.approved_by, version=version, reason="Tried.")
    doctor = clinician_at(house)
    return Ward(doctor, patient_of(doctor, sex="female"), version)


@pytest.fixture
def run(ward) -> Prediction:
    asked = Caller(ward.doctor).post(
        f"services/{ward.service.slug}/predictions",
        {"patient": str(ward.patient.pk), "inputs": GIVEN},
    )
    for explanation in runner.run_prediction(asked.json()["id"]):
        runner.run_explanation(explanation)
    return again(Prediction.unscoped.get(pk=asked.json()["id"]))


def test_nothing_that_speaks_of_one_estimate_is_there_and_nothing_is_invented(
    ward, run, client_for
):
    assert (run.state, run.headline, run.band) == ("done", None, "")
    assert run.answer.headline is None
    assert panels(run.definition).isdisjoint(OF_A_HEADLINE)
    _reasons_of_the_first_come_with_it(run)
    _lists_and_pages_say_what_there_is(ward, run, client_for(ward.doctor))
    _rest_and_fhir_hold_no_headline(ward, run)
    _a_decision_is_recorded(ward, run, client_for(ward.doctor))


def _reasons_of_the_first_come_with_it(run):
    content, (first, second) = explanation_of(run).content, run.explained
    total = content["base_value"] + sum(one["contribution"] for one in content["attributions"])
    assert total == pytest.approx(run.value_of(first), rel=1e-4)
    assert Explanation.unscoped.filter(prediction=run).count() == 1
    assert run.value_of(second) != run.value_of(first)


def _lists_and_pages_say_what_there_is(ward, run, client):
    patient, slug = ward.patient.pk, ward.service.slug
    there = (
        "/",
        f"/patients/{patient}/",
        f"/patients/{patient}/print/",
        f"/predictions/{run.pk}/",
        f"/predictions/{run.pk}/print/",
        f"/services/{slug}/",
        f"/versions/{ward.version.pk}/",
    )
    for language in ("en", "zh-hans"):
        for address in there:
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address
            if address in ("/", f"/patients/{patient}/"):
                said = "see the result" if language == "en" else "见结果"
                assert said in drawn(answer), address
            found = [one for one in NUMBERS if one in drawn(answer)]
            assert found == [] or "versions" in address, (address, found)
    absent = (
        f"/patients/{patient}/services/{slug}/trend/",
        f"/services/{slug}/cohort/",
        f"/predictions/{run.pk}/sureness/",
        f"/predictions/{run.pk}/alike/",
        f"/predictions/{run.pk}/try/",
    )
    for address in absent:
        assert client.get(address).status_code in (404, 409), address


def _rest_and_fhir_hold_no_headline(ward, run):
    caller = Caller(ward.doctor)
    (line,) = caller.get("predictions").json()["results"]
    assert (line["probability"], line["band"]) == (None, None)
    shape = caller.get(f"predictions/{run.pk}").json()
    assert shape["result"]["headline"] is None
    assert set(shape["result"]["probabilities"]) == {"heavy", "tall"}
    assert shape["explanation"]["estimate"] == "heavy"
    told = risk_assessment(Run(run, explanation_of(run)))["prediction"]
    assert {one["outcome"]["text"] for one in told} == {"heavy", "tall"}
    assert "qualitativeRisk" not in told[0]
    assert caller.get(f"patients/{ward.patient.pk}/export").status_code == 200


def _a_decision_is_recorded(ward, run, client):
    decision = actions.DecisionInput(assessment="about-right", action="other", action_text="Look.")
    actions.record_decision(actor=ward.doctor, prediction=run, decision=decision)
    for address in ("/", f"/predictions/{run.pk}/"):
        assert client.get(address).status_code == 200
