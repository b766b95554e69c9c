"""What a training table gives away stays with the model, for the person who signs for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Artifact, Recipe, train
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.table_findings import CODES, TableFinding, hold_together, key
from diagnosis.ml.learning.tables import TableWarning
from tests.ml.conftest import heart

QUICK = {"model": "logistic", "refits": 0, "folds": 2, "repeats": 1}


def found(table: pd.DataFrame, **given: object) -> dict[str, TableFinding]:
    recipe = Recipe(**{"target": "disease", **given})
    return {key(finding.to_dict()): finding for finding in pose(recipe, table).findings}


def test_an_answer_left_among_the_inputs_stays_in_the_manifest(tmp_path) -> None:
    table = heart()
    table["discharge_code"] = table["disease"] * 10 + np.arange(len(table)) % 7
    with pytest.warns(TableWarning, match="discharge_code alone tells the outcome"):
        artifact = train(Recipe(target="disease", **QUICK), table)
    loaded = Artifact.load(artifact.save(tmp_path / "model"))
    told = {key(entry): entry for entry in loaded.manifest["findings"]}
    assert told["too_good:discharge_code"]["figures"]["strength"] > 0.999
    assert told["almost_perfect"]["figures"]["auroc"] > 0.99
    assert "discharge_code" in told["too_good:discharge_code"]["message"]["zh-Hans"]
    assert hold_together(loaded.manifest["findings"])


def test_a_measurement_missing_in_the_well_is_found() -> None:
    table = heart()
    table.loc[(table["disease"] == 0) & (np.arange(len(table)) % 2 == 0), "cholesterol"] = np.nan
    assert found(table)["missingness:cholesterol"].figures["strength"] > 0.6


def test_two_columns_that_are_the_same_are_found() -> None:
    table = heart().assign(cholesterol_mmol=lambda t: t["cholesterol"] / 38.67)
    assert found(table)["duplicate:cholesterol:cholesterol_mmol"].figures["strength"] > 0.99


def test_few_events_for_many_inputs_are_found() -> None:
    figures = found(heart().groupby("disease").head(60))["few_events"].figures
    assert figures == {"events": 60, "columns": 13}
    assert "few_events" not in found(heart())


def test_a_number_that_repeats_the_outcome_is_found() -> None:
    table = heart().assign(cost=lambda t: 3 * t["cholesterol"] + t["age"])
    assert "too_good:cholesterol" in found(table.drop(columns="disease"), target="cost")


def test_one_class_of_three_given_away_is_found() -> None:
    grades = np.arange(270) % 3
    table = heart().drop(columns="disease").assign(grade=grades, note=(grades == 2) * 1.0)
    assert "too_good:note" in found(table, target="grade")


@pytest.mark.parametrize("code", CODES)
def test_every_finding_has_its_sentence_in_both_languages(code: str) -> None:
    figures = dict.fromkeys(("rows", "of", "groups", "events", "columns", "percent"), 1)
    shares = {"strength": 0.5, "auroc": 0.5, "event": "dead"}
    message = TableFinding(code, ("one", "two"), {**figures, **shares}).message
    assert all("{" not in text and text for text in message.values())
    assert set(message) == {"en", "zh-Hans"}


@pytest.mark.parametrize(
    "entries",
    [
        "few", [1], [{}], [{"code": "x", "features": "age", "message": {"en": "", "zh-Hans": ""}}],
        [{"code": "x", "features": [], "message": {"en": "only"}}],
        [{"code": "x", "features": [], "message": {"en": "", "zh-Hans": ""}}] * 2,
    ],
)  # fmt: skip
def test_findings_that_cannot_be_answered_one_by_one_do_not_hold_together(entries) -> None:
    assert not hold_together(entries)
