"""A category is its value, at training as at prediction; a code only where no value is a digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import FeatureSchema
from diagnosis.ml.learning.tables import infer_features, read_table

GRADES = ["1", "2", "3", "GX"]


def schema_of(tmp_path: Path, values: list[str]) -> FeatureSchema:
    rows = "".join(f"{value},{50 + i % 9}\n" for i, value in enumerate(values * 10))
    (tmp_path / "train.csv").write_text("grade,age\n" + rows)
    return FeatureSchema(tuple(infer_features(read_table(tmp_path / "train.csv"), None)))


def values_of(schema: FeatureSchema, rows: object) -> list[str | None]:
    """What each row's grade is taken for."""
    codes = schema.matrix(rows)[:, 0]
    found = [None if np.isnan(code) else schema["grade"].category(code) for code in codes]
    return [None if category is None else category.value for category in found]


def test_a_batch_of_digits_alone_is_read_by_value(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, GRADES)
    (tmp_path / "new.csv").write_text("grade,age\n1,60\n2,60\n3,60\n")
    assert values_of(schema, read_table(tmp_path / "new.csv")) == ["1", "2", "3"]
    pd.DataFrame({"grade": [1, 2, 3], "age": 60}).to_parquet(tmp_path / "new.parquet")
    assert values_of(schema, read_table(tmp_path / "new.parquet")) == ["1", "2", "3"]


@pytest.mark.parametrize("raw", [1, 1.0, "1", "1.0", " 1 ", np.int64(1), np.float32(1)])
def test_a_digit_is_the_same_grade_however_it_arrives(tmp_path: Path, raw: object) -> None:
    assert values_of(schema_of(tmp_path, GRADES), [{"grade": raw}]) == ["1"]


def test_floats_after_a_missing_cell_are_the_same_grades(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, GRADES)
    assert values_of(schema, pd.DataFrame({"grade": [1.0, np.nan, 3.0]})) == ["1", None, "3"]


def test_a_grade_that_training_never_saw_is_no_code(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, GRADES)
    assert values_of(schema, [{"grade": 0}]) == [None]
    assert [f.code for f in schema.check([{"grade": 0, "age": 60}])[0]] == ["unseen_category"]


def test_leading_zeros_stay_at_both_ends(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, ["01", "02", "10"])
    assert [c.value for c in schema["grade"].categories] == ["01", "02", "10"]
    (tmp_path / "new.csv").write_text("grade,age\n10,60\n")
    assert values_of(schema, read_table(tmp_path / "new.csv")) == ["10"]
    assert values_of(schema, [{"grade": "01"}, {"grade": 1}, {"grade": "1"}]) == ["01", None, None]


def test_a_code_is_read_where_no_value_is_a_digit(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, ["high", "low"])
    assert values_of(schema, [{"grade": 1}, {"grade": "0"}]) == ["low", "high"]


def test_words_are_told_apart_by_case_where_both_are_there(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, ["gx", "GX"])
    assert values_of(schema, [{"grade": "gx"}, {"grade": "GX"}]) == ["gx", "GX"]


def test_none_is_an_answer_at_both_ends(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, ["None", "Light", "Heavy"])
    (tmp_path / "new.csv").write_text("grade,age\nNone,60\nLight,60\n?,60\n")
    read = read_table(tmp_path / "new.csv", ["grade"])
    assert values_of(schema, read) == ["None", "Light", None]
    assert values_of(schema, [{"grade": "None"}, {"grade": None}]) == ["None", None]
