"""Reading CSV without guessing: a row that does not fit its header ends it, with its number."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections import Counter

import pandas as pd

from diagnosis.ml.errors import TableError
from diagnosis.ml.inputs.words import is_number
from diagnosis.ml.learning.tables.columns import TableWarning
from diagnosis.ml.learning.tables.decimals import with_points
from diagnosis.ml.learning.tables.identifiers import looks_like_identifier

_SEPARATORS = (",", ";", "\t", "|")
_TOLD = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # how Excel says which one it is
_FEWEST = 5  # rows
Rows = list[list[str]]


def read_csv(content: bytes) -> pd.DataFrame:
    """Return a table of texts, its columns named by the first row.

    Raises
    ------
    ValueError
        It is no text, or its quotes do not close.
    TableError
        A row is longer or shorter than the header, or two columns share a name.
    """
    separator, rows = _split(_decoded(content))
    numbers = [i for i, row in enumerate(rows, start=1) if "".join(row).strip() or len(row) > 1]
    if not numbers:
        raise ValueError("it is empty")
    header, *records = [[cell.strip() for cell in rows[i - 1]] for i in numbers]
    places = numbers[1:]
    header, records = _without_row_names(header, records, quoted=_is_quoted(content))
    header, records = _without_empty_end(header, records)
    for number, record in zip(places, records, strict=True):
        if len(record) != len(header):
            raise TableError(
                f"row {number} has {_counted(len(record))}, the header {len(header)}: "
                "which value belongs to which column can not be told."
            )
    names = _names(header)
    if separator != ",":
        records = with_points(names, records, places)
    return pd.DataFrame(records, columns=names, dtype=object)


def _counted(fields: int) -> str:
    return "1 field" if fields == 1 else f"{fields} fields"


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16")
        if "\n" not in text:  # two bytes are little to go by
            raise ValueError("it has a single line")
        return text
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is not in UTF-8; save it as «CSV UTF-8»") from error


def _split(text: str) -> tuple[str, Rows]:
    told = _TOLD.match(text)
    if told:
        return told[1], _parsed(text[told.end() :], told[1])
    head = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=lambda each: _width(head, each))  # of equals the first
    return separator, _parsed(text, separator)


def _width(head: str, separator: str) -> int:
    return max((len(row) for row in _parsed(head, separator, strict=False)), default=0)


def _parsed(text: str, separator: str, *, strict: bool = True) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    try:
        return list(reader)
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error


def _is_quoted(content: bytes) -> bool:
    """Whether header and first row begin with a quote, as R writes them."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")[:2]
    return len(lines) == 2 and all(line.startswith(b'"') for line in lines)


def _without_row_names(header: list[str], records: Rows, *, quoted: bool) -> tuple[list[str], Rows]:
    """Drop the names that R writes before each row without one in the header.

    Every row is then longer by one. The same happens where a separator ends each row, and where
    a column has no name; only what can be nothing but row names is taken for them.
    """
    if not records or any(len(record) != len(header) + 1 for record in records):
        return header, records
    first, last = [record[0] for record in records], [record[-1] for record in records]
    is_unique = all(first) and len(set(first)) == len(first)
    if not is_unique or not any(last) or looks_like_identifier(header[0]):
        return header, records
    if not _are_row_names(first, quoted=quoted):
        return header, records
    warnings.warn("The names of the rows are left out.", TableWarning, stacklevel=2)
    return header, [record[1:] for record in records]


def _are_row_names(first: list[str], *, quoted: bool) -> bool:
    """Whether different texts are what R calls its rows; of few rows anything could be."""
    counted = first == [str(i) for i in range(1, len(first) + 1)]
    if len(first) < _FEWEST:
        return quoted and counted
    return quoted or counted or not any(map(is_number, first))


def _without_empty_end(header: list[str], records: Rows) -> tuple[list[str], Rows]:
    """Drop columns at the end that have neither a name nor a value, as spreadsheets leave them."""
    while len(header) > 1 and not header[-1]:
        width = len(header)
        if any(len(record) != width or record[-1] for record in records):
            break
        header, records = header[:-1], [record[:-1] for record in records]
    return header, records


def _names(header: list[str]) -> list[str]:
    names = [name or f"Unnamed: {i}" for i, name in enumerate(header)]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise TableError(f"two columns share the name {twice[0]}.")
    return names
