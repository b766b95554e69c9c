"""The feature schema: raw clinical values become the model's matrix, and findings say why not."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Category, Feature, FeatureSchema, SchemaError, Source, UnitError
from diagnosis.ml.learning.tables import infer_schema
from tests.ml.conftest import heart, pbc

GLUCOSE = Feature(
    "glucose_2h",
    {"en": "Glucose 2 h after 75 g", "zh-Hans": "口服75克葡萄糖后2小时血糖"},
    unit="mg/dL",
    conversions={"mmol/L": 18.02},
    bounds=(10, 2000),
    limits=(40, 199),
    required=True,
    sources=(
        Source("observation", "http://loinc.org", "1518-0", ("mg/dL",)),
        Source("observation", "http://loinc.org", "14995-5", ("mmol/L",)),
    ),
    look_back_days=90,
    direction="raises",
)
KAPPA = Feature(
    "kappa", {"en": "Kappa"}, unit="mg/dL", conversions={"mg/L": 0.1}, unit_required=True
)
OEDEMA = Feature(
    "oedema",
    {"en": "Oedema"},
    "category",
    categories=(
        Category(0, "none", {"en": "None"}),
        Category(1, "resolved", {"en": "Resolved by diuretics"}),
        Category(2, "persisting", {"en": "Despite diuretics"}),
    ),
)
ANGINA = Feature("angina", {"en": "Angina on exercise"}, "boolean")
SCHEMA = FeatureSchema((GLUCOSE, KAPPA, OEDEMA, ANGINA))
WELL = {"glucose_2h": 120, "kappa": {"value": 12.7, "unit": "mg/L"}, "oedema": "none"}


def codes(**changed: object) -> list[str]:
    """Findings of a row that is well but for what changed."""
    (found,) = SCHEMA.check([{**WELL, **changed}])
    return [finding.code for finding in found]


def test_a_row_becomes_numbers_in_the_features_units() -> None:
    row = {**WELL, "glucose_2h": {"value": 7.8, "unit": "mmol/l"}, "angina": True}
    np.testing.assert_allclose(SCHEMA.matrix([row]), [[140.556, 1.27, 0, 1]], rtol=1e-6)


@pytest.mark.parametrize(
    ("raw", "found"), [(2, []), (2.0, []), ("3", []), (2.5, ["not_whole"]), (31, ["out_of_bounds"])]
)
def test_a_count_is_whole(raw: object, found: list[str]) -> None:
    count = Feature("pregnancies", {"en": "Pregnancies"}, bounds=(0, 30), whole=True)
    schema = FeatureSchema.from_dict(FeatureSchema((count,)).to_dict())
    (findings,) = schema.check([{"pregnancies": raw}])
    assert [finding.code for finding in findings] == found


def test_only_a_number_is_counted() -> None:
    with pytest.raises(SchemaError, match="only a number is whole"):
        Feature("angina", {"en": "Angina"}, "boolean", whole=True)


@pytest.mark.parametrize("raw", ["persisting", "PERSISTING", 2, 2.0, "2"])
def test_a_category_is_read_as_word_or_code(raw: object) -> None:
    assert SCHEMA.matrix([{"oedema": raw}])[0, 2] == 2


@pytest.mark.parametrize("raw", [True, "yes", "Yes", "true", 1, "1", np.True_])
def test_yes_is_read_in_every_usual_way(raw: object) -> None:
    assert SCHEMA.matrix([{"angina": raw}])[0, 3] == 1


@pytest.mark.parametrize("raw", [None, float("nan"), "", pd.NA, pd.NaT, {"value": None}])
def test_nothing_is_missing(raw: object) -> None:
    assert math.isnan(SCHEMA.matrix([{"glucose_2h": raw}])[0, 0])
    assert codes(glucose_2h=raw) == ["required_missing"]


@pytest.mark.parametrize(
    ("feature", "raw", "code"),
    [
        ("oedema", "severe", "unseen_category"),
        ("oedema", 7, "unseen_category"),
        ("glucose_2h", 5, "out_of_bounds"),
        ("glucose_2h", 205, "outside_limits"),
        ("glucose_2h", float("inf"), "infinite"),
        ("glucose_2h", 1e300, "infinite"),
        ("glucose_2h", "high", "not_a_number"),
        ("glucose_2h", True, "not_a_number"),
        ("glucose_2h", [120], "not_a_number"),
        ("glucose_2h", {"value": 7, "unit": "furlong"}, "unknown_unit"),
        ("kappa", 1.27, "unit_missing"),
        ("gluose", 120, "unknown_feature"),
    ],
)
def test_what_is_odd_about_a_value_is_found(feature: str, raw: object, code: str) -> None:
    assert codes(**{feature: raw}) == [code]


def test_a_row_that_is_well_has_no_findings() -> None:
    assert codes() == []


def test_findings_point_at_the_field_and_never_repeat_the_value() -> None:
    (found,) = SCHEMA.check([{**WELL, "glucose_2h": 4711}])
    assert found[0].pointer == "/glucose_2h"
    assert "4711" not in found[0].message


@pytest.mark.parametrize("raw", [float("inf"), -1e39, "high", {"value": 7, "unit": "furlong"}])
def test_what_can_not_be_read_is_missing_in_the_matrix(raw: object) -> None:
    assert math.isnan(SCHEMA.matrix([{"glucose_2h": raw}])[0, 0])


def test_a_schema_survives_json() -> None:
    assert FeatureSchema.from_dict(json.loads(json.dumps(SCHEMA.to_dict()))) == SCHEMA


def test_a_schema_with_an_unknown_field_is_refused() -> None:
    given = SCHEMA.to_dict()
    given["features"][0]["colour"] = "red"
    with pytest.raises(SchemaError, match="colour"):
        FeatureSchema.from_dict(given)


def test_two_features_may_not_share_a_name() -> None:
    with pytest.raises(SchemaError, match="share a name"):
        FeatureSchema((ANGINA, ANGINA))


def test_a_category_without_categories_is_refused() -> None:
    with pytest.raises(SchemaError, match="needs its categories"):
        Feature("colour", {"en": "Colour"}, "category")


def test_a_unit_left_out_where_it_decides_is_refused() -> None:
    with pytest.raises(UnitError, match="mg/L"):
        KAPPA.convert(12.7)


def test_a_mixed_up_unit_is_noticed() -> None:
    suggestion = GLUCOSE.suggest(7.8, "mg/dL")
    assert suggestion is not None
    assert (suggestion.unit, round(suggestion.converted, 1)) == ("mmol/L", 140.6)
    assert suggestion.text == "did you mean 7.8 mmol/L = 141 mg/dL?"


@pytest.mark.parametrize(("value", "unit"), [(120, "mg/dL"), (6.5, "mmol/L"), (1, "mg/dL")])
def test_nothing_is_suggested_where_nothing_fits_better(value: float, unit: str) -> None:
    assert GLUCOSE.suggest(value, unit) is None


def test_a_table_and_its_rows_give_the_same_matrix() -> None:
    table = pbc()
    schema = infer_schema(table, "stage")
    rows = table.to_dict("records")
    np.testing.assert_array_equal(schema.matrix(table), schema.matrix(rows))


def test_inference_knows_numbers_codes_words_and_truths() -> None:
    schema = infer_schema(heart(), "disease")
    kinds = {feature.name: feature.kind for feature in schema}
    assert kinds["cholesterol"] == "number"
    assert kinds["chest_pain"] == "category"
    assert kinds["exercise_angina"] == "boolean"
    assert "disease" not in kinds
    assert all(feature.required for feature in schema)


def test_what_was_missing_in_the_table_is_not_required() -> None:
    schema = infer_schema(pbc(), "stage")
    assert not schema["copper"].required
    assert schema["bili"].required
