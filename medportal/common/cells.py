"""Cells of a table that a spreadsheet opens: text is never a formula, and comes back as it was."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

QUOTE = "'"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guard(text: str) -> str:
    """With a leading ``'`` where a spreadsheet would compute, or where ``unguard`` would strip."""
    return QUOTE + text if text.lstrip(QUOTE).startswith(_FORMULA) else text


def table(header: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A CSV table of texts, every cell of it guarded."""
    out = StringIO()
    csv.writer(out).writerows([guard(str(cell)) for cell in row] for row in (header, *rows))
    return out.getvalue()


def unguard(cell: str) -> str:
    """What ``guard`` was given."""
    is_guarded = cell.startswith(QUOTE) and cell.lstrip(QUOTE).startswith(_FORMULA)
    return cell[1:] if is_guarded else cell
