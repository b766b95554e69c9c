"""Which kinds of answer and of input there are, as a sheet is judged by them.

A kind is a folder of ``diagnosis.results`` or ``diagnosis.inputs``, which stand above this app
because they speak of sheets and charts; their dictionaries are handed down when the apps are ready
(``docs/decisions/0134``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from medportal.common.errors import Pointer

if TYPE_CHECKING:
    from diagnosis.registry.sheet.sheets import Sheet


class AnswerKind(Protocol):
    """What a sheet must hold so that an answer of this kind can be shown."""

    @property
    def panels(self) -> Collection[str]:
        """What can be asked beyond the number, by name."""

    def headline(self, sheet: Sheet) -> str | None:
        """The one estimate that bands and rules of the answer speak of."""

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        """Each thing that the pages of this kind could not do without."""


_kinds: Mapping[str, AnswerKind] = {}
_inputs: Collection[str] = ()


def use(kinds: Mapping[str, AnswerKind], inputs: Collection[str]) -> None:
    """Look kinds up in these dictionaries from now on; they are kept, not copied."""
    global _kinds, _inputs
    _kinds, _inputs = kinds, inputs


def is_shown(input_kind: str) -> bool:
    """Whether the pages know such an input."""
    return input_kind in _inputs


def named(name: str) -> AnswerKind | None:
    return _kinds.get(name)


def names() -> str:
    return ", ".join(_kinds)
