"""What a table may say, and what it may not. No database."""

from __future__ import annotations

from datetime import date

import pytest

from diagnosis.records.incoming import findings, table
from diagnosis.records.incoming.numbers import Decimals
from diagnosis.records.incoming.table import read
from medportal.common.errors import DomainError
from tests.imports.sent import AT, HEADER, left_out_of, refused_in, row
from tests.imports.sent import table as made


def found_in(data: bytes) -> dict[str, str]:
    (incoming,) = read(data).patients
    return {found.pointer: found.code for found in findings(incoming)}


def values_of(data: bytes) -> list[object]:
    (incoming,) = read(data).patients
    assert not findings(incoming)
    return [observed.given.value for observed in incoming.observed]


@pytest.mark.parametrize(
    ("data", "code", "pointer"),
    [
        (b"name,born\nx,y\n", "columns_missing", "/1"),
        (b"patient,code,code\n1,2,3\n", "column_twice", "/1/code"),
        (b"patient\n\n", "no_patient", ""),
        (HEADER.encode() + b'\n4711,"Vanterpool', "broken_csv", "/2"),
        (made(row()).replace(b"Vanterpool", b"M\xfcller"), "not_utf8", "/2"),
        (made(row()).replace(b"Vanterpool", b"V\x00"), "forbidden_character", "/2"),
        (b"patient," + b"x," * 200 + b"\n", "too_many_columns", "/1"),
    ],
)
def test_a_file_that_can_not_be_used_names_the_row(data: bytes, code: str, pointer: str):
    with pytest.raises(DomainError) as caught:
        read(data)

    (found,) = caught.value.pointers
    assert (found.code, found.pointer) == (code, pointer)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (row(1200), {"/2/value": "out_of_bounds"}),
        ("4711,Vanterpool,05/04/1961,,,,", {"/2/birth_date": "date_not_understood"}),
        ("4711,Vanterpool,,,,,", {"/2/birth_date": "required"}),
        ("4711,,1961-04-05,,,,", {"/2/family_name": "blank"}),
        (",Vanterpool,1961-04-05,,,,", {"/2/patient": "identifier_missing"}),
        ("4711,Vanterpool", {"/2": "field_count"}),
        ("4711,Vanterpool,1961-04-05,8480-6,132,mm[Hg],now,more", {"/2": "field_count"}),
        (f"4711,{'x' * 3000},1961-04-05,,,,", {"/2/family_name": "too_long"}),
    ],
)
def test_what_is_wrong_is_found_by_row_and_column(line: str, expected: dict[str, str]):
    found = found_in(made(line))

    assert expected.items() <= found.items()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (row("NaN"), {"/2/value": "not_finite"}),
        (row("1E999999"), {"/2/value": "not_finite"}),
        (row("much"), {"/2/value": "not_a_number"}),
        (row("132,5").replace("132,5", '"132,5"'), {"/2/value": "not_a_number"}),
        (row(""), {"/2/value": "no_value"}),
        (row(unit="psi"), {"/2/unit": "unknown_unit"}),
        (row(unit=""), {"/2/unit": "unit_missing"}),
        (row("much", "oedema", ""), {"/2/value": "unknown_answer"}),
        ("4711,Vanterpool,1961-04-05,8480-6,132,mm[Hg],", {"/2/observed_at": "time_missing"}),
        (
            "4711,Vanterpool,1961-04-05,8480-6,132,mm[Hg],2024-05-03 09:00",
            {"/2/observed_at": "no_time_zone"},
        ),
        (
            "4711,Vanterpool,1961-04-05,8480-6,132,mm[Hg],2024-05",
            {"/2/observed_at": "not_a_time"},
        ),
        ("4711,Vanterpool,1961-04-05,,132,mm[Hg],", {"/2/code": "no_code"}),
        (row('"1,200"'), {"/2/value": "not_a_number"}),
        (row("n/a"), {"/2/value": "no_value"}),
        (row("?"), {"/2/value": "no_value"}),
        *(
            (row(limit), {"/2/value": "only_a_limit"})
            for limit in ("<0.5", ">= 100", "≤5", "低于5")
        ),
        (row(unit="x" * 3000), {"/2/unit": "too_long"}),
    ],
)
def test_what_can_not_be_read_is_left_out_by_row_and_column(line: str, expected: dict[str, str]):
    reading = read(made(line, row(140, "8462-4")))

    assert left_out_of(reading) == expected
    assert not refused_in(reading)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.234", "1,1"], [None, 1.1]),  # 1234, where a comma parts the decimals
        (["1.234"], [None]),
        (["1.234", "2.5"], [1.234, 2.5]),  # in this file a point parts them
        (["1.234", "2.5", "1,1"], [None, 2.5, 1.1]),
        (["1,234", "1,1"], [1.234, 1.1]),
        (["1,234", "2.5"], [None, 2.5]),
        (["0.234", "12.3456", "1.234,5"], [0.234, 12.3456, None]),
    ],
)
def test_a_number_that_can_mean_two_is_not_guessed(values: list[str], expected: list[float | None]):
    lines = [f"4711;Vanterpool;1961-04-05;48642-3;{v};x;{AT.isoformat()}" for v in values]
    decimals = Decimals.of("\n".join([HEADER.replace(",", ";"), *lines]), ";")

    assert [v if isinstance(v := decimals.read(one), float) else None for one in values] == expected


