"""Recurrence of breast cancer: what is an event, who taught, who judged, how often they looked."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Artifact, FeatureSchema
from diagnosis.ml.evaluation.followed import Followed, event_share
from diagnosis.ml.results.time.horizons import points
from medportal.configuration.addresses import ROOT
from medportal.demo.build.__main__ import artifact_folder
from medportal.demo.build.recurrence import external, page, tables
from medportal.demo.build.recurrence.study import ASKED
from medportal.demo.build.table import HERE


@pytest.fixture(scope="module")
def artifact():
    return Artifact.load(artifact_folder(tables.SLUG))


def test_the_event_is_recurrence_or_death_of_women_with_positive_nodes():
    learnt, judging = tables.rotterdam(), tables.gbsg()

    assert (len(learnt), learnt["event"].sum()) == (1546, 1059)  # recurrence alone would be 974
    assert (len(judging), judging["event"].sum()) == (686, 299)
    assert tables.late_deaths() == 21
    assert learnt["nodes"].min() == judging["nodes"].min() == 1
    raw = pd.read_csv(HERE / "tables" / tables.ROTTERDAM)
    late = raw[(raw["recur"] == 0) & (raw["death"] == 1) & (raw["dtime"] > raw["rtime"])]
    assert len(late) == 43
    nodes = raw[raw["nodes"] > 0].reset_index(drop=True)
    of_late = nodes["pid"].isin(late["pid"])
    assert (learnt.loc[of_late, "event"] == 0).all()
    assert (learnt.loc[of_late, "time"] == nodes.loc[of_late, "rtime"]).all()


@pytest.mark.parametrize(("years", "learnt", "judging"), [(1, 0.133, 0.084), (5, 0.557, 0.508)])
def test_the_share_with_the_event_is_that_of_the_tables(years, learnt, judging):
    for table, share in ((tables.rotterdam(), learnt), (tables.gbsg(), judging)):
        y = table[list(tables.TARGET)].to_numpy(dtype=float)
        assert event_share(Followed.of(y), 365 * years)[0] == pytest.approx(share, abs=0.0015)


def test_the_recipe_that_was_written_down_is_the_one_that_was_judged(artifact):
    registered = external.read()

    assert registered is not None
    assert artifact.manifest["recipe"]["digest"] == registered.recipe.digest
    assert artifact.manifest["external"]["recipe_digest"] == registered.recipe.digest
    assert registered.recipe.digest in registered.scored
    assert len(set(registered.scored)) == len(registered.scored)  # once a recipe
    assert artifact.manifest["external"]["looks"] == registered.looks


def test_another_recipe_may_not_see_the_judging_table(artifact, monkeypatch):
    monkeypatch.setattr(external, "gbsg", lambda: pytest.fail("it was read"))
    other = external.read().recipe.with_model("cox")
    with pytest.raises(ValueError, match="Write the recipe down before"):
        external.judged(other, artifact.task, {"shipped": artifact.predict})


def test_a_second_recipe_is_a_second_look(tmp_path, monkeypatch):
    monkeypatch.setattr(external, "PATH", tmp_path / "registered.json")
    first = external.Registered(ASKED, ("a",))
    first.write()
    external.register(first.recipe.with_model("cox"))

    assert external.read().scored == ("a",)
    assert external.read().looks == external.LOOKS_BEFORE + 1
    said = json.loads((tmp_path / "registered.json").read_text())
    said["digest"] = "0" * 64
    (tmp_path / "registered.json").write_text(json.dumps(said))
    with pytest.raises(ValueError, match="not that of the recipe"):
        external.read()


def test_nobody_of_the_judging_table_taught(artifact):
    """The rows that explanations are made against are of Rotterdam; those shown are of GBSG."""
    learnt = artifact.schema.matrix(tables.rotterdam())
    known = {row.tobytes() for row in learnt}
    assert all(row.tobytes() in known for row in artifact.background)
    assert artifact.manifest["training"]["rows"] == 1546
    named = json.loads((tables.FOLDER / "demo_rows.json").read_text())
    assert named == {"table": tables.GBSG, "key": "pid", "rows": tables.shown_rows()}
    assert len(set(named["rows"])) == 60


def test_it_reaches_what_was_to_be_expected_and_not_more(artifact):
    """Above 0.72 would be a leak."""
    found = artifact.manifest["external"]["metrics"]

    assert 0.66 <= found["uno_c"]["value"] <= 0.72
    for horizon in ("1095", "1825"):
        assert 0.8 <= found[f"oe_{horizon}"]["value"] <= 1.25
        assert found[f"scaled_brier_{horizon}"]["lower"] > 0
    assert found["oe_365"]["upper"] < 1  # too high a risk in the first year: the page says so


def test_what_the_manifest_says_of_gbsg_is_so(artifact):
    table = tables.gbsg()
    y = artifact.task.read(table)
    found = points(artifact.task, y, artifact.predict(table))
    said = artifact.manifest["external"]["metrics"]
    for name, value in found.items():
        assert value == pytest.approx(said[name]["value"], abs=1e-5), name


def test_cox_the_index_and_the_nodes_stand_beside_it(artifact):
    for entries in (artifact.manifest["comparators"], artifact.manifest["external"]["comparators"]):
        codes = {entry["code"] for entry in entries}
        assert {"cox", "nottingham", "nodes"} < codes
        assert all(entry["label"]["en"] and entry["label"]["zh-Hans"] for entry in entries)
        assert all(entry["difference"]["lower"] is not None for entry in entries)


def test_it_is_not_far_behind_cox(artifact):
    (cox,) = (e for e in artifact.manifest["external"]["comparators"] if e["code"] == "cox")
    assert cox["difference"]["lower"] > -external.BEHIND


def test_the_page_says_what_the_manifest_holds(artifact):
    said = page.section(artifact.manifest)

    assert said in (ROOT / "docs" / "models.md").read_text()
    assert "scored by" in said
    assert "not its effect" in said
    assert "By 365 days the risks are too high for them: 8.4%" in said


def test_the_inputs_are_told_in_both_languages_and_none_is_guessed():
    inputs = FeatureSchema.from_dict(json.loads(Path(tables.FOLDER, "schema.json").read_text()))

    assert inputs == tables.schema()
    for feature in inputs:
        assert feature.required
        assert not feature.modifiable
        for text in (feature.label, feature.definition, feature.family):
            assert text is not None
            assert text["en"]
            assert not text["zh-Hans"].isascii()
        assert all(source.system != "http://loinc.org" for source in feature.sources)
    assert inputs["nodes"].limits == (1, 34)  # none: refused


@pytest.mark.parametrize("horizon", ["365", "1095", "1825"])
def test_the_reasons_for_one_horizon_add_up(artifact, horizon):
    rows = tables.gbsg().head(3)
    explained = artifact.explain(rows, estimate=horizon)
    place = artifact.task.times.index(float(horizon))
    total = explained.base_value + np.asarray(explained.values).sum(axis=1)
    np.testing.assert_allclose(total, artifact.predict(rows)[:, place], atol=1e-5)
    assert explained.method == "exact"
    assert explained.estimate == horizon


def test_what_it_looks_at_is_told_of_each_horizon(artifact):
    assert artifact.manifest["explanations"]
    told = json.dumps(artifact.manifest["explanations"])
    assert all(f'"{name}"' in told for name in ("nodes", "tumour_size", "1825"))
