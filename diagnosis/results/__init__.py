"""What the clinic sees of an answer: each result kind is one folder here and one line below."""

from __future__ import annotations

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.binary import Binary
from diagnosis.results.kind import Panel, ShownResult
from diagnosis.results.regression import Regression
from diagnosis.results.survival import Survival

RESULT_KINDS: dict[str, ShownResult] = {
    "binary": Binary(),
    "regression": Regression(),
    "survival": Survival(),
}


def shown_kind(name: str) -> ShownResult:
    """The kind of a name; a KeyError names what no row should hold."""
    return RESULT_KINDS[name]


def offers(sheet: Sheet, panel: Panel) -> bool:
    """Whether this can be asked of the answers that a sheet asks for."""
    kind = RESULT_KINDS.get(sheet.kind)
    return kind is not None and panel in kind.panels
