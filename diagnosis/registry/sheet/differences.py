"""What one sheet says otherwise than another, place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from medportal.common.json_bodies import step

ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """One place; None where one of the two has nothing there."""

    place: str
    before: str | None
    now: str | None


def differences(before: Any, now: Any, place: str = "") -> Iterator[Difference]:
    """In the order of the newer one; parts of a list that have a code are told apart by it."""
    if before == now:
        return
    older, newer = _parts(before), _parts(now)
    if older is None or newer is None:
        yield Difference(place, _said(before), _said(now))
        return
    for name in [*newer, *(name for name in older if name not in newer)]:
        inside = f"{place}/{step(name)}"
        yield from differences(older.get(name, ABSENT), newer.get(name, ABSENT), inside)


def _parts(found: Any) -> dict[str, Any] | None:
    """What stands inside, by name; None for what is one value."""
    if isinstance(found, Mapping):
        return {str(name): inner for name, inner in found.items()}
    if isinstance(found, list):
        names = [_name(one, str(number)) for number, one in enumerate(found)]
        if len(set(names)) == len(names):
            return dict(zip(names, found, strict=True))
    return None


def _name(part: Any, number: str) -> str:
    if not isinstance(part, Mapping):
        return number
    found = part.get("code") or part.get("name")
    return found if isinstance(found, str) else number


def _said(found: Any) -> str | None:
    if found is ABSENT:
        return None
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
