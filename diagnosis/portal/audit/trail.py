"""The audit trail in words: who opened whom, with which care relation, and what left the house."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import acts
from accounts.models import AuditEvent, Membership, User
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.records.models import CareAssignment, Patient
from medportal.common.arrays import is_any_of

NAMED = 5
"""A list's event may name a hundred patients; the line of it names the first few."""

QUARTER = timedelta(minutes=15)

Pair = tuple[UUID | None, UUID]


@dataclass(frozen=True)
class Question:
    """What the privacy officer asks; whatever is empty is not asked."""

    patient: UUID | None = None
    person: UUID | None = None
    act: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    aim: str = ""

    @property
    def parts(self) -> list[str]:
        """Which filters were used: for the officer's own event, without what they held."""
        return [name for name, value in vars(self).items() if value]


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    event: AuditEvent
    act: str
    named: tuple[Identity, ...]
    unnamed: int
    lacks_relation: bool


@dataclass(frozen=True)
class Group:
    """The same act of the same person on the same patients, again within a quarter of an hour."""

    lines: Sequence[Line]

    @property
    def newest(self) -> Line:
        return self.lines[0]

    @property
    def oldest(self) -> Line:
        return self.lines[-1]

    @property
    def lasts(self) -> bool:
        """Longer than the minute that the page shows."""
        return self.newest.event.at - self.oldest.event.at >= timedelta(minutes=1)

    @property
    def is_several(self) -> bool:
        return len(self.lines) > 1


@dataclass(frozen=True)
class Reader:
    """One person who opened the chart of the patient in question."""

    person: str
    actor: UUID | None
    opened: int
    left: int
    last: datetime
    has_relation: bool


@dataclass(frozen=True)
class Page:
    lines: Sequence[Line]
    number: int
    has_next: bool
    readers: Sequence[Reader] = field(default=())
    first: int = 0

    @property
    def groups(self) -> list[Group]:
        return grouped(self.lines)

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


def grouped(found: Iterable[Line]) -> list[Group]:
    """For reading alone: nothing is left out, and a page holds as many events as before."""
    groups: list[list[Line]] = []
    latest: dict[tuple[object, ...], list[Line]] = {}
    for line in found:
        event = line.event
        key = (
            event.actor_id, event.actor_name, event.act, event.outcome, event.why,
            event.source, event.channel, frozenset(event.patients),
        )  # fmt: skip
        open_one = latest.get(key)
        if open_one and open_one[0].event.at - event.at <= QUARTER:
            open_one.append(line)
        else:
            latest[key] = [line]
            groups.append(latest[key])
    return [Group(tuple(held)) for held in groups]


def events(officer: User, question: Question) -> QuerySet[AuditEvent]:
    """The organisation's events that answer ``question``, newest first."""
    rows = AuditEvent.objects.of_organisation(officer.organisation_id)
    if question.patient:
        rows = rows.filter(patients__contains=[question.patient])
    if question.person:
        rows = rows.filter(actor_id=question.person)
    if question.act:
        rows = rows.filter(act=question.act)
    if question.outcome:
        rows = rows.filter(outcome=question.outcome)
    return _aimed(_between(rows, question), question.aim).order_by("-at", "-sequence")


def page_of(officer: User, question: Question, number: int, size: int = 50) -> Page:
    first = (number - 1) * size
    found = list(events(officer, question)[first : first + size + 1])
    readers = readers_of(officer, question) if question.patient and number == 1 else ()
    shown = lines(officer, found[:size])
    return Page(shown, number, len(found) > size, readers, first + 1)


def readers_of(officer: User, question: Question) -> list[Reader]:
    """Everybody who opened this patient's chart in the time asked for, the latest first."""
    patient = question.patient
    assert patient is not None
    own = AuditEvent.objects.of_organisation(officer.organisation_id)
    rows = _between(own.filter(patients__contains=[patient]), question)
    opening = rows.filter(act__in=acts.OPENING, outcome=AuditEvent.Outcome.SUCCESS)
    grouped = (
        opening.order_by()
        .values("actor_id", "actor_name")
        .annotate(opened=Count("pk"), left=Count("pk", filter=_left_the_house()), last=Max("at"))
        .order_by("-last")
    )
    found = list(grouped)
    related = _related({(row["actor_id"], patient) for row in found})
    return [
        Reader(
            person=row["actor_name"],
            actor=row["actor_id"],
            opened=row["opened"],
            left=row["left"],
            last=row["last"],
            has_relation=(row["actor_id"], patient) in related,
        )
        for row in found
    ]


def _between(rows: QuerySet[AuditEvent], question: Question) -> QuerySet[AuditEvent]:
    if question.since:
        rows = rows.filter(at__gte=_midnight(question.since))
    if question.until:
        rows = rows.filter(at__lt=_midnight(question.until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _left_the_house() -> Q:
    return Q(act__in=acts.LEAVING) | Q(channel="api", act__in=acts.READING)


def _aimed(rows: QuerySet[AuditEvent], aim: str) -> QuerySet[AuditEvent]:
    if aim == "opened":
        return rows.filter(act__in=acts.OPENING)
    if aim == "left":
        return rows.filter(_left_the_house(), outcome=AuditEvent.Outcome.SUCCESS)
    if aim == "granted":
        return rows.filter(_gave_access())
    if aim == "unrelated":
        opening = rows.filter(act__in=acts.OPENING)
        related = Coalesce(Subquery(_count_related()), 0)
        return opening.annotate(related=related).filter(related__lt=F("patients__len"))
    return rows


def _gave_access() -> Q:
    """What lets somebody see more than before, or act with another's name."""
    return Q(act__in=acts.GRANTING) & (~Q(act="user.change") | Q(detail__has_key="roles"))


def _count_related() -> QuerySet[CareAssignment, dict[str, int]]:
    """How many of an event's patients a team looks after today in which its actor works today."""
    at_work = Membership.objects.current().filter(
        team=OuterRef("team"), user=OuterRef(OuterRef("actor_id"))
    )
    rows = CareAssignment.unscoped.current().filter(
        Exists(at_work), is_any_of("patient_id", OuterRef("patients"))
    )
    return rows.annotate(all=Value(1)).values("all").annotate(
        n=Count("patient", distinct=True)
    ).values("n")  # fmt: skip


def _related(pairs: Iterable[Pair]) -> set[Pair]:
    """Those of ``pairs`` (person, patient) between whom a care team stands today."""
    wanted = set(pairs)
    now = timezone.now()
    members = Q(team__memberships__ends_at=None) | Q(team__memberships__ends_at__gt=now)
    rows = CareAssignment.unscoped.current().filter(
        members,
        team__memberships__starts_at__lte=now,
        team__memberships__user__in={person for person, _ in wanted if person},
        patient__in={patient for _, patient in wanted},
    )
    return wanted & set(rows.values_list("team__memberships__user", "patient"))


def lines(officer: User, found: Sequence[AuditEvent]) -> list[Line]:
    shown = {patient for event in found for patient in event.patients[:NAMED]}
    known = identities(Patient.unscoped.identifiable_to(officer).filter(pk__in=shown))
    opening = {
        (event.actor_id, patient)
        for event in found
        if event.act in acts.OPENING
        for patient in event.patients
    }
    related = _related(opening)
    made = []
    for event in found:
        named = tuple(known[patient] for patient in event.patients[:NAMED] if patient in known)
        pairs = {(event.actor_id, patient) for patient in event.patients}
        made.append(
            Line(
                event=event,
                act=acts.label(event.act),
                named=named,
                unnamed=len(event.patients) - len(named),
                lacks_relation=bool((pairs & opening) - related),
            )
        )
    return made
