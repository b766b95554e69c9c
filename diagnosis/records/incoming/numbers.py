"""How a table writes its numbers: with a decimal point or a decimal comma."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

from diagnosis.records.validation import Value

NUMERIC = ("value", "reference_low", "reference_high")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?")
_ENDLESS = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_PERHAPS_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}")
_DECIMAL = re.compile(r"[+-]?\d*([.,])\d+")


@dataclass(frozen=True)
class Decimals:
    """``comma``: semicolons part the fields, so a comma parts decimals.

    ``seen`` are the marks in those numbers of the file that can not be thousands.
    """

    comma: bool = False
    seen: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, delimiter: str) -> Decimals:
        return cls(delimiter == ";", frozenset(_marks(text, delimiter)))

    def read(self, written: str) -> Value:
        """The number; what is none, or could be two, goes on to the validator as it is."""
        text = normalize("NFKC", written).strip()
        thousands = _PERHAPS_THOUSANDS.fullmatch(text)
        if thousands and not self._is_sure(thousands[1]):
            return written
        plain = text.replace(",", ".") if self.comma and text.count(",") == 1 else text
        if _NUMBER.fullmatch(plain) or _ENDLESS.fullmatch(plain):
            return float(plain)
        return written

    def _is_sure(self, mark: str) -> bool:
        """Whether 1.234 or 1,234 can mean one thing only in this file."""
        other = "," if mark == "." else "."
        is_usual = (mark == ",") == self.comma
        return other not in self.seen and (is_usual or mark in self.seen)


def _marks(text: str, delimiter: str) -> Iterator[str]:
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = [cell.strip().lower() for cell in next(rows, [])]
        places = [index for index, name in enumerate(header) if name in NUMERIC]
        for cells in rows:
            for cell in (cells[index].strip() for index in places if index < len(cells)):
                found = _DECIMAL.fullmatch(cell)
                if found and not _PERHAPS_THOUSANDS.fullmatch(cell):
                    yield found[1]
    except csv.Error:
        return  # whoever reads the rows says where
