"""Cells of a table that a spreadsheet opens: text is never a formula, and comes back as it was.

Where a semicolon parts the cells, as in most of Europe, a spreadsheet splits our cell at each
``;``, whatever quotes stand around it; a tab likewise. So what follows one of these, or a line's
end, is guarded as well: ``ask; =1+1`` becomes ``ask; '=1+1``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import StringIO

QUOTE = "'"
_STARTS = "=+\\-@\t\r\uff1d\uff0b\uff0d\uff20"  # the full-width ones compute, too
_PARTS = ";\t\n\r"
_BEGINNING = re.compile(rf"(^|[{_PARTS}])([ \u3000\"]*)(?='*[{_STARTS}])")
_GUARDED = re.compile(rf"(^|[{_PARTS}])([ \u3000\"]*)'(?='*[{_STARTS}])")


def guard(text: str) -> str:
    """With a ``'`` wherever a spreadsheet would compute, or where ``unguard`` would strip."""
    return _BEGINNING.sub(rf"\1\2{QUOTE}", text)


def table(header: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A CSV table of texts, every cell of it guarded."""
    out = StringIO()
    csv.writer(out).writerows([guard(str(cell)) for cell in row] for row in (header, *rows))
    return out.getvalue()


def unguard(cell: str) -> str:
    """What ``guard`` was given."""
    return _GUARDED.sub(r"\1\2", cell)
