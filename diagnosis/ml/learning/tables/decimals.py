"""Decimal commas, where a comma does not separate columns; what could be a thousand is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagnosis.ml.errors import TableError

Rows = list[list[str]]
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_POINT = re.compile(r"[+-]?\d+\.\d+", re.ASCII)
_COMMA_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)
_POINT_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
_BOTH = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+", re.ASCII)


def with_points(names: list[str], records: Rows, places: list[int]) -> Rows:
    """Return rows whose numbers have a decimal point.

    Raises
    ------
    TableError
        A number could be a thousand as well as a fraction: 1.234 where others read 5,6.
    """
    commas = any(_is(_COMMA, _COMMA_THOUSANDS, cell) for cell in _cells(records))
    points = any(_is(_POINT, _POINT_THOUSANDS, cell) for cell in _cells(records))
    for place, record in zip(places, records, strict=True):
        for name, cell in zip(names, record, strict=True):
            if _is_ambiguous(cell, commas=commas, points=points):
                raise TableError(
                    f"row {place}, column {name}: a thousand or a fraction? "
                    "Write numbers without marks between the thousands."
                )
    return [[_pointed(cell) for cell in record] for record in records]


def _cells(records: Rows) -> Iterator[str]:
    return (cell for record in records for cell in record)


def _is(number: re.Pattern[str], thousands: re.Pattern[str], cell: str) -> bool:
    return bool(number.fullmatch(cell)) and not thousands.fullmatch(cell)


def _is_ambiguous(cell: str, *, commas: bool, points: bool) -> bool:
    if _COMMA_THOUSANDS.fullmatch(cell):
        return points or not commas or cell.count(",") > 1
    return commas and bool(_POINT_THOUSANDS.fullmatch(cell))


def _pointed(cell: str) -> str:
    if _BOTH.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    return cell.replace(",", ".") if _COMMA.fullmatch(cell) else cell
