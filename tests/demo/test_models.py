"""The shipped models: what they claim is true, complete in both languages, and can be made anew."""

import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from diagnosis.ml import Artifact, FeatureSchema
from diagnosis.ml.evaluation import auroc, formula_probability
from medportal.configuration.addresses import ROOT
from medportal.demo.build import readme, study
from medportal.demo.build.__main__ import artifact_folder
from medportal.demo.build.changes import changed_entries, leaves
from medportal.demo.build.plans import PLANS
from medportal.demo.build.table import HELD_OUT

SLUGS = list(PLANS)
LANGUAGES = {"en", "zh-Hans"}
ACTS = ["offered_on_chart", "in_worklist", "patient_sheet"]


@pytest.fixture(scope="module")
def tables():
    return {slug: plan.load() for slug, plan in PLANS.items()}


@pytest.fixture(scope="module")
def artifacts():
    return {slug: Artifact.load(artifact_folder(slug)) for slug in SLUGS}


def test_models_are_made_anew_where_no_server_runs(tmp_path):
    """`make demo-models` on a fresh clone: reading a table of a service asks for no settings."""
    words = "from medportal.demo.build.__main__ import PLANS; PLANS['pbc-prognosis'].load()"
    bare = {"PATH": "/usr/bin:/bin", "MEDPORTAL_VAR": str(tmp_path)}

    ended = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env=bare, capture_output=True, check=False
    )

    assert ended.returncode == 0, ended.stderr


def bilingual_gaps(value, path=""):
    """Paths of texts that lack a language or say nothing in one."""
    if isinstance(value, dict):
        if LANGUAGES & set(value):
            complete = all(str(value.get(language, "")).strip() for language in LANGUAGES)
            return [] if complete else [path]
        return [gap for key, item in value.items() for gap in bilingual_gaps(item, f"{path}/{key}")]
    if isinstance(value, list):
        return [gap for i, item in enumerate(value) for gap in bilingual_gaps(item, f"{path}/{i}")]
    return []


def untranslated(value, path=""):
    """Paths of Chinese texts without a Chinese character."""
    found = [p for p, text in leaves(value, path) if p.endswith("/zh-Hans") and text.isascii()]
    return [p for p in found if p]


def test_a_missing_translation_is_noticed():
    assert bilingual_gaps({"a": [{"en": "x"}]}) == ["/a/0"]
    assert bilingual_gaps({"a": {"en": "x", "zh-Hans": " "}}) == ["/a"]
    assert untranslated({"a": {"en": "x", "zh-Hans": "x"}}) == ["/a/zh-Hans"]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_text_is_there_in_both_languages(slug, tables, artifacts):
    schema = json.loads((tables[slug].folder / "schema.json").read_text())
    for content in (tables[slug].sheet.to_dict(), schema, artifacts[slug].manifest):
        assert bilingual_gaps(content) == []
        assert untranslated(content) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_schema_survives_being_written_and_read(slug, tables):
    schema = tables[slug].schema

    assert FeatureSchema.from_dict(schema.to_dict()) == schema
    assert all(feature.label and feature.definition for feature in schema)
    assert all(feature.sources for feature in schema)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_artifact_has_the_inputs_of_the_sheet(slug, tables, artifacts):
    inputs = {feature.name: feature for feature in tables[slug].schema}

    for feature in artifacts[slug].schema:
        sheet = inputs.pop(feature.name)
        assert feature.to_dict() == sheet.to_dict()
    assert not inputs


@pytest.mark.parametrize("slug", SLUGS)
def test_optional_inputs_were_measured_missing(slug, artifacts):
    optional = {f.name for f in artifacts[slug].schema if not f.required}

    assert optional <= set(artifacts[slug].manifest["missing_metrics"])
    assert optional <= set(artifacts[slug].manifest["missing_ranges"])


@pytest.mark.parametrize("slug", SLUGS)
def test_codes_are_of_loinc_or_our_own(slug, tables):
    systems = {
        source.system
        for feature in tables[slug].schema
        for source in feature.sources
        if source.kind == "observation"
    }

    assert systems <= {"http://loinc.org", "urn:medportal:codes"}


