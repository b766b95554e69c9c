"""Files of other programs: read as they were meant, or refused with the row and the column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import TableError
from diagnosis.ml.learning.tables import (
    MIXED,
    TableWarning,
    infer_features,
    left_out,
    read_table,
    strays,
)


def read(tmp_path: Path, content: str | bytes, name: str = "t.csv") -> pd.DataFrame:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("age,chol,outcome,smoker\n56,169,0,1,\n58,239,0,0,\n", "row 2 has 5 fields, the header 4"),
        ("age,chol,outcome,smoker\n56,169,0,1\n58,239,0,0,\n", "row 3 has 5 fields, the header 4"),
        ("age,chol,outcome\n56,169,0\n58,239\n", "row 3 has 2 fields, the header 3"),
        ("age,chol,outcome\n\n56,169,0\n58\n", "row 4 has 1 field, the header 3"),
        ("age,y\n56,0,mild\n57,0,severe\n", "row 2 has 3 fields, the header 2"),
        ("id,age,y\n1,56,0,a\n2,57,1,b\n3,58,1,c\n4,59,1,d\n5,60,1,e\n", "row 2 has 4 fields"),
        ("smoker,chol\n1,200,5\n", "row 2 has 3 fields"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_its_header_is_refused(
    tmp_path: Path, content: str, said: str
) -> None:
    with pytest.raises(TableError, match=said):
        read(tmp_path, content)


def test_a_separator_at_the_end_of_every_line_and_the_header_is_no_column(tmp_path: Path) -> None:
    table = read(tmp_path, "age,y,\n56,0,\n57,1,\n")
    assert list(table.columns) == ["age", "y"]
    assert table["age"].tolist() == [56, 57]


@pytest.mark.parametrize(
    "content",
    [
        '"age","y"\n"1",56,0\n"2",57,1\n"3",58,1\n',
        "age,y\n1,56,0\n2,57,1\n3,58,1\n4,59,1\n5,60,0\n",
        '"age","y"\n"Mazda RX4",56,0\n"Datsun",57,1\n"Fiat",58,1\n"Volvo",59,1\n"Audi",60,1\n',
        '"age","y"\n"17",56,0\n"4",57,1\n"203",58,1\n"8",59,1\n"11",60,1\n',
    ],
)
def test_the_names_of_rows_that_r_writes_are_left_out(tmp_path: Path, content: str) -> None:
    with pytest.warns(TableWarning, match="names of the rows are left out"):
        table = read(tmp_path, content)
    assert list(table.columns) == ["age", "y"]
    assert table["age"].tolist()[:3] == [56, 57, 58]


@pytest.mark.parametrize(
    "content",
    [
        "﻿age,y\n56,0\n57,1\n",
        "age;y\n56;0\n57;1\n",
        "age\ty\n56\t0\n57\t1\n",
        "age|y\n56|0\n57|1\n",
        "sep=;\nage;y\n56;0\n57;1\n",
        "age,y\r\n56,0\r\n57,1\r\n",
        "age,y\r56,0\r57,1\r",
        " age , y \n 56 , 0 \n 57 , 1 \n",
        "age,y\n56,0\n\n57,1\n\n",
        '"age","y"\n"56","0"\n"57","1"\n',
        "age,y\n56,0\n57,1\n".encode("utf-16"),
    ],
)
def test_what_programs_write_is_the_same_table(tmp_path: Path, content: str | bytes) -> None:
    table = read(tmp_path, content)
    assert list(table.columns) == ["age", "y"]
    assert table.to_numpy().tolist() == [[56, 0], [57, 1]]


@pytest.mark.parametrize(
    "content", [b"\xe5\xa7\n", b'age,y\n"56,0\n', "年龄,y\n1,2\n".encode("gbk")]
)
def test_what_is_no_csv_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(TableError, match="can not be read as CSV"):
        read(tmp_path, content)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="two columns share the name age"):
        read(tmp_path, "age,age ,y\n56,1,0\n")


def test_a_comma_is_a_decimal_where_it_does_not_part_columns(tmp_path: Path) -> None:
    table = read(tmp_path, "age;bilirubin;word\n56;1,2;a\n57;10,45;b\n58;1.234,5;c\n")
    assert table["bilirubin"].tolist() == [1.2, 10.45, 1234.5]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("a;b\n1;1,25\n1.234;2,5\n", "row 3, column a"),
        ("a;b\n1;1,234\n2;2,345\n", "row 2, column b"),
        ("a;b\n1.5;1,234\n", "row 2, column b"),
    ],
)
def test_a_thousand_that_could_be_a_fraction_is_refused(
    tmp_path: Path, content: str, place: str
) -> None:
    with pytest.raises(TableError, match=f"{place}: a thousand or a fraction"):
        read(tmp_path, content)


def test_points_alone_are_decimals_in_a_semicolon_file(tmp_path: Path) -> None:
    assert read(tmp_path, "a;b\n1.234;2\n5.6;3\n")["a"].tolist() == [1.234, 5.6]


@pytest.mark.parametrize("word", ["", "NA", "n/a", "NaN", "null", "?", ".", "<NA>", "#N/A", " na "])
def test_words_that_say_nothing_are_missing(tmp_path: Path, word: str) -> None:
    table = read(tmp_path, f"chol,y\n{word},0\n239,0\n189.5,1\n")
    assert np.isnan(table["chol"][0])
    assert table["chol"].tolist()[1:] == [239, 189.5]


def test_none_is_an_answer(tmp_path: Path) -> None:
    table = read(tmp_path, "alcohol,y\nNone,0\nLight,0\nHeavy,1\n")
    (feature, _) = infer_features(table, None)
    assert [category.value for category in feature.categories] == ["Heavy", "Light", "None"]


def test_digits_with_a_leading_zero_are_words(tmp_path: Path) -> None:
    table = read(tmp_path, "ward,age\n01,56\n02,57\n10,58\n")
    assert table["ward"].tolist() == ["01", "02", "10"]
    assert table["age"].tolist() == [56, 57, 58]


def parquet(tmp_path: Path, **columns: object) -> pd.DataFrame:
    pd.DataFrame(columns).to_parquet(tmp_path / "t.parquet")
    return read_table(tmp_path / "t.parquet")


def test_parquet_numbers_of_every_kind_are_numbers(tmp_path: Path) -> None:
    table = parquet(
        tmp_path,
        decimal=[Decimal("224.2"), None, Decimal("7")],
        whole=pd.array([1, None, 3], dtype="Int64"),
        real=pd.array([0.5, None, 1.5], dtype="Float64"),
        truth=pd.array([True, None, False], dtype="boolean"),
        text=["1.5", "?", "2"],
        coded=pd.Categorical([1, None, 3]),
    )
    assert {str(dtype) for dtype in table.dtypes} == {"float64"}
    np.testing.assert_array_equal(table.iloc[1].isna(), [True] * 6)
    assert table.iloc[0].tolist() == [224.2, 1, 0.5, 1, 1.5, 1]


def test_parquet_words_of_every_kind_are_words(tmp_path: Path) -> None:
    table = parquet(
        tmp_path,
        category=pd.Categorical(["None", "Light", None]),
        text=["01", "None", "NA"],
        mixed=pd.array(["GX", "1", None], dtype="string"),
    )
    assert table["category"].tolist() == ["None", "Light", None]
    assert table["text"].tolist() == ["01", "None", None]
    assert table["mixed"].tolist() == ["GX", "1", None]


DATES: list[list[object]] = [
    ["2024-01-31", "2024-12-01"],
    ["2024/1/31", "2024/12/1"],
    ["31.01.2024", "01.12.2024"],
    ["1/31/24", "12/1/24"],
    ["31-Jan-2024", "01-Dec-2024"],
    ["31 January 2024", "1 December 2024"],
    ["Jan 31, 2024", "Dec 1, 2024"],
    ["2024-01-31T12:30:00Z", "2024-12-01 08:00"],
    ["2024年1月31日", "2024年12月1日"],
    ["2024-01", "2024-12"],
    ["20240131", "20241201"],
    ["12:30", "08:15:00"],
    [date(2024, 1, 31), date(2024, 12, 1)],
    list(pd.to_datetime(["2024-01-31", "2024-12-01"], utc=True)),
    list(pd.to_timedelta(["1 day", "2 days"])),
]
IDENTIFIER = "it looks like an identifier"


def reasons(table: pd.DataFrame) -> dict[str, str]:
    return left_out(table, None)


@pytest.mark.parametrize("values", DATES)
def test_dates_are_no_feature(tmp_path: Path, values: list[object]) -> None:
    table = pd.DataFrame({"age": range(50, 90), "visit": values * 20})
    table.to_parquet(tmp_path / "t.parquet")
    found = {"age": IDENTIFIER, "visit": "it holds dates"}
    assert reasons(read_table(tmp_path / "t.parquet")) == found
    if isinstance(values[0], str):
        table.to_csv(tmp_path / "t.csv", index=False)
        assert reasons(read_table(tmp_path / "t.csv")) == found


@pytest.mark.parametrize(
    "name",
    [
        "PatientID", "patient_id", "pid", "PID", "patient", "MRN", "mrn", "subject", "SubjectID",
        "Patient No", "case_number", "uuid", "name", "病历号", "患者编号", "住院号", "姓名",
    ],
)  # fmt: skip
def test_an_identifier_is_no_feature_even_where_it_repeats(name: str) -> None:
    table = pd.DataFrame({name: np.arange(40) // 4 * 7 + 3, "age": np.arange(40) % 13})
    assert reasons(table) == {name: IDENTIFIER}


@pytest.mark.parametrize("name", ["uric_acid", "covid", "steroid", "HbA1c", "grade", "n_visits"])
def test_what_only_sounds_like_one_is_a_feature(name: str) -> None:
    table = pd.DataFrame({name: np.arange(40) // 4 * 7 + 3.5, "age": np.arange(40) % 13})
    assert reasons(table) == {}


def test_row_numbers_without_a_name_are_no_feature(tmp_path: Path) -> None:
    table = read(tmp_path, ",age\n" + "".join(f"{i},{i % 7}\n" for i in range(40)))
    assert reasons(table) == {"Unnamed: 0": "it has no name"}


def test_a_column_of_numbers_with_a_few_words_says_which(tmp_path: Path) -> None:
    cells = [*map(str, range(100, 130)), "n.d.", "see note", "n.d."]
    table = read(tmp_path, "lab,y\n" + "".join(f"{cell},0\n" for cell in cells) + "1,1\n")
    assert reasons(table)["lab"] == MIXED
    assert strays(table["lab"]) == "«n.d.», «see note» (row 31, 32, 33)"


def test_cells_that_hold_lists_are_no_feature(tmp_path: Path) -> None:
    table = parquet(tmp_path, age=[1, 2, 3, 4], codes=[["a"], ["b", "c"], [], ["a"]])
    assert reasons(table) == {"codes": "its cells hold no single values"}


def test_a_frame_of_a_notebook_is_guessed_by_the_same_rules() -> None:
    frame = pd.DataFrame(
        {
            "chol": [Decimal("224.2"), Decimal("169.5"), None] * 10,
            "alcohol": ["None", "?", "Heavy"] * 10,
            "age": [str(50 + i) for i in range(30)][::-1],
        }
    )
    frame["age"] = frame["age"].replace("55", "54")
    chol, alcohol, age = infer_features(frame, None)
    assert (chol.kind, age.kind) == ("number", "number")
    assert [category.value for category in alcohol.categories] == ["Heavy", "None"]
