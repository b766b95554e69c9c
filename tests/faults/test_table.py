"""Every failure of the list has its row, and every row tests that exist and are collected."""

from __future__ import annotations

import ast

import pytest

from medportal.configuration.addresses import ROOT
from tests.faults.table import DEGRADED, FAULTS_TABLE


def collected(path: str) -> set[str]:
    """The names of the tests in a file that pytest would collect."""
    assert path.startswith("tests/")
    assert path.rsplit("/", 1)[1].startswith("test_")
    body = ast.parse((ROOT / path).read_text()).body
    return {
        part.name
        for part in body
        if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")
    }


def test_the_list_is_whole():
    numbers = [row.number for row in FAULTS_TABLE]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert len(numbers) >= 22
    assert [row.number for row in DEGRADED] == list("abcdef")


@pytest.mark.parametrize("row", [*FAULTS_TABLE, *DEGRADED], ids=lambda row: row.number)
def test_each_failure_is_tried_by_tests_that_exist(row):
    assert row.tests
    for test in row.tests:
        path, name = test.split("::")
        assert name in collected(path), test
