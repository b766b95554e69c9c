"""What is answered: each result kind is one module here and one line in ``RESULT_KINDS``."""

from __future__ import annotations

from diagnosis.ml.errors import TaskError
from diagnosis.ml.results.binary import Binary
from diagnosis.ml.results.kind import ResultKind
from diagnosis.ml.results.multiclass import Multiclass
from diagnosis.ml.results.multilabel import Multilabel
from diagnosis.ml.results.regression import Regression
from diagnosis.ml.results.survival import Survival

RESULT_KINDS: dict[str, ResultKind] = {
    "binary": Binary(),
    "multiclass": Multiclass(),
    "multilabel": Multilabel(),
    "regression": Regression(),
    "survival": Survival(),
}


ORDERED: dict[str, ResultKind] = {"multiclass": Multiclass(ordered=True)}


def result_kind(name: str, *, ordered: bool = False) -> ResultKind:
    """Return the kind of a name; ``ordered``: of answers that go from low to high.

    Raises
    ------
    TaskError
        There is none; the line names those that there are.
    """
    if name not in RESULT_KINDS:
        raise TaskError(f"There is no task {name!r}; known are {', '.join(RESULT_KINDS)}.")
    if ordered and name not in ORDERED:
        raise TaskError(f"The task {name} has no classes in an order.")
    return ORDERED[name] if ordered else RESULT_KINDS[name]