def test_random_glucose_is_never_read_as_another_glucose(tables):
    codes = {s.code for t in tables.values() for f in t.schema for s in f.sources}

    assert "2345-7" not in codes
    assert {"1518-0", "14995-5", "1558-6", "14771-0"} <= codes


@pytest.mark.parametrize("slug", SLUGS)
def test_bands_cover_every_probability_and_name_known_actions(slug, tables):
    sheet = tables[slug].sheet
    actions = {action.code for action in sheet.actions}
    bands = sheet.bands

    assert "other" in actions
    assert {band.action for band in bands} <= actions
    assert all(a.upper == b.lower for a, b in pairwise(bands))
    if slug == "flc-mortality":
        assert bands == ()
        assert [getattr(sheet, name) for name in ACTS] == [False, False, False]
    else:
        assert (bands[0].lower, bands[-1].upper) == (0, 1)
        assert all(band.source for band in bands)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_demonstration_rows_were_kept_out_of_training(slug, tables, artifacts):
    table, training = tables[slug], artifacts[slug].manifest["training"]
    named = json.loads((table.folder / "demo_rows.json").read_text())

    assert named == table.named(table.held_out)
    assert len(named["rows"]) == HELD_OUT == training["excluded_demo_rows"]
    assert training["table_sha256"] == table.sha256
    learnt = study.training_rows(table)
    assert not set(named["rows"]) & {int(key) for key in table.keys[learnt]}
    assert training["rows"] == int(learnt.sum())
    assert training["events"] == int(table.label[learnt].sum())


@pytest.mark.parametrize("slug", SLUGS)
def test_the_background_holds_no_demonstration_row(slug, tables, artifacts):
    table, artifact = tables[slug], artifacts[slug]
    learnt = artifact.schema.matrix(table.inputs[study.training_rows(table)])
    known = {row.tobytes() for row in learnt}

    assert len(artifact.background) == 100
    assert all(row.tobytes() in known for row in artifact.background)


@pytest.mark.parametrize("slug", SLUGS)
def test_held_out_rows_are_predicted_as_the_manifest_says(slug, tables, artifacts):
    table, artifact = tables[slug], artifacts[slug]
    check = artifact.manifest["held_out"]
    rows = table.held_out

    p = artifact.predict(table.inputs[rows])

    assert p.shape == (HELD_OUT,)
    assert np.all((p > 0) & (p < 1))
    assert float(p.mean()) == pytest.approx(check["mean_probability"], abs=1e-5)
    area = auroc(table.label[rows], p)
    assert area == pytest.approx(check["metrics"]["auroc"]["value"], abs=1e-6)
    assert area > 0.7


@pytest.mark.parametrize("slug", SLUGS)
def test_an_interval_holds_the_prediction_and_is_no_formality(slug, tables, artifacts):
    table, artifact = tables[slug], artifacts[slug]
    x = artifact.schema.matrix(table.inputs[table.held_out])

    interval, p = artifact.interval(x), artifact.predict_matrix(x)

    assert artifact.manifest["refits"]["count"] >= 20
    assert np.all((interval[:, 0] <= p) & (p <= interval[:, 1]))
    assert np.median(interval[:, 1] - interval[:, 0]) > 0.002


@pytest.mark.parametrize("slug", SLUGS)
def test_reasons_are_exact_and_add_up(slug, tables, artifacts):
    table, artifact = tables[slug], artifacts[slug]
    rows = table.inputs[table.held_out].iloc[:3]

    explained = artifact.explain(rows)

    assert explained.method == "exact"
    assert explained.additivity_gap < 1e-6


@pytest.mark.parametrize("slug", SLUGS)
def test_every_contradiction_is_explained(slug, tables, artifacts):
    notes = tables[slug].sheet.contradiction_notes
    found = {d["feature"] for d in artifacts[slug].manifest["directions"] if d["contradiction"]}

    assert found == set(notes)


@pytest.mark.parametrize("slug", SLUGS)
def test_counts_beside_a_score_never_rest_on_a_few(slug, artifacts):
    counts = artifacts[slug].manifest["counts"]

    assert all(entry["n"] >= 20 for entry in counts)
    assert (counts[0]["lower"], counts[-1]["upper"]) == (0, 1)
    rows = artifacts[slug].manifest["evaluation"]["rows"]
    assert sum(entry["n"] for entry in counts) == rows


