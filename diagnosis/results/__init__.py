"""What the clinic sees of an answer: each result kind is one folder here and one line below."""

from __future__ import annotations

from diagnosis.ml import FeatureSchema
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


OF_TABLES = frozenset((Panel.FURTHER, Panel.TREND, Panel.COHORT, Panel.TRY_OUT))
"""What moves one number of a patient, or compares many: not there beside a block."""


def offers(sheet: Sheet, panel: Panel, inputs: FeatureSchema | None = None) -> bool:
    """Whether this can be asked of the answers that a sheet asks for, from such inputs."""
    kind = RESULT_KINDS.get(sheet.kind)
    if kind is None or panel not in kind.panels:
        return False
    return panel not in OF_TABLES or inputs is None or not inputs.blocks
