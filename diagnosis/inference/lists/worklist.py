"""The worklist: what waits for a decision, then what runs or failed, then by last change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    UUIDField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import User
from diagnosis.inference.models import Job, Prediction, PredictionQuerySet, owed_by
from diagnosis.registry.models import ModelVersion, Service, sheets_until
from diagnosis.registry.sheet.sheets import Sheet

State = Job.State
ASKING, UNSETTLED, OTHER = 0, 1, 2


@dataclass(frozen=True)
class WorklistFilter:
    """Empty means everything. ``state`` is a state of a prediction, or undecided, expired, new."""

    service: str = ""
    state: str = ""
    mine: bool = False


def worklist_for(actor: User, wanted: WorklistFilter | None = None) -> PredictionQuerySet:
    """Newest result of each patient and service, in the clinic's order; ``rank`` says which group.

    Annotated: ``rank``, ``changed_at``, ``previous``. Related patient, service, version and owner
    are at hand, so that a page costs the same for any length.
    """
    services = list(services_in_worklist(actor))
    return with_details(in_order(actor, services, wanted or WorklistFilter()), actor)


def services_in_worklist(actor: User) -> Any:
    return Service.objects.visible_to(actor).filter(in_worklist=True)


def in_order(actor: User, services: list[Service], wanted: WorklistFilter) -> Any:
    """The same rows without what a line shows of each: to count them and to choose a page."""
    narrowed = _narrowed(_rows(actor, services), actor, services, wanted)
    return narrowed.order_by("rank", "oldest_first", F("changed_at").desc(), "pk")


def _rows(actor: User, services: list[Service]) -> Any:
    newest = Prediction.unscoped.newest_visible_to(actor).filter(service__in=services)
    return newest.annotate(
        changed_at=Greatest("requested_at", "finished_at", "decided_at", "dismissed_at"),
        rank=_rank(services, actor),
    ).annotate(oldest_first=_oldest_first())


@dataclass(frozen=True)
class Looked:
    """What one look at all rows found: ``rows`` of a page, and how many each filter would show."""

    rows: list[Any]
    counts: dict[str, int]
    shown: int


def look(rows: Any, filters: Mapping[str, Q], *, only: Q | None, first: int, size: int) -> Looked:
    """Count and choose in one pass: who sees the whole house pays once for joining it.

    Rows that ``only`` leaves out stand behind the others, so that they are counted, too.
    """
    kept = Q() if only is None else only
    counted = {
        f"n_{name}": Window(Count("pk", filter=condition)) for name, condition in filters.items()
    }
    counted["n_all"] = Window(Count("*"))
    counted["n_shown"] = Window(Count("pk", filter=only)) if only else counted["n_all"]
    order = rows.query.order_by
    if only:
        behind = Case(When(kept, then=Value(0)), default=Value(1), output_field=IntegerField())
        rows, order = rows.annotate(left_out=behind), ("left_out", *order)
    found = list(
        rows.annotate(**counted).order_by(*order).values_list("pk", *counted)[first : first + size]
    )
    if not found:
        return Looked([], {}, 0)
    numbers = dict(zip(counted, found[0][1:], strict=True))
    shown = numbers.pop("n_shown")
    counts = {name.removeprefix("n_"): number for name, number in numbers.items()}
    return Looked([row[0] for row in found][: max(0, shown - first)], counts, shown)


def by_shown_risk(rows: Any, actor: User) -> Any:
    """The highest risk first; where it waits for an own estimate its place would tell it."""
    shown = Case(
        When(owed_by(actor), then=Value(None)),
        default=F("headline"),
        output_field=FloatField(null=True),
    )
    return rows.order_by(shown.desc(nulls_first=True), "pk")


def with_details(rows: PredictionQuerySet, actor: User) -> PredictionQuerySet:
    """What a line shows of each: related rows, and which result before ``actor`` may see."""
    previous = Subquery(_before(actor).values("pk")[:1], output_field=UUIDField(null=True))
    detailed: PredictionQuerySet = (
        rows.annotate(previous=previous)
        .select_related("patient", "owner", "requested_by")
        # few, and each holds a whole sheet or card: read once, not with every line
        .prefetch_related("service", Prefetch("version", ModelVersion.objects.defer("manifest")))
        .defer("inputs")
    )
    return detailed


@dataclass(frozen=True)
class Before:
    """The result before: what it said, of which version, from what, and how far errors moved it."""

    headline: float | None
    version: UUID
    inputs: Any
    effects: Any


def results_before(rows: Iterable[Prediction]) -> dict[UUID, Before]:
    """By row, for the few of a page, of rows ``with_details``: they say which one it is."""
    named = {row.pk: previous for row in rows if (previous := getattr(row, "previous", None))}
    found = Prediction.unscoped.filter(pk__in=set(named.values())).values_list(
        "pk", "headline", "version", "inputs", "result__step_effects"
    )
    known = {pk: Before(*rest) for pk, *rest in found}
    return {pk: known[previous] for pk, previous in named.items() if previous in known}


def _before(actor: User) -> Any:
    return _same_question().filter(
        requested_at__lt=OuterRef("requested_at"), state=State.DONE
    ).exclude(owed_by(actor)).order_by("-requested_at")  # fmt: skip


def _same_question() -> Any:
    return Prediction.unscoped.countable().exclude(state=State.CANCELLED).filter(
        patient=OuterRef("patient"), service=OuterRef("service")
    )  # fmt: skip


def _rank(services: list[Service], actor: User) -> Case:
    """A result that waits for an own estimate asks, too: otherwise its place told its band."""
    asking = Q(pk__in=[])
    for service in services:
        asks = by_sheet(service, Sheet.asking_codes, lambda codes: Q(band__in=codes))
        asking |= Q(service=service) & asks & valid(service)
        if service.ask_own_estimate:
            asking |= Q(service=service) & owed_by(actor) & valid(service)
    unsettled = Q(state__in=[State.QUEUED, State.RUNNING, State.FAILED, State.REFUSED])
    return Case(
        When(asking & Q(state=State.DONE, decided_at=None), then=Value(ASKING)),
        When(unsettled & Q(dismissed_at=None, decided_at=None), then=Value(UNSETTLED)),
        default=Value(OTHER),
        output_field=IntegerField(),
    )


def valid(service: Service) -> Q:
    """Not expired: within the validity that each was given when it was made."""
    now = timezone.now()
    return by_sheet(
        service,
        lambda sheet: sheet.validity_days,
        lambda days: Q(index_at__gte=now - timedelta(days=days)),
    )


T = TypeVar("T")


def by_sheet(service: Service, says: Callable[[Sheet], T], means: Callable[[T], Q]) -> Q:
    """One condition where all sheets of the service say the same, else one for each of them."""
    said: list[tuple[T, list[UUID]]] = []
    for sheet in sheets_until(service.sheet):
        value = says(sheet.definition)
        alike = next((keys for known, keys in said if known == value), None)
        if alike is None:
            said.append((value, [sheet.pk]))
        else:
            alike.append(sheet.pk)
    if len(said) == 1:
        return means(said[0][0])
    each = (Q(sheet__in=keys) & means(value) for value, keys in said)
    return reduce(or_, each)


def _oldest_first() -> Any:
    """Within the first group who waits longest comes first; elsewhere the last change does."""
    return Case(
        When(rank=ASKING, then=Coalesce("finished_at", "requested_at")),
        default=Value(None),
        output_field=DateTimeField(null=True),
    )


def _narrowed(rows: Any, actor: User, services: list[Service], wanted: WorklistFilter) -> Any:
    if wanted.service:
        rows = rows.filter(service__slug=wanted.service)
    if wanted.mine:
        rows = rows.filter(owner=actor)
    if wanted.state == "undecided":
        return rows.filter(state=State.DONE, decided_at=None)
    if wanted.state == "new":
        return rows.filter(changed_at__gt=actor.previous_visit_at or timezone.now())
    if wanted.state == "expired":
        current = Q(pk__in=[])
        for service in services:
            current |= Q(service=service) & valid(service)
        return rows.filter(state=State.DONE).exclude(current)
    return rows.filter(state=wanted.state) if wanted.state in State.values else rows
