"""Finding patients: by part of a name, birth date, number or half of it, or all in one field."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Q, QuerySet, SmallIntegerField, When
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.records import names
from diagnosis.records.dates import take_dates
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
    by: str  # identifier | identifier-part | name | birth-date, joined by +; or nothing
    birth_dates: tuple[date, ...] = ()
    """The days that a birth date in the question can mean."""

    @property
    def is_capped(self) -> bool:
        return self.total > len(self.patients)


def find(user: User, query: Query) -> Found:
    """Patients whom ``user`` may see and whom the query means."""
    everyone = Patient.objects.visible_to(user).filter(is_active=True)
    return _find(user, query, everyone, in_parts=True)


def find_identities(user: User, query: Query) -> Found:
    """Whom the query means, for the privacy officer: names and numbers alone, and no chart."""
    return _find(user, query, Patient.unscoped.identifiable_to(user))


def _find(user: User, query: Query, everyone: PatientQuerySet, *, in_parts: bool = False) -> Found:
    if query.text.strip():
        by_number = _numbered(everyone, user, query.text)
        if by_number:
            return Found(by_number, len(by_number), "identifier")
    wanted = _understand(user, query, in_parts=in_parts)
    if wanted.is_empty:
        return Found([], 0, "nothing")
    rows = everyone
    for number in wanted.identifiers:
        rows = rows.filter(pk__in=_holders(user, number))
    for part in wanted.parts:
        rows = rows.filter(pk__in=_holders_of_part(user, part))
    if wanted.birth_dates:  # with the organisation, as the index has it
        rows = rows.filter(organisation=user.organisation_id, birth_date__in=wanted.birth_dates)
    rows = named(rows, wanted.words)
    shown = list(_ordered(rows, wanted.words)[: SHOWN + 1])
    total = rows.count() if len(shown) > SHOWN else len(shown)
    return Found(shown[:SHOWN], total, wanted.by, wanted.birth_dates)


def _ordered(rows: PatientQuerySet, words: tuple[str, ...]) -> PatientQuerySet:
    """By name; before that those whose family name begins as the question does."""
    by_name = ("family_name", "given_name", "birth_date", "pk")
    if not words:
        return rows.order_by(*by_name)
    first = words[0]
    is_family = Q(search_name__startswith=f" {first}") | Q(native_name__startswith=first)
    comes = Case(When(is_family, then=0), default=1, output_field=SmallIntegerField())
    return rows.order_by(comes, *by_name)


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
    birth_dates: tuple[date, ...]
    identifiers: tuple[str, ...]
    parts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.birth_dates or self.identifiers or self.parts)

    @property
    def by(self) -> str:
        parts = (
            ("identifier", bool(self.identifiers)),
            ("identifier-part", bool(self.parts)),
            ("name", bool(self.words)),
            ("birth-date", bool(self.birth_dates)),
        )
        return "+".join(name for name, given in parts if given)


def _understand(user: User, query: Query, *, in_parts: bool) -> _Wanted:
    born, rest = take_dates(unicodedata.normalize("NFKC", query.text))
    said = rest.replace(",", " ").replace("\u3001", " ").split()
    numbers = [part for part in said if _is_number(part)]
    # What holds letters and digits is a number if somebody has it, else part of a name.
    mixed = [part for part in said if part not in numbers and any(c.isdigit() for c in part)]
    # A record number is often written in groups.
    written = [*filter(None, ["".join(numbers)]), *mixed]
    whole = [part for part in written if _holders(user, part).exists()]
    parts = [
        part
        for part in written
        if in_parts and part not in whole and _may_be_part(user, part, is_mixed=part in mixed)
    ]
    unknown = [part for part in written if part not in (*whole, *parts, *mixed)]
    spoken = [part for part in said if part not in (*numbers, *whole, *parts)]
    return _Wanted(
        words=tuple(dict.fromkeys(names.asked(f"{' '.join(spoken)} {query.name}"))),
        birth_dates=tuple(_birth_dates(query.birth_date) if query.birth_date else born),
        identifiers=tuple(filter(None, [*whole, *unknown, query.identifier.strip()])),
        parts=tuple(parts),
    )


def _may_be_part(user: User, part: str, *, is_mixed: bool) -> bool:
    if not names.has_digits_enough(part):
        return False
    return not is_mixed or _holders_of_part(user, part).exists()


def _is_number(part: str) -> bool:
    return any(c.isdigit() for c in part) and not any(c.isalpha() for c in part)


def _birth_dates(given: str | date) -> list[date]:
    """Of a field of its own: one day. Whoever writes 03/04/1961 there is asked back."""
    if isinstance(given, date):
        return [given]
    days, rest = take_dates(unicodedata.normalize("NFKC", given))
    if len(days) != 1 or rest.strip():
        message = _("Write the date as 14-Mar-1961, 1961-03-14 or 1961年3月14日.")
        raise DomainError(
            "date_not_understood",
            message,
            pointers=[Pointer("/birth_date", "date_not_understood", message)],
        )
    return days


def _holders(user: User, number: str) -> QuerySet[PatientIdentifier, Any]:
    digest = names.identifier_hash(user.organisation_id, number)
    return PatientIdentifier.unscoped.filter(
        organisation=user.organisation_id, value_hash=digest
    ).values("patient")


def _holders_of_part(user: User, part: str) -> QuerySet[PatientIdentifier, Any]:
    digest = names.part_hash(user.organisation_id, part)
    return PatientIdentifier.unscoped.filter(
        organisation=user.organisation_id, part_hashes__contains=[digest]
    ).values("patient")


def _numbered(everyone: PatientQuerySet, user: User, text: str) -> list[Patient]:
    return list(everyone.filter(pk__in=_holders(user, text)))
