"""The kinds of values that a sheet holds: how each is read, written, judged, and cured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Protocol, Union, get_args, get_origin

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medportal.common.errors import Pointer
from medportal.common.json_bodies import step
from medportal.common.text import LANGUAGES, Text

__all__ = ["LANGUAGES", "Kind", "kind_of"]

BOTH = _("Needs a text in both languages.")
AN_OBJECT = _("Needs an object with named fields.")
A_LIST = _("Needs a list, be it an empty one.")
UNKNOWN = _("No sheet has this field: check its spelling, or leave it out.")


class Kind(Protocol):
    """``empty`` stands for what cannot be read, ``missing`` is the code where nothing is told."""

    @property
    def empty(self) -> Any: ...
    @property
    def missing(self) -> str: ...
    @property
    def cure(self) -> Promise: ...

    def read(self, raw: Any, default: Any) -> Any: ...
    def write(self, value: Any) -> Any: ...
    def problems(self, raw: Any, place: str) -> Iterator[Pointer]: ...


@dataclass(frozen=True)
class Plain:
    """A word, a number, yes or no: kept as it is written."""

    fits: Callable[[Any], bool]
    empty: Any
    cure: Promise
    missing: str = "required"

    def read(self, raw: Any, default: Any) -> Any:
        return raw if self.fits(raw) else default

    def write(self, value: Any) -> Any:
        return value

    def problems(self, raw: Any, place: str) -> Iterator[Pointer]:
        if raw in (None, ""):
            yield Pointer(place, self.missing, self.cure)
        elif not self.fits(raw):
            yield Pointer(place, "invalid", self.cure)


@dataclass(frozen=True)
class InBothLanguages:
    """A text in every language; ``or_word`` where a plain name may stand for it."""

    or_word: bool = False
    missing: str = "text_missing"
    cure: Promise = BOTH

    @property
    def empty(self) -> Text:
        return {}

    def read(self, raw: Any, default: Any) -> Any:
        if isinstance(raw, str) and self.or_word:
            return raw
        if not isinstance(raw, Mapping):
            return default
        return {str(name): text for name, text in raw.items() if isinstance(text, str)}

    def write(self, value: Any) -> Any:
        return dict(value) if isinstance(value, Mapping) else value

    def problems(self, raw: Any, place: str) -> Iterator[Pointer]:
        if isinstance(raw, str) and raw.strip() and self.or_word:
            return
        if not isinstance(raw, Mapping) or not any(name in raw for name in LANGUAGES):
            yield Pointer(place, self.missing, BOTH)
        elif not has_both_languages(raw):
            yield Pointer(place, "language_missing", BOTH)


@dataclass(frozen=True)
class Maybe:
    """Something that may be left out, or be null."""

    inner: Kind
    empty: None = None
    missing: str = "required"

    @property
    def cure(self) -> Promise:
        return self.inner.cure

    def read(self, raw: Any, default: Any) -> Any:
        return default if raw is None else self.inner.read(raw, default)

    def write(self, value: Any) -> Any:
        return None if value is None else self.inner.write(value)

    def problems(self, raw: Any, place: str) -> Iterator[Pointer]:
        if raw is not None:
            yield from self.inner.problems(raw, place)


@dataclass(frozen=True)
class Listed:
    """Several of one kind, in their order."""  # without it the signature, translated, would stand

    inner: Kind
    empty: tuple[Any, ...] = ()
    missing: str = "required"
    cure: Promise = A_LIST

    def read(self, raw: Any, default: Any) -> Any:
        if not isinstance(raw, (list, tuple)):
            return default
        return tuple(self.inner.read(one, self.inner.empty) for one in raw)

    def write(self, value: Any) -> Any:
        return [self.inner.write(one) for one in value]

    def problems(self, raw: Any, place: str) -> Iterator[Pointer]:
        if not isinstance(raw, (list, tuple)):
            yield Pointer(place, "invalid", A_LIST)
            return
        for index, one in enumerate(raw):
            yield from self.inner.problems(one, f"{place}/{index}")


@dataclass(frozen=True)
class Named:
    """Values by a name that the sheet gives them, such as factors by unit."""

    inner: Kind
    missing: str = "required"
    cure: Promise = AN_OBJECT

    @property
    def empty(self) -> Mapping[str, Any]:
        return {}

    def read(self, raw: Any, default: Any) -> Any:
        if not isinstance(raw, Mapping):
            return default
        return {str(name): self.inner.read(one, self.inner.empty) for name, one in raw.items()}

    def write(self, value: Any) -> Any:
        return {name: self.inner.write(one) for name, one in value.items()}

    def problems(self, raw: Any, place: str) -> Iterator[Pointer]:
        if not isinstance(raw, Mapping):
            yield Pointer(place, "invalid", AN_OBJECT)
            return
        for name, one in raw.items():
            yield from self.inner.problems(one, f"{place}/{step(str(name))}")


@dataclass(frozen=True)
class Inside:
    """A part within a part."""

    part: Any
    missing: str = "required"
    cure: Promise = AN_OBJECT

    @property
    def empty(self) -> Any:
        return self.part.from_dict({})

    def read(self, raw: Any, _default: Any) -> Any:
        return self.part.from_dict(raw)

    def write(self, value: Any) -> Any:
        return value.to_dict()

    def problems(self, raw: Any, place: str) -> Iterator[Pointer]:
        yield from self.part.problems(raw, place)


def is_number(raw: Any) -> bool:
    return isinstance(raw, (int, float)) and not isinstance(raw, bool) and math.isfinite(raw)


PLAIN: dict[type, Plain] = {
    str: Plain(lambda raw: isinstance(raw, str), "", _("Needs a word.")),
    bool: Plain(lambda raw: isinstance(raw, bool), empty=False, cure=_("Say yes or no.")),
    int: Plain(
        lambda raw: isinstance(raw, int) and not isinstance(raw, bool), 0,
        _("Needs a whole number."),
    ),
    float: Plain(is_number, 0.0, _("Needs a number.")),
}  # fmt: skip


def has_both_languages(text: Any) -> bool:
    return isinstance(text, Mapping) and all(
        isinstance(text.get(language), str) and text[language].strip() for language in LANGUAGES
    )


def kind_of(hint: Any) -> Kind:
    """The kind that a field's type names."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple:
        return Listed(kind_of(inner[0]))
    if origin is Mapping:
        return InBothLanguages() if inner == (str, str) else Named(kind_of(inner[1]))
    if origin in (Union, UnionType):
        return _one_of(inner)
    return Inside(hint)


def _one_of(types: tuple[Any, ...]) -> Kind:
    given = [one for one in types if one is not type(None)]
    kind: Kind = InBothLanguages(or_word=True) if len(given) > 1 else kind_of(given[0])
    return Maybe(kind) if len(given) < len(types) else kind