@pytest.mark.parametrize("slug", SLUGS)
def test_what_the_model_adds_is_told_for_the_same_rows(slug, artifacts):
    rivals = {r["code"]: r for r in artifacts[slug].manifest["comparators"]}

    assert set(rivals) == {"age-sex", "usual", "logistic", "boosting", "network", "network-raw"}
    for code in ("age-sex", "usual"):
        p = formula_probability(rivals[code]["formula"], typical(artifacts[slug]))
        assert 0 < p < 1


@pytest.mark.parametrize("slug", SLUGS)
def test_no_input_gives_the_outcome_away(slug, artifacts):
    assert artifacts[slug].manifest["leakage"] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_subgroups_rest_on_enough_patients(slug, artifacts):
    groups = artifacts[slug].manifest["subgroups"]

    assert {"younger", "older"} <= {group["code"] for group in groups}
    assert all(group["n"] >= 20 and group["events"] >= 10 for group in groups)


def typical(artifact):
    return dict(zip(artifact.schema.names, np.nanmedian(artifact.background, axis=0), strict=True))


def test_the_known_score_is_not_beaten_in_cholangitis(artifacts):
    rivals = {r["code"]: r for r in artifacts["pbc-prognosis"].manifest["comparators"]}

    assert rivals["usual"]["verdict"] == "no-gain"


def test_figures_agree_with_those_of_the_service_sheets(artifacts):
    expected = {
        "coronary-disease": 0.870, "diabetes-onset": 0.834, "pbc-prognosis": 0.865,
        "flc-mortality": 0.821, "breast-mass": 0.866,
    }  # fmt: skip

    for slug, value in expected.items():
        measured = artifacts[slug].manifest["metrics"]["auroc"]["value"]
        assert measured == pytest.approx(value, abs=0.02), slug


def test_oedema_without_prothrombin_time_is_answered(artifacts):
    row = {"age": 55, "bilirubin": 2.0, "albumin": 3.5, "oedema": "none"}

    assert 0 < artifacts["pbc-prognosis"].predict([row])[0] < 1


def test_glucose_in_the_other_unit_gives_the_same_number(artifacts):
    row = {"bmi": 31.0, "age": 40, "pregnancies": 2, "diastolic_bp": 74}
    molar = row | {"glucose_2h": {"value": 150 / 18.02, "unit": "mmol/L"}}
    mass = row | {"glucose_2h": {"value": 150, "unit": "mg/dL"}}

    p = artifacts["diabetes-onset"].predict([mass, molar])

    assert p[0] == pytest.approx(p[1], abs=1e-6)


def test_light_chains_without_a_unit_are_noticed(artifacts):
    row = {"age": 70, "sex": "female", "kappa": 1.3, "lambda": {"value": 15.0, "unit": "mg/L"}}

    findings = artifacts["flc-mortality"].check([row])[0]

    assert [(f.code, f.feature) for f in findings] == [("unit_missing", "kappa")]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras, NumPy 2
@pytest.mark.parametrize("slug", ["coronary-disease"])
def test_a_model_made_anew_has_the_same_metrics(slug, artifacts):
    shipped = artifacts[slug].manifest["metrics"]
    measured = study.measure(slug, repeats=3)
    areas = [auroc(measured.label, p) for p in measured.measured.probabilities.T]
    spread = max(np.std(areas, ddof=1), 0.005)

    assert np.mean(areas) == pytest.approx(shipped["auroc"]["value"], abs=3 * spread)

    anew = study.fitted(measured, {})
    x = anew.background
    np.testing.assert_allclose(anew.predict_matrix(x), artifacts[slug].predict_matrix(x), atol=1e-3)


def test_a_change_of_a_shipped_number_is_reported(artifacts):
    old = artifacts["breast-mass"]
    metrics = json.loads(json.dumps(old.manifest["metrics"]))
    metrics["auroc"]["value"] += 0.01

    assert changed_entries(old, old) == []
    changed = changed_entries(old, old.with_manifest(metrics=metrics))
    assert changed == ["/metrics/auroc/value"]


def test_the_readme_shows_the_figures_of_the_artifacts(artifacts):
    page = (ROOT / "README.md").read_text()

    assert readme.replaced(page, {s: a.manifest for s, a in artifacts.items()}) == page
