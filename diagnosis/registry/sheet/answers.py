"""Which kinds of answer there are, as a sheet is judged by them.

A kind is a folder of ``diagnosis.results``, which stands above this app because it speaks of
sheets; its dictionary is handed down when the apps are ready (``docs/decisions/0134``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from medportal.common.errors import Pointer

if TYPE_CHECKING:
    from diagnosis.registry.sheet.sheets import Sheet


class AnswerKind(Protocol):
    """What a sheet must hold so that an answer of this kind can be shown."""

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        """Each thing that the pages of this kind could not do without."""


_kinds: Mapping[str, AnswerKind] = {}


def use(kinds: Mapping[str, AnswerKind]) -> None:
    """Look kinds up in this dictionary from now on; it is kept, not copied."""
    global _kinds
    _kinds = kinds


def named(name: str) -> AnswerKind | None:
    return _kinds.get(name)


def names() -> str:
    return ", ".join(_kinds)
