"""What the clinic sees of an answer: each result kind is one folder here and one line below."""

from __future__ import annotations

from diagnosis.results.binary import Binary
from diagnosis.results.kind import ShownResult

RESULT_KINDS: dict[str, ShownResult] = {
    "binary": Binary(),
}


def shown_kind(name: str) -> ShownResult:
    """The kind of a name; a KeyError names what no row should hold."""
    return RESULT_KINDS[name]
