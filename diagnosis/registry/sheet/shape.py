"""The parts of a sheet are dataclasses: by their types they are read, written and judged.

Reading takes what is there and leaves the rest empty, so that an older sheet can be shown;
``problems`` says what is missing or wrong, each at its place. Writing gives back what was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Self, get_type_hints

from diagnosis.registry.sheet import kinds
from medportal.common.errors import Pointer
from medportal.common.json_bodies import step

BESIDE = {"beside": True}
"""Marks a text whose languages stand beside the other fields of its part."""


@dataclass(frozen=True)
class Described:
    """One field: how it is read, and what stands for it where it is not told."""

    name: str
    kind: kinds.Kind
    required: bool
    default: Any
    beside: bool

    def of(self, found: Mapping[str, Any]) -> Any:
        if not self.beside:
            return found.get(self.name, MISSING)
        return {name: found[name] for name in kinds.LANGUAGES if name in found}

    def read(self, raw: Any) -> Any:
        return self.default if raw is MISSING else self.kind.read(raw, self.default)

    def problems(self, raw: Any, place: str) -> Iterator[Pointer]:
        here = place if self.beside else f"{place}/{self.name}"
        if raw is not MISSING:
            yield from self.kind.problems(raw, here)
        elif self.required:
            yield Pointer(here, self.kind.missing, self.kind.cure)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a sheet; ``told`` are the fields that were written, be it with their default."""

    told: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    @classmethod
    def from_dict(cls, found: Any) -> Self:
        """What can be read; never an error."""
        given = found if isinstance(found, Mapping) else {}
        values = {one.name: one.read(one.of(given)) for one in described(cls)}
        return cls(told=frozenset(given), **values)

    def to_dict(self) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for one in described(type(self)):
            value = getattr(self, one.name)
            if one.beside:
                written |= one.kind.write(value)
            elif one.required or one.name in self.told or value != one.default:
                written[one.name] = one.kind.write(value)
        return written

    @classmethod
    def problems(cls, found: Any, place: str = "") -> Iterator[Pointer]:
        """What is missing, of another type, or known to no sheet."""
        if not isinstance(found, Mapping):
            yield Pointer(place, "invalid", kinds.AN_OBJECT)
            return
        known = described(cls)
        for one in known:
            yield from one.problems(one.of(found), place)
        names = {name for one in known for name in _names(one)}
        for name in found:
            if name not in names:
                yield Pointer(f"{place}/{step(str(name))}", "unknown_field", kinds.UNKNOWN)


def _names(one: Described) -> tuple[str, ...]:
    return kinds.LANGUAGES if one.beside else (one.name,)


_described: dict[type, tuple[Described, ...]] = {}


def described(part: type[Part]) -> tuple[Described, ...]:
    found = _described.get(part)
    if found is None:
        hints = get_type_hints(part)
        told = (one for one in fields(part) if one.name != "told")
        found = _described[part] = tuple(_describe(one, hints[one.name]) for one in told)
    return found


def _describe(one: Field[Any], hint: Any) -> Described:
    kind, default = kinds.kind_of(hint), one.default
    if one.default_factory is not MISSING:
        default = one.default_factory()
    required = default is MISSING
    return Described(
        name=one.name,
        kind=kind,
        required=required,
        default=kind.empty if required else default,
        beside=bool(one.metadata.get("beside")),
    )
