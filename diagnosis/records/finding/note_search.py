"""Searching in notes: every word has to stand in the note, and is shown where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.records import names
from diagnosis.records.finding.excerpts import SHORT, Excerpt, excerpts
from diagnosis.records.models import Note, Patient
from medportal.common.errors import DomainError, Pointer

PAGE = 20
MOST = 500
"""Whoever finds more is shown the newest and asks more precisely."""
MOST_WORDS = 8
LONGEST = 120


@dataclass(frozen=True)
class NoteQuery:
    """``patient`` narrows the question to one chart."""

    text: str
    patient: Patient | None = None
    page: int = 1


@dataclass(frozen=True)
class Hit:
    note: Note
    excerpts: list[Excerpt]


@dataclass(frozen=True)
class FoundNotes:
    """One page of hits, those of one patient together, the newest first."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    page: int = 1
    pages: int = 1
    is_capped: bool = False

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def following(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None

    @property
    def patients(self) -> list[Patient]:
        return list(dict.fromkeys(hit.note.patient for hit in self.hits))


def find(user: User, query: NoteQuery) -> FoundNotes:
    """Notes in charts that ``user`` may see; three queries, however many there are."""
    words = understood(query.text)
    rows = Note.objects.visible_to(user)
    if query.patient is not None:
        rows = rows.filter(patient=query.patient)
    matching = holding(rows, words).order_by("-written_at", "pk")
    found = list(matching.values_list("pk", "patient_id")[: MOST + 1])
    shown = _by_patient(found[:MOST])
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(1, query.page), pages)
    return FoundNotes(
        hits=_hits(user, shown[(page - 1) * PAGE : page * PAGE], words),
        total=len(shown),
        page=page,
        pages=pages,
        is_capped=len(found) > MOST,
    )


def understood(text: str) -> tuple[str, ...]:
    """The words that are looked for, folded as the columns are."""
    words = tuple(dict.fromkeys(names.asked(text[:LONGEST])))
    if not words:
        _refuse("words_missing", _("Write at least one word or character to look for."))
    if len(words) > MOST_WORDS:
        _refuse("too_many_words", _("Look for at most eight words at once."))
    return words


def _refuse(code: str, message: Any) -> None:
    raise DomainError(code, message, pointers=[Pointer("/text", code, message)])


def holding(rows: Any, words: Sequence[str]) -> Any:
    """Notes with every word, each asked for in the way that an index can answer."""
    for word in words:
        is_chinese = names.is_chinese(word)
        if is_chinese:
            rows = rows.filter(search_grams__contains=names.grams(word))
        if len(word) >= SHORT:
            rows = rows.filter(search_text__contains=word)
        elif not is_chinese:
            rows = rows.filter(search_text__contains=f" {word}")
    return rows


def _by_patient(found: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """The notes of one patient behind each other; first whose newest hit is the newest."""
    grouped: dict[UUID, list[UUID]] = {}
    for note, patient in found:
        grouped.setdefault(patient, []).append(note)
    return [note for notes in grouped.values() for note in notes]


def _hits(user: User, wanted: Sequence[UUID], words: Sequence[str]) -> list[Hit]:
    known = Note.objects.visible_to(user).select_related("patient").in_bulk(wanted)
    notes = (known[pk] for pk in wanted if pk in known)
    return [Hit(note, excerpts(note.text, words)) for note in notes]
