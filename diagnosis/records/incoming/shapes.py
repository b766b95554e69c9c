"""What a reader makes of a file, whatever its format: plain records, no rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise

from diagnosis.records.models import PatientRow
from diagnosis.records.persons import NewPatient
from diagnosis.records.validation import Given
from medportal.common.errors import DomainError, Pointer

LONGEST_IDENTIFIER = 120
MOST_PLACES = 20
_PART = re.compile(r"#\d+\Z")


@dataclass(frozen=True)
class Place:
    """Where something stands in the file, and what the file calls its parts.

    The judges say ``/value``; in a FHIR bundle that is ``/entry/7/resource/valueQuantity/value``.
    """

    at: str
    names: Mapping[str, str] = field(default_factory=dict)

    def of(self, found: Pointer) -> Pointer:
        return replace(found, pointer=self.at + self.names.get(found.pointer, found.pointer))


@dataclass(frozen=True)
class Observed:
    """One observation; its ``source_identifier`` says which one of the source it is."""

    given: Given
    place: Place


@dataclass(frozen=True)
class ChartFact:
    """A row of the chart that is no observation: its model and the values of its columns."""

    model: type[PatientRow]
    identifier: str
    values: Mapping[str, Any]
    place: Place


@dataclass(frozen=True)
class Said:
    """That the source spoke about this one; with ``has_parts``, also about its numbered parts.

    Whatever it said of it before and does not say now is no longer its word.
    """

    model: type[PatientRow]
    key: str
    has_parts: bool = False


def whole(identifier: str) -> str:
    """Of which thing this is a part: ``o1`` of ``o1#0``."""
    return _PART.sub("", identifier, count=1)


@dataclass(frozen=True)
class Withdrawn:
    """The source says in so many words that this should never have been there."""

    model: type[PatientRow]
    identifier: str
    at: str


@dataclass(frozen=True)
class Incoming:
    """One person and all that a file says about them.

    ``found`` is what the reader itself could not read: it refuses the patient like the judges do.
    """

    person: NewPatient | None
    place: Place
    observed: Sequence[Observed] = ()
    facts: Sequence[ChartFact] = ()
    withdrawn: Sequence[Withdrawn] = ()
    said: Sequence[Said] = ()
    absence_taken_back: frozenset[str] = frozenset()
    """Statuses of allergies («none known») that the file no longer stands by."""
    found: Sequence[Pointer] = ()
    numbers: Sequence[tuple[str, str]] = ()
    """Of somebody about whom the file says nothing else: they must be known here."""

    @property
    def identifiers(self) -> Sequence[tuple[str, str]]:
        return self.person.identifiers if self.person else self.numbers

    @property
    def newcomer(self) -> NewPatient:
        """The person who is entered; that there is one has been looked at before."""
        assert self.person is not None
        return self.person


@dataclass(frozen=True)
class NotKept:
    """Something readable for which the chart has no place; counted, never an error."""

    what: str
    """Kind of thing: the type of a resource, or the name of a column."""
    reason: str
    """Code of the reason; ``medportal.portal`` and docs say it in words."""
    code: str = ""
    """As the file codes it, with its system where it names one."""
    label: str = ""


class Tally(Counter[NotKept]):
    """How often something was left out, and the first places where it stood in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[NotKept, list[str]] = {}

    def note(self, what: NotKept, at: str = "", count: int = 1) -> None:
        self[what] += count
        held = self.places.setdefault(what, [])
        if at and len(held) < MOST_PLACES:
            held.append(at)

    def take(self, other: Tally) -> None:
        for what, count in other.items():
            self.note(what, count=count)
            held = self.places[what]
            held += other.places.get(what, [])[: MOST_PLACES - len(held)]


@dataclass(frozen=True)
class LeftOut:
    """One thing that is not kept, with its place."""

    what: NotKept
    at: str


@dataclass(frozen=True)
class Reading:
    """A whole file, read."""

    patients: Sequence[Incoming]
    not_kept: Tally = field(default_factory=Tally)


def unusable(code: str, message: str | Promise, pointer: str = "") -> DomainError:
    """The error for a file of which nothing can be used; says where it broke."""
    return DomainError(
        "file_unusable", message, status=400, pointers=[Pointer(pointer, code, message)]
    )
