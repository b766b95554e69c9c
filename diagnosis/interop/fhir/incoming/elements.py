"""The small parts of resources as strangers send them: any of them may be of any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.interop.fhir.terms import ABSENT_REASON
from medportal.common import json_bodies
from medportal.common.errors import Pointer

Resource = dict[str, Any]

_DAY = re.compile(r"(?:18[5-9]|19\d|20\d|21[0-4])\d-\d\d-\d\d")
_PARTIAL = re.compile(r"\d{4}(?:-\d\d)?")
_ANY_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_MOMENT = re.compile(rf"{_DAY.pattern}T\d\d:\d\d(?::\d\d(?:\.\d{{1,12}})?)?(?:Z|[+-]\d\d:\d\d)?")

_UNKNOWN = {"unknown", "asked-unknown", "temp-unknown"}


def parts(value: object) -> list[Resource]:
    """Those of a list that are objects; one alone is a list of one."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def part(value: object) -> Resource:
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1] + "…"


def codings(concept: object) -> list[Resource]:
    return parts(part(concept).get("coding", []))


def words(concept: object) -> str:
    """What a CodeableConcept says to people."""
    said = [text(part(concept).get("text"))]
    said += [text(coding.get("display")) for coding in codings(concept)]
    said += [text(coding.get("code")) for coding in codings(concept)]
    return next(filter(None, said), "")


def code_of(concept: object, system: str) -> str:
    """The first code of a system."""
    found = (text(c.get("code")) for c in codings(concept) if c.get("system") == system)
    return next(filter(None, found), "")


def named(concept: object) -> tuple[str, str]:
    """A concept that has no place here, for the report: ``system|code`` and its words."""
    first = next(iter(codings(concept)), {})
    code = "|".join(filter(None, (text(first.get("system")), text(first.get("code")))))
    return cut(code, 160), cut(words(concept), 160)


def said(concept: object) -> set[str]:
    """Every code and word of a concept, in lower case; also of the bare word of older versions."""
    found = [text(concept), text(part(concept).get("text"))]
    found += [text(coding.get("code")) for coding in codings(concept)]
    return {word.lower() for word in found if word}


def modifiers(value: object, at: str = "") -> Iterator[str]:
    """Where something stands that changes the meaning and that nobody here understands.

    FHIR: an extension that modifies «shall not be ignored», wherever in the resource it stands.
    """
    if isinstance(value, dict):
        for name, inner in value.items():
            if (name == "modifierExtension" and inner) or (
                name == "implicitRules" and inner and not at
            ):
                yield f"{at}/{name}"
            else:
                yield from modifiers(inner, f"{at}/{json_bodies.step(name)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from modifiers(inner, f"{at}/{index}")


def says_unknown(extended: object) -> bool:
    """Of an element without a value: the source says that nobody knows it."""
    held = parts(part(extended).get("extension", []))
    return any(e.get("url") == ABSENT_REASON and e.get("valueCode") in _UNKNOWN for e in held)


@dataclass(frozen=True)
class When:
    """A date or time as FHIR writes them, or what is wrong with it."""

    at: datetime | None = None
    fault: str = ""  # "" | not_precise | not_a_time | no_time_zone
    day: date | None = None
    """As it is written, in its own time zone: a birth date is no moment."""

    def problem(self, pointer: str) -> Pointer:
        sentences = {
            "not_precise": _("Only a year or a month stands here: a day is needed."),
            "not_a_time": _("This is no date or time that can be right."),
            "no_time_zone": _("The time has no time zone."),
        }
        return Pointer(pointer, self.fault, sentences[self.fault])


def when(value: object) -> When:
    """A whole day counts from its first moment, here; no value is neither right nor wrong."""
    if value is None:
        return When()
    written = text(value)
    if _PARTIAL.fullmatch(written):
        return When(fault="not_precise")
    try:
        return _read(written)
    except ValueError:
        return When(fault="not_a_time")


def _read(written: str) -> When:
    if _DAY.fullmatch(written):
        day = date.fromisoformat(written)
        return When(timezone.make_aware(datetime.combine(day, time())), day=day)
    if not _MOMENT.fullmatch(written):
        return When(fault="not_a_time")
    at = datetime.fromisoformat(written)
    return When(fault="no_time_zone") if timezone.is_naive(at) else When(at, day=at.date())


def has_ended(value: object) -> bool:
    """Whether the end of a period lies behind us; a year or a month lasts until it is over.

    The year 9999 stands for «no end» and is no date that a chart holds.
    """
    found = _ANY_DAY.match(text(part(value).get("end")))
    if not found:
        return False
    end = tuple(int(number) for number in found.groups() if number)
    today = timezone.localdate()
    return end < (today.year, today.month, today.day)[: len(end)]


def has_begun(at: When) -> bool:
    """Whether a time has come; of what can not be read it is taken for granted."""
    return at.at is None or at.at <= timezone.now()


def first_when(resource: Resource, *names: str) -> tuple[When, str]:
    """The first element that is there: a time, or the start of a period; and its pointer."""
    for name in names:
        value = resource.get(name)
        if isinstance(value, dict):
            return when(value.get("start")), f"/{name}/start"
        if value is not None:
            return when(value), f"/{name}"
    return When(), f"/{names[0]}"


def taken(names: tuple[str, ...], resource: Resource) -> Iterator[str]:
    """Of the spellings of a choice (``value[x]``) those that are there."""
    return (name for name in names if resource.get(name) is not None)
