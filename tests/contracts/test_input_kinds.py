"""Every kind of input through its whole life, one of them made up, with a block of its own.

Described, read, encoded, scored by a real model, explained, asked for on a form, told on the page
in both languages, over REST and FHIR, and a stranger who finds nothing. What is made up is a module
and a folder (``tests/ml/inputs/strip.py``, ``kinds/strip``), and a line in each dictionary.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.template import engines

from diagnosis.inference import runner
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.given import read_given
from diagnosis.inputs import INPUT_KINDS
from diagnosis.interop.fhir.risk import Run, risk_assessment
from diagnosis.ml import Artifact, FeatureSchema, Recipe, recipe, train
from diagnosis.ml.families import FAMILIES
from diagnosis.ml.inputs import INPUT_KINDS as LIBRARY
from diagnosis.registry import actions
from medportal.common.errors import DomainError
from tests.api.client import Caller
from tests.contracts.kinds import services
from tests.contracts.kinds.strip import ShownStrip
from tests.contracts.test_kinds import published
from tests.factories import OrganisationFactory, clinician_at, data_scientist_at, patient_of
from tests.ml.inputs.side_by_side import SideBySide
from tests.ml.inputs.strip import Strip
from tests.runnable import Ward, again, explanation_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LINES = ((LIBRARY, "strip", Strip()), (INPUT_KINDS, "strip", ShownStrip()))
CURVE = [0.5, -1.0, 0.25]
GIVEN = {
    "waist": {"value": 92, "unit": "cm"},
    "grade": {"value": "second"},
    "active": {"value": "yes"},
    "curve": {"value": CURVE, "unit": "mV"},
}
SAID = {  # on the page of a result
    "waist": ("92\u00a0cm", "92\u00a0cm"),
    "grade": ("Second", "二级"),
    "active": ("Yes", "是"),
    "curve": ("0.5; -1; 0.25 mV", "0.5; -1; 0.25 mV"),
}
TYPED = {"waist": "92", "grade": "second", "active": "yes", "curve": "0.5; -1; 0.25"}


def schema() -> dict:
    asked = {"sources": [{"kind": "ask"}], "required": True}
    grades = [
        {"code": 0, "value": "first", "label": services.both("First", "一级")},
        {"code": 1, "value": "second", "label": services.both("Second", "二级")},
        {"code": 2, "value": "third", "label": services.both("Third", "三级")},
    ]
    waist = services.feature("waist", services.both("Waist", "腰围"), 40, 200)
    grade = {"kind": "category", "categories": grades, "label": services.both("Grade", "分级")}
    curve = {"kind": "strip", "shape": [3], "unit": "mV", "label": services.both("Curve", "曲线")}
    active = {"kind": "boolean", "label": services.both("Active", "活动")}
    named = (("grade", grade), ("active", active), ("curve", curve))
    return {"features": [waist, *({"name": name, **asked, **one} for name, one in named)]}


def table() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    waist, curve = rng.normal(90, 10, 240).round(), rng.normal(0, 1, (240, 3))
    logit = (waist - 90) / 10 + 1.5 * curve[:, 0] - curve[:, 2]
    return pd.DataFrame(
        {
            "waist": waist,
            "grade": rng.choice(["first", "second", "third"], 240),
            "active": rng.choice(["no", "yes"], 240),
            "curve": [";".join(f"{v:.4f}" for v in row) for row in curve],
            "heavy": np.where(rng.random(240) < 1 / (1 + np.exp(-logit)), "yes", "no"),
        }
    )


@pytest.fixture(autouse=True)
def _the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a kind needs beside its module and its folder, and a family that takes it."""
    for dictionary, name, kind in LINES:
        monkeypatch.setitem(dictionary, name, kind)
    monkeypatch.setitem(FAMILIES, "side-by-side", SideBySide())
    monkeypatch.setattr(recipe, "MODELS", ("auto", *FAMILIES))
    folders = engines["django"].engine.dirs
    monkeypatch.setattr(
        engines["django"].engine, "dirs", [*folders, Path(__file__).parent / "kinds"]
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LIBRARY, "strip", Strip())
        patch.setitem(FAMILIES, "side-by-side", SideBySide())
        patch.setattr(recipe, "MODELS", ("auto", *FAMILIES))
        asked = Recipe("heavy", "side-by-side", positive="yes", **services.QUICK)
        made = train(asked, table(), FeatureSchema.from_dict(schema()))
        return made.save(tmp_path_factory.mktemp("inputs") / "model")


