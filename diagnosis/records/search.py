"""Finding patients: by part of a name, birth date, whole number, or all of that in one field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.records import names
from diagnosis.records.dates import parse_date, take_date
from diagnosis.records.models import Patient, PatientIdentifier, PatientQuerySet
from medportal.common.errors import DomainError, Pointer

SHOWN = 100
_TRIGRAM = 3


@dataclass(frozen=True)
class Query:
    """What is asked for; everything given has to fit. ``text`` is the one free field."""

    text: str = ""
    name: str = ""
    birth_date: str | date = ""
    identifier: str = ""


@dataclass(frozen=True)
class Found:
    """At most ``SHOWN`` patients, and how many there are in all."""

    patients: list[Patient]
    total: int
    by: str  # identifier | name | birth-date | name+birth-date | nothing

    @property
    def is_capped(self) -> bool:
        return self.total > len(self.patients)


def find(user: User, query: Query) -> Found:
    """Patients whom ``user`` may see and whom the query means."""
    return _find(user, query, Patient.objects.visible_to(user).filter(is_active=True))


def find_identities(user: User, query: Query) -> Found:
    """Whom the query means, for the privacy officer: names and numbers alone, and no chart."""
    return _find(user, query, Patient.unscoped.identifiable_to(user))


def _find(user: User, query: Query, everyone: PatientQuerySet) -> Found:
    if query.text.strip():
        by_number = _numbered(everyone, user, query.text)
        if by_number:
            return Found(by_number, len(by_number), "identifier")
    wanted = _understand(user, query)
    if wanted.is_empty:
        return Found([], 0, "nothing")
    rows = everyone
    for number in wanted.identifiers:
        rows = rows.filter(pk__in=_holders(user, number))
    if wanted.birth_date is not None:  # with the organisation, as the index has it
        rows = rows.filter(organisation=user.organisation_id, birth_date=wanted.birth_date)
    rows = named(rows, wanted.words)
    shown = list(rows.order_by("family_name", "given_name", "birth_date", "pk")[: SHOWN + 1])
    total = rows.count() if len(shown) > SHOWN else len(shown)
    return Found(shown[:SHOWN], total, wanted.by)


def named(rows: PatientQuerySet, words: tuple[str, ...]) -> PatientQuerySet:
    """Those whose name has every word, each in the way that an index can answer."""
    for word in words:
        if names.is_chinese(word):
            rows = rows.filter(name_grams__contains=names.grams(word))
        if len(word) >= _TRIGRAM:
            rows = rows.filter(search_name__contains=word)
        elif not names.is_chinese(word):
            # One or two letters hold no trigram, but the start of a word does.
            rows = rows.filter(search_name__contains=f" {word}")
    return rows


@dataclass(frozen=True)
class _Wanted:
    words: tuple[str, ...]
    birth_date: date | None
    identifiers: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.birth_date or self.identifiers)

    @property
    def by(self) -> str:
        parts = (
            ("identifier", bool(self.identifiers)),
            ("name", bool(self.words)),
            ("birth-date", self.birth_date is not None),
        )
        return "+".join(name for name, given in parts if given)


def _understand(user: User, query: Query) -> _Wanted:
    born, rest = take_date(query.text)
    said = rest.replace(",", " ").replace("，", " ").split()
    numbers = [part for part in said if _is_number(part)]
    # What holds letters and digits is a number if somebody has it, else part of a name.
    mixed = [part for part in said if part not in numbers and any(c.isdigit() for c in part)]
    held = [part for part in mixed if _holders(user, part).exists()]
    spoken = " ".join(part for part in said if part not in numbers and part not in held)
    if query.birth_date:
        born = _birth_date(query.birth_date)
    # A record number is often written in groups.
    identifiers = ["".join(numbers), *held, query.identifier.strip()]
    return _Wanted(
        words=tuple(dict.fromkeys(names.asked(f"{spoken} {query.name}"))),
        birth_date=born,
        identifiers=tuple(filter(None, identifiers)),
    )


def _is_number(part: str) -> bool:
    return any(c.isdigit() for c in part) and not any(c.isalpha() for c in part)


def _birth_date(given: str | date) -> date:
    found = given if isinstance(given, date) else parse_date(given)
    if found is None:
        message = _("Write the date as 14-Mar-1961, 1961-03-14 or 1961年3月14日.")
        raise DomainError(
            "date_not_understood",
            message,
            pointers=[Pointer("/birth_date", "date_not_understood", message)],
        )
    return found


def _holders(user: User, number: str) -> QuerySet[PatientIdentifier, Any]:
    digest = names.identifier_hash(user.organisation_id, number)
    return PatientIdentifier.unscoped.filter(
        organisation=user.organisation_id, value_hash=digest
    ).values("patient")


def _numbered(everyone: PatientQuerySet, user: User, text: str) -> list[Patient]:
    return list(everyone.filter(pk__in=_holders(user, text)))
