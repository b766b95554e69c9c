"""The training ward as one person stands in it: what happened comes out after the estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rights import may
from diagnosis.inference.lists.tallies import Case, Tally, tally_of
from diagnosis.inference.models import WardAnswer, WardRound
from diagnosis.registry.models import Service, WardCase
from medportal.common.errors import DomainError


@dataclass(frozen=True)
class Opened:
    """A case that was answered: everything of it may be told."""

    answer: WardAnswer
    happened: bool


@dataclass(frozen=True)
class Bed:
    """One of the twenty. ``opened`` is empty, and with it the outcome, until it is answered."""

    number: int
    inputs: Mapping[str, Any]
    opened: Opened | None


@dataclass
class Ward:
    """The rounds of one person in one service; the last one is the one that goes on."""

    service: Service
    user: User

    @cached_property
    def rounds(self) -> list[WardRound]:
        rows = WardRound.objects.visible_to(self.user).filter(service=self.service)
        return list(rows.order_by("started_at"))

    @property
    def round(self) -> WardRound | None:
        return self.rounds[-1] if self.rounds else None

    @property
    def is_open(self) -> bool:
        """A round was begun and not all of it is answered."""
        return self.round is not None and self.round.finished_at is None

    @property
    def first(self) -> WardRound | None:
        """The finished round that counts: nothing of it was known before."""
        return next((r for r in self.rounds if not r.is_repeat and r.finished_at), None)

    @cached_property
    def has_cases(self) -> bool:
        return WardCase.objects.of(self.service).exists()

    @cached_property
    def beds(self) -> list[Bed]:
        """Of the round that goes on, in its order."""
        return _beds(self.user, self.round) if self.round else []

    @property
    def next_number(self) -> int | None:
        return next((bed.number for bed in self.beds if bed.opened is None), None)

    @property
    def answered(self) -> int:
        return sum(bed.opened is not None for bed in self.beds)

    @property
    def tally(self) -> Tally | None:
        """Of the first finished round, both sides over its twenty cases."""
        first = self.first
        beds = _beds(self.user, first) if first else []
        opened = [bed.opened for bed in beds if bed.opened]
        return tally_of([Case(o.answer.value, o.answer.probability, o.happened) for o in opened])


def _beds(user: User, walked: WardRound) -> list[Bed]:
    rows = WardAnswer.objects.visible_to(user).filter(round=walked)
    answers = {answer.case_id: answer for answer in rows.select_related("version")}
    cases = WardCase.objects.filter(service=walked.service_id, edition=walked.edition)
    return [
        Bed(
            case.number,
            case.inputs,
            Opened(answers[case.pk], case.happened) if case.pk in answers else None,
        )
        for case in cases.order_by("number")
    ]


def has_finished(user: User, service: Service) -> bool:
    rows = WardRound.objects.visible_to(user).filter(service=service)
    return rows.exclude(finished_at=None).exists()


def demand_finished(user: User, service: Service) -> None:
    """Before a clinician's first run, where the house wants it; programs are no learners."""
    if not service.ward_before_first_run or not may(user, "ward.begin"):
        return
    if not has_finished(user, service):
        raise DomainError(
            "ward_first",
            _("Go through this service's training ward first: twenty cases, once."),
            status=409,
        )