@pytest.fixture
def ward(source, monkeypatch) -> Ward:
    monkeypatch.setattr(services, "schema", schema)
    house = OrganisationFactory(is_demonstration=True)
    doctor = clinician_at(house)
    patient = patient_of(doctor, sex="female")
    return Ward(doctor, patient, published(house, "binary", source))


def finished(pk: str) -> Prediction:
    for explanation in runner.run_prediction(pk):
        runner.run_explanation(explanation)
    return again(Prediction.unscoped.get(pk=pk))


def test_kinds_of_inputs_live(ward: Ward, source: Path, client_for):
    client = client_for(ward.doctor)
    _are_asked_for_on_a_form(client, ward)
    run = _is_sent_by_a_form(client, ward)
    _are_scored_and_add_up(run, source)
    _are_on_the_page_and_on_paper(client, run)
    _are_told_over_rest(ward, run)
    _go_out_as_fhir(run)
    _offer_what_there_is_and_nothing_else(client, ward, run)
    _are_nobody_elses(ward, run, client_for)


def _form(ward: Ward) -> str:
    return f"/patients/{ward.patient.pk}/services/{ward.service.slug}/"


def _are_asked_for_on_a_form(client, ward: Ward) -> None:
    for language in ("en", "zh-hans"):
        text = client.get(_form(ward), headers={"accept-language": language}).content.decode()
        for feature in FeatureSchema.from_dict(schema()):
            label = feature.label["en" if language == "en" else "zh-Hans"]
            assert label in text
            assert f'name="value_{feature.name}"' in text, feature.kind
    sent = {f"value_{name}": text for name, text in TYPED.items()}
    refused = client.post(_form(ward), {**sent, "unit_waist": "cm", "value_curve": "1; 2"})
    assert "Write 3 numbers" in refused.content.decode()
    assert not Prediction.unscoped.exists()


def _is_sent_by_a_form(client, ward: Ward) -> Prediction:
    sent = {f"value_{name}": text for name, text in TYPED.items()}
    answer = client.post(_form(ward), {**sent, "unit_waist": "cm"})
    assert answer.status_code == 302, answer.content.decode()
    (row,) = Prediction.unscoped.all()
    return finished(str(row.pk))


def _are_scored_and_add_up(run: Prediction, source: Path) -> None:
    """What the artifact says of these inputs is what is stored, and the reasons add up to it."""
    (expected,) = Artifact.load(source).predict([GIVEN])
    assert run.state == "done", (run.failure_code, run.refusal)
    assert run.headline == pytest.approx(expected, rel=1e-6)
    content = explanation_of(run).content
    told = {one["feature"]: one for one in content["attributions"]}
    total = content["base_value"] + sum(one["contribution"] for one in told.values())
    assert total == pytest.approx(run.headline, rel=1e-4)
    parts = told["curve"]["parts"]
    assert [part["name"] for part in parts] == ["1", "2", "3"]
    share = sum(part["contribution"] for part in parts)
    assert share == pytest.approx(told["curve"]["contribution"])
    assert all("parts" not in told[name] for name in ("waist", "grade", "active"))
    assert run.snapshot["curve"].block == tuple(CURVE)
    assert not any(entry.is_missing for entry in run.snapshot.values())


def _are_on_the_page_and_on_paper(client, run: Prediction) -> None:
    for place, language in enumerate(("en", "zh-hans")):
        for address in (f"/predictions/{run.pk}/", f"/predictions/{run.pk}/print/"):
            answer = client.get(address, headers={"accept-language": language})
            text = answer.content.decode()
            assert answer.status_code == 200, address
            for name, said in SAID.items():
                assert said[place] in text, (name, address, language)
            assert text.count('<span data-part="') >= 3, address


