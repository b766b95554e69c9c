"""Patients alike to the model, among those whom the reader may see; counts only of many.

Alike means for alike reasons: near in the contributions of the inputs, which the model gave and
which are stored. The newest results of one version of one service are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from accounts.models import User
from diagnosis.inference.before.own_estimate import with_own_estimates_first
from diagnosis.inference.models import Explanation, Job, Outcome, Prediction
from diagnosis.inference.scoring.soundness import fault
from diagnosis.inference.stored.reasons import contributions_of
from diagnosis.ml.evaluation.counts import wilson_interval
from diagnosis.ml.explain.further.neighbours import nearest
from diagnosis.records.models import ids_visible_to

State = Job.State

COMPARED = 400
"""Newest results that are looked through at most."""

NEAR = 0.15
"""Fifteen points, all differences of contributions taken together: farther is not alike."""

SHOWN = 5
FEWEST = 20
"""Patients with a known outcome below which nothing is counted."""

SMALLEST = 5
"""Patients with and without the event below which nothing is counted."""


@dataclass(frozen=True)
class Tally:
    """Of ``known`` patients alike whose outcome is known, ``events`` had the event."""

    known: int
    events: int
    lower: float
    upper: float


@dataclass(frozen=True)
class Neighbour:
    """A result alike: how far in points of probability, and what differs most."""

    prediction: Prediction
    distance: float
    differs: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Who is alike; ``tally`` is None where too few are known to count."""

    neighbours: tuple[Neighbour, ...]
    count: int
    compared: int
    tally: Tally | None


def alike(user: User, prediction: Prediction) -> Alike | None:
    """Who is alike among the reader's patients; None where the result's reasons are not there."""
    own = _contributions(
        Explanation.objects.visible_to(user)
        .of_the_run()
        .filter(prediction=prediction, state=State.DONE)
        .values_list("content", flat=True)
        .first(),
        prediction.headline,
    )
    if own is None:
        return None
    others = _others(user, prediction)
    contributions = _of_all(user, others)
    names = list(own)
    known = [one for one in others if set(contributions.get(one.pk) or ()) == set(names)]
    points = [[contributions[one.pk][name] for name in names] for one in known]
    found = nearest(np.array(points).reshape(-1, len(names)), list(own.values()), COMPARED)
    near = [
        (known[int(i)], float(distance))
        for i, distance in zip(found.rows, found.distances, strict=True)
        if distance <= NEAR
    ]
    shown = [
        Neighbour(one, distance, _differs(own, contributions[one.pk]))
        for one, distance in near[:SHOWN]
    ]
    tally = _tally(user, [one for one, _ in near])
    return Alike(tuple(shown), len(near), len(known), tally)


def _others(user: User, prediction: Prediction) -> list[Prediction]:
    """The newest result of every other patient of the same version, without the long columns.

    The gate is asked twice: the second time so that the database starts from the reader's patients.
    """
    rows = (
        Prediction.objects.visible_to(user)
        .filter(version=prediction.version_id, is_newest=True, state=State.DONE)
        .filter(patient__in=ids_visible_to(user, teams_first=True))
        .exclude(patient=prediction.patient_id)
        .only("patient", "service", "headline", "decided_at", "state", "asks_estimate")
        .order_by("-requested_at")
    )
    known = with_own_estimates_first(user, rows[:COMPARED])
    return [one for one in known if not one.is_withheld]


def _of_all(user: User, others: Sequence[Prediction]) -> dict[UUID, dict[str, float]]:
    """Contributions by result; results whose reasons may not be shown are left out."""
    estimates = {one.pk: one.headline for one in others}
    rows = (
        Explanation.objects.visible_to(user)
        .of_the_run()
        .filter(prediction__in=list(estimates), state=State.DONE)
        .values_list("prediction", "content")
    )
    found = {pk: _contributions(content, estimates[pk]) for pk, content in rows}
    return {pk: contributions for pk, contributions in found.items() if contributions is not None}


def _contributions(
    content: Mapping[str, Any] | None, estimate: float | None
) -> dict[str, float] | None:
    """Contribution by input; None for reasons that fail their own check."""
    if content is None or fault(content, estimate):
        return None
    return contributions_of(content)


def _differs(own: Mapping[str, float], other: Mapping[str, float]) -> tuple[str, ...]:
    """Up to two inputs whose contributions differ by a point or more, the most different first."""
    apart = {name: abs(own[name] - other[name]) for name in own}
    order = sorted(apart, key=lambda name: -apart[name])
    return tuple(name for name in order[:2] if apart[name] >= 0.01)


def _tally(user: User, near: Sequence[Prediction]) -> Tally | None:
    """Decided results with an open outcome; None unless many of both kinds are known."""
    decided = {one.patient_id for one in near if one.decided_at is not None}
    if len(decided) < FEWEST:
        return None
    kind = near[0].kind
    if kind is not None and kind.censors:
        return None  # who was lost before the horizon cannot be counted as without the event
    rows = (
        Outcome.objects.visible_to(user)
        .open()
        .filter(service=near[0].service_id, patient__in=decided)
        .order_by("occurred_on")
        .values_list("patient", "event")
    )
    events = dict(rows)  # the newest of each patient
    known, happened = len(events), sum(events.values())
    if known < FEWEST or min(happened, known - happened) < SMALLEST:
        return None
    found = wilson_interval(happened, known)
    return Tally(known, happened, float(found[0]), float(found[1]))
