"""Reading a JSON body: what is broken is refused with its place, before anybody believes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from medportal.common.errors import DomainError, Pointer

DEEPEST = 32
"""Nothing that we take is nested deeper, a FHIR resource in its bundle included."""

MOST_MEMBERS = 1000
"""Of one list or object of a body that is not a file."""
MOST_NAMED = 20
"""Of the faults of one body; whoever mends twenty finds the twenty-first."""

_HALF = re.compile("[\ud800-\udfff]")


class _Doubled(dict[str, Any]):
    """An object that names something twice; which of the two was meant nobody knows."""

    twice = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, seen = _Doubled(found), set[str]()
    for name, _value in pairs:
        if name in seen:
            doubled.twice = name
        seen.add(name)
    return doubled


def _whole(digits: str) -> int | float:
    """A number with five thousand digits is none that anybody measured: endless, as 1e999 is."""
    try:
        return int(digits)
    except ValueError:
        return float("inf")


def read(raw: bytes, *, deepest: int = DEEPEST, most: int | None = None) -> Any:
    """What the body holds. NaN and Infinity go on to the validator, which knows their field.

    ``most``: of the members of any list or object in it.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken("not_utf8", _("Byte %(n)d is not UTF-8.") % {"n": error.start + 1}) from None
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_int=_whole)
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        message = _("This is no JSON: see line %(line)d, column %(column)d.") % place
        raise _broken("broken_json", message) from None
    except RecursionError:
        raise _broken("nested_too_deeply", _("The body is nested too deeply.")) from None
    problems = list(islice(_walk(found, "", deepest), MOST_NAMED))
    if not problems and most is not None:
        problems = list(islice(_too_many(found, "", most), MOST_NAMED))
    if problems:
        raise DomainError("parse_error", problems[0].message, pointers=problems)
    return found


def _too_many(found: Any, at: str, most: int) -> Iterator[Pointer]:
    """Before any field is looked at: what is not read costs nothing."""
    if not isinstance(found, dict | list):
        return
    if len(found) > most:
        text = _("At most %(most)d are taken here at a time.") % {"most": most}
        yield Pointer(at, "too_many", text)
        return
    members = found.items() if isinstance(found, dict) else enumerate(found)
    for name, inner in members:
        yield from _too_many(inner, f"{at}/{step(str(name))}", most)


def _broken(code: str, message: str) -> DomainError:
    return DomainError("parse_error", message, pointers=[Pointer("", code, message)])


def _walk(found: Any, at: str, left: int) -> Iterator[Pointer]:
    """What no field may hold, wherever it stands."""
    if isinstance(found, str):
        yield from _text(found, at)
    elif not isinstance(found, dict | list):
        return
    elif left == 0:
        yield Pointer(at, "nested_too_deeply", _("The body is nested too deeply."))
    elif isinstance(found, list):
        for index, inner in enumerate(found):
            yield from _walk(inner, f"{at}/{index}", left - 1)
    else:
        if isinstance(found, _Doubled):
            text = _("This name stands twice in one object.")
            yield Pointer(f"{at}/{step(found.twice)}", "duplicate_name", text)
        for name, inner in found.items():
            yield from _text(name, f"{at}/{step(name)}")
            yield from _walk(inner, f"{at}/{step(name)}", left - 1)


def _text(text: str, at: str) -> Iterator[Pointer]:
    if not storable(text):
        yield Pointer(at, "forbidden_character", _("A character here can not be stored."))


def storable(text: str) -> bool:
    """Whether a text column takes it: no NUL, no half of a character."""
    return "\x00" not in text and (text.isascii() or not _HALF.search(text))


def step(name: str) -> str:
    """One step of a JSON pointer (RFC 6901); what a stranger sent is cut short."""
    return name[:60].replace("~", "~0").replace("/", "~1")