def _are_told_over_rest(ward: Ward, run: Prediction) -> None:
    caller = Caller(ward.doctor)
    shape = caller.get(f"predictions/{run.pk}").json()
    assert {name: one["value"] for name, one in shape["inputs"].items()} == {
        name: one["value"] for name, one in GIVEN.items()
    }
    (reason,) = [r for r in shape["explanation"]["attributions"] if r["feature"] == "curve"]
    assert sum(part["contribution"] for part in reason["parts"]) == pytest.approx(
        reason["contribution"], abs=1e-5
    )
    address = f"services/{ward.service.slug}/predictions"
    sent = caller.post(address, {"patient": str(ward.patient.pk), "inputs": GIVEN})
    assert sent.status_code == 202, sent.json()
    assert finished(sent.json()["id"]).headline == run.headline


def _go_out_as_fhir(run: Prediction) -> None:
    found = risk_assessment(Run(run, explanation_of(run)))
    (said,) = found["prediction"]
    told = {}
    for one in said["extension"]:
        inner = {part["url"]: part for part in one.get("extension", ())}
        if "feature" in inner:
            told[inner["feature"]["valueCode"]] = inner
    assert set(told) == set(GIVEN)
    assert told["curve"]["value"]["valueSampledData"]["data"] == "0.5 -1 0.25"
    assert all("value" not in told[name] for name in ("waist", "grade", "active"))


def _offer_what_there_is_and_nothing_else(client, ward: Ward, run: Prediction) -> None:
    """What moves one number of a table, or compares many, is not there beside a block."""
    slug, patient = ward.service.slug, ward.patient.pk
    for address in (
        f"/patients/{patient}/services/{slug}/trend/",
        f"/services/{slug}/cohort/",
        f"/predictions/{run.pk}/sureness/",
    ):
        assert client.get(address).status_code == 404, address
    page = client.get(f"/predictions/{run.pk}/").content.decode()
    assert f"/predictions/{run.pk}/try/" not in page
    assert client.get(f"/versions/{ward.version.pk}/").status_code == 200


def _are_nobody_elses(ward: Ward, run: Prediction, client_for) -> None:
    stranger = clinician_at(ward.organisation)
    assert client_for(stranger).get(f"/predictions/{run.pk}/").status_code == 404
    assert Caller(stranger).get(f"predictions/{run.pk}").status_code == 404


def test_an_input_unlike_those_that_the_model_learnt_from_is_refused_by_name(ward: Ward):
    strange = {**GIVEN, "curve": {"value": [0.5, 300.0, 0.25]}}
    sent = Caller(ward.doctor).post(
        f"services/{ward.service.slug}/predictions",
        {"patient": str(ward.patient.pk), "inputs": strange},
    )
    run = finished(sent.json()["id"])
    assert (run.state, run.headline) == ("refused", None)
    assert run.refusal["features"] == ["curve"]


def test_what_cannot_be_read_is_an_error_at_its_field():
    sent = {"curve": {"value": [1, "x", 2]}, "grade": {"value": ["first"]}, "waist": "wide"}
    with pytest.raises(DomainError) as error:
        read_given(FeatureSchema.from_dict(schema()), sent)
    assert {p.pointer: p.code for p in error.value.pointers} == {
        "/inputs/curve": "not_a_strip",
        "/inputs/grade": "unseen_category",
        "/inputs/waist": "not_a_number",
    }


def test_an_input_that_no_page_shows_is_refused_when_the_sheet_is_defined(monkeypatch):
    monkeypatch.delitem(INPUT_KINDS, "strip")
    with pytest.raises(DomainError) as error:
        actions.define_service(
            actor=data_scientist_at(OrganisationFactory()),
            sheet=services.sheet("binary"),
            schema=schema(),
        )
    assert [(p.pointer, p.code) for p in error.value.pointers] == [
        ("/schema/features/3/kind", "unknown_kind")
    ]
