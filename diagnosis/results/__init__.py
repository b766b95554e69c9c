"""What the clinic sees of an answer: each result kind is one folder here and one line below."""

from __future__ import annotations

from diagnosis.ml import FeatureSchema
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.binary import Binary
from diagnosis.results.kind import OF_A_HEADLINE, Panel, ShownResult
from diagnosis.results.multiclass import Multiclass
from diagnosis.results.multilabel import Multilabel
from diagnosis.results.regression import Regression
from diagnosis.results.survival import Survival

RESULT_KINDS: dict[str, ShownResult] = {
    "binary": Binary(),
    "multiclass": Multiclass(),
    "multilabel": Multilabel(),
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
    return panel in panels(sheet, inputs)


def panels(sheet: Sheet, inputs: FeatureSchema | None = None) -> frozenset[Panel]:
    """Everything that can be asked of them; without a headline nothing that speaks of one."""
    kind = RESULT_KINDS.get(sheet.kind)
    if kind is None:
        return frozenset()
    found = kind.panels if kind.headline(sheet) else kind.panels - OF_A_HEADLINE
    return found - OF_TABLES if inputs is not None and inputs.blocks else found


def has_headline(sheet: Sheet) -> bool:
    """Whether one number of its answers speaks for all: by it they can be sorted and banded."""
    kind = RESULT_KINDS.get(sheet.kind)
    return kind is not None and kind.headline(sheet) is not None