def test_tabs_and_decimal_commas_leave_thousands_open():
    text = "value\tunit\n1,5\tmg/dL\n1.234\tmg/dL\n"

    assert Decimals.of(text, "\t").read("1.234") == "1.234"
    assert Decimals.of(text.replace("1,5", "1.5"), "\t").read("1.234") == 1.234


@pytest.mark.parametrize(
    "written", ["1961-04-05T00:00:00+08:00", "1961-04-05 00:00:00", "1961-04-05T23:59:59.999-11:00"]
)
def test_a_birth_date_is_the_day_that_is_written(written: str):
    (incoming,) = read(made(row().replace("1961-04-05", written))).patients

    assert incoming.newcomer.birth_date == date(1961, 4, 5)


def test_a_patient_is_one_person_in_all_rows():
    other = row(140).replace("Vanterpool", "Okoro")

    assert found_in(made(row(), other))["/3/family_name"] == "differs"


def test_the_same_row_twice_is_said_once_and_two_values_at_one_moment_are_a_contradiction():
    assert found_in(made(row(), row())) == {}
    assert found_in(made(row(), row(140))) == {"/3": "duplicate"}


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["unix", "windows"])
def test_files_of_every_spreadsheet(start: bytes, end: bytes):
    assert values_of(start + made(row()).replace(b"\n", end)) == [132.0]
    semicolons = row("132,5").replace("132,5", "!").replace(",", ";").replace("!", "132,5")
    assert values_of(start + made(semicolons, header=HEADER.replace(",", ";"))) == [132.5]
    quoted = row().replace("Vanterpool", '"Vanterpool, Ana"')
    assert values_of(start + made(quoted)) == [132.0]


def test_a_cell_that_an_export_guarded_comes_back_as_it_was():
    (incoming,) = read(made(row().replace("Vanterpool", "'=HYPERLINK(1)"))).patients

    assert incoming.person
    assert incoming.person.family_name == "=HYPERLINK(1)"


def test_unknown_codes_and_columns_are_counted():
    reading = read(made(row(3, "99999-9") + ",red", header=HEADER + ",colour"))

    assert {(n.what, n.reason, n.code): count for n, count in reading.not_kept.items()} == {
        ("Observation", "code_not_held", "99999-9"): 1,
        ("column", "column_not_held", "colour"): 1,
    }


def test_without_an_identifier_code_and_moment_say_which_value_it_is():
    (incoming,) = read(made(row())).patients

    assert incoming.observed[0].given.source_identifier == f"8480-6@{AT.isoformat()}"


def test_the_template_is_a_header_that_is_understood():
    header = "".join(table.template()).strip()
    filled = made(",".join(["4711"] + [""] * header.count(",")), header=header)

    assert not read(filled).not_kept
