"""Own estimates and the model's against what happened, once it is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from diagnosis.inference.models import Job, Outcome, OwnEstimate, Prediction
from diagnosis.ml.evaluation import (
    MetricOfFew,
    auroc_difference_of_few,
    auroc_of_few,
    brier_difference_of_few,
    brier_of_few,
    calibration_bins,
)
from diagnosis.registry.models import Service

FEWEST = 20
"""Below it counts and means alone: anything finer would be chance."""
FEWEST_PEOPLE = 3
"""Of an aggregate: with two, each could subtract the own part and read the other's."""
BINS = 4
SAME = 0.005


@dataclass(frozen=True)
class Case:
    """One patient: what was estimated, what was computed, whether it happened."""

    own: float
    model: float
    happened: bool
    by: UUID | None = None

    @property
    def lead(self) -> float:
        """How much closer the own estimate was than the model's."""
        truth = float(self.happened)
        return abs(self.model - truth) - abs(self.own - truth)


@dataclass(frozen=True)
class Side:
    """One of the two that are compared; the finer figures only where there are enough cases."""

    mean: float
    brier: MetricOfFew | None = None
    auroc: MetricOfFew | None = None
    bins: tuple[dict[str, float], ...] = ()


@dataclass(frozen=True)
class Tally:
    """Both sides, and the differences own − model on the same cases, where there are enough."""

    n: int
    events: int
    own: Side
    model: Side
    own_closer: int
    model_closer: int
    brier_difference: MetricOfFew | None = None
    auroc_difference: MetricOfFew | None = None

    @property
    def is_enough(self) -> bool:
        return self.n >= FEWEST

    @property
    def as_close(self) -> int:
        return self.n - self.own_closer - self.model_closer

    @property
    def rate(self) -> float:
        return self.events / self.n


def tally_of(cases: list[Case]) -> Tally | None:
    """Both sides over the same cases; None without any."""
    if not cases:
        return None
    truth = [float(case.happened) for case in cases]
    own, model = [case.own for case in cases], [case.model for case in cases]
    leads = [case.lead for case in cases]
    is_enough = len(cases) >= FEWEST
    return Tally(
        n=len(cases),
        events=sum(case.happened for case in cases),
        own=_side(own, truth),
        model=_side(model, truth),
        own_closer=sum(lead > SAME for lead in leads),
        model_closer=sum(lead < -SAME for lead in leads),
        brier_difference=brier_difference_of_few(truth, own, model) if is_enough else None,
        auroc_difference=auroc_difference_of_few(truth, own, model) if is_enough else None,
    )


def _side(said: list[float], truth: list[float]) -> Side:
    mean = sum(said) / len(said)
    if len(said) < FEWEST:
        return Side(mean)
    return Side(
        mean,
        brier=brier_of_few(truth, said),
        auroc=auroc_of_few(truth, said),
        bins=tuple(calibration_bins(truth, said, bins=BINS)),
    )


def own_tallies(user: User) -> list[tuple[Service, Tally]]:
    """Of the person who asks and nobody else, by service, also of patients long discharged.

    No patient can be told from it: it holds sums alone.
    """
    rows = _estimates().filter(by=user).order_by("given_at")
    return [
        (service, tally)
        for service, cases in _by_service(rows).items()
        if (tally := tally_of(cases)) is not None
    ]


def estimates_given(user: User) -> dict[UUID, int]:
    """How many estimates each service holds of ``user``, whatever has become known of them."""
    counts: dict[UUID, int] = defaultdict(int)
    for service in _estimates().filter(by=user).values_list("prediction__service", flat=True):
        counts[service] += 1
    return dict(counts)


def tally_of_service(service: Service) -> Tally | None:
    """Of everybody together, or None: too few cases or people would show single ones."""
    rows = _estimates().filter(prediction__service=service).order_by("given_at")
    cases = _by_service(rows).get(service, [])
    if len(cases) < FEWEST or len({case.by for case in cases}) < FEWEST_PEOPLE:
        return None
    return tally_of(cases)


def _estimates() -> Any:
    return (
        OwnEstimate.unscoped.filter(
            prediction__state=Job.State.DONE,
            prediction__headline__isnull=False,
            value__isnull=False,
        )
        .exclude(prediction__origin=Prediction.Origin.WHAT_IF)
        .exclude(prediction__patient=None)
        .select_related("prediction__service__organisation")
        .defer("prediction__inputs", "prediction__result", "prediction__warnings")
    )


def _by_service(estimates: Iterable[OwnEstimate]) -> dict[Service, list[Case]]:
    """The first estimate of each person for each patient, where it is known what happened."""
    rows = list(estimates)
    outcomes = _open_outcomes(rows)
    cases: dict[Service, list[Case]] = defaultdict(list)
    seen = set()
    for row in rows:
        prediction = row.prediction
        about = (prediction.service_id, prediction.patient_id)
        happened = _happened(prediction, outcomes.get(about, ()))
        if happened is None or (row.by_id, *about) in seen:
            continue
        seen.add((row.by_id, *about))
        assert row.value is not None
        assert prediction.headline is not None
        case = Case(row.value, prediction.headline, happened, row.by_id)
        cases[prediction.service].append(case)
    return dict(cases)


def _open_outcomes(rows: list[OwnEstimate]) -> dict[tuple[UUID, UUID | None], list[Outcome]]:
    patients = {row.prediction.patient_id for row in rows}
    services = {row.prediction.service_id for row in rows}
    found: dict[tuple[UUID, UUID | None], list[Outcome]] = defaultdict(list)
    if rows:
        known = Outcome.unscoped.open().filter(patient__in=patients, service__in=services)
        for outcome in known.order_by("occurred_on"):
            found[outcome.service_id, outcome.patient_id].append(outcome)
    return found


def _happened(prediction: Prediction, outcomes: Iterable[Outcome]) -> bool | None:
    """Whether the event came within the service's horizon; None while nobody can know.

    Before the horizon is over an event is known and its absence is not: counting then would make
    every low estimate look bad. The demonstration's outcomes are those of old tables, so there
    nobody waits.
    """
    index = timezone.localdate(prediction.index_at)
    days = prediction.definition.horizon.days
    end = index + timedelta(days=days) if days else None
    later = [outcome for outcome in outcomes if outcome.occurred_on >= index]
    if not later or _is_too_early(prediction.service, end):
        return None
    if end is None:
        return later[0].event
    if any(outcome.event and outcome.occurred_on <= end for outcome in later):
        return True
    return False if later[-1].occurred_on >= end - _SLACK else None


_SLACK = timedelta(days=31)
"""A visit «after five years» may come a little sooner."""


def _is_too_early(service: Service, end: date | None) -> bool:
    if service.organisation.is_demonstration:
        return False
    return timezone.localdate() < (end or date.min)
