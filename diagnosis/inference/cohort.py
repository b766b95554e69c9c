"""The newest explained results of one service, over the patients whom somebody may see today.

What was stored is read and nothing is computed by a model: values and attributions of each result
as two matrices. Only results of one version stand together; what is left out is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import BooleanField, Case, Count, F, Func, JSONField, Value, When
from numpy.typing import NDArray

from accounts import audit
from accounts.models import User
from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.snapshot import schema_of
from diagnosis.inference.worklist import valid
from diagnosis.ml.schema import Feature
from diagnosis.registry.models import ModelVersion, Service

Floats = NDArray[np.float64]
State = Job.State
MOST = 2_000
"""The newest so many: a page of more would be slow, and its pictures say no more."""
LARGEST_GAP = 0.005
"""Reasons that miss their result by more than half a point are shown nowhere."""
ACT = "cohort.read"


@dataclass
class LeftOut:
    """Newest results of visible patients that do not stand in the cohort, and why."""

    unsettled: int = 0
    """Refused, failed or still running."""
    other_versions: dict[int, int] = field(default_factory=dict)
    """By the version's number."""
    expired: int = 0
    unexplained: int = 0
    """Without reasons, or with reasons that are still on their way."""
    unsound: int = 0
    """Their reasons do not add up to the result."""
    older: int = 0
    """Beyond the newest that fit."""

    def add(self, group: dict[str, Any], version: ModelVersion, *, expired: bool) -> None:
        """Count one kind of result unless it belongs to the cohort."""
        n = group["n"]
        if group["state"] != State.DONE:
            self.unsettled += n
        elif group["version"] != version.pk:
            number = group["version__number"]
            self.other_versions[number] = self.other_versions.get(number, 0) + n
        elif not group["holds"] and not expired:
            self.expired += n
        elif group["explanation__state"] != State.DONE:
            self.unexplained += n


@dataclass(frozen=True)
class Cohort:
    """One row a patient, the newest result first; columns in the order of the version's inputs."""

    service: Service
    version: ModelVersion
    features: tuple[Feature, ...]
    predictions: tuple[UUID, ...]
    patients: tuple[UUID, ...]
    bands: tuple[str, ...]
    probabilities: Floats
    values: Floats
    """In the unit of the feature; a category is its code, NaN was not measured."""
    contributions: Floats
    """To the probability."""
    left_out: LeftOut

    def __len__(self) -> int:
        return len(self.predictions)


def version_in_use(service: Service) -> ModelVersion | None:
    """The published version; the stopped one where none is."""
    states = (ModelVersion.State.PUBLISHED, ModelVersion.State.STOPPED)
    return service.versions.filter(state__in=states).order_by("state", "-number").first()


def read_cohort(
    *, actor: User, service: Service, version: ModelVersion, expired: bool = False
) -> Cohort:
    """The cohort as ``actor`` may see it today, with the event that names its patients."""
    cohort = cohort_of(actor, service, version, expired=expired)
    audit.record(
        actor=actor,
        act=ACT,
        patients=cohort.patients,
        what=f"services/{service.slug}/cohort",
        detail={"version": version.number, "results": len(cohort)},
    )
    return cohort


def cohort_of(
    actor: User, service: Service, version: ModelVersion, *, expired: bool = False
) -> Cohort:
    newest = Prediction.unscoped.newest_visible_to(actor).filter(service=service)
    left_out = LeftOut()
    for group in _groups(newest, service):
        left_out.add(group, version, expired=expired)
    rows = newest.filter(version=version, state=State.DONE, explanation__state=State.DONE)
    if not expired:
        rows = rows.filter(valid(service))
    listed = list(_columns(rows).order_by("-finished_at", "pk")[: MOST + 1])
    if len(listed) > MOST:
        left_out.older, listed = rows.count() - MOST, listed[:MOST]
    return _cohort(service, version, listed, left_out)


def _groups(newest: Any, service: Service) -> Any:
    """All newest results by what decides whether they belong, counted in one question."""
    holds = Case(When(valid(service), then=True), default=False, output_field=BooleanField())
    kinds = ("state", "version", "version__number", "explanation__state", "holds")
    return newest.annotate(holds=holds).values(*kinds).order_by().annotate(n=Count("pk"))


def _columns(rows: Any) -> Any:
    """Of each explanation the numbers alone: the texts beside them are most of it."""
    return rows.values_list(
        "pk",
        "patient",
        "band",
        "probability",
        "explanation__content__base_value",
        _each("converted"),
        _each("contribution"),
    )


def _each(name: str) -> Func:
    return Func(
        F("explanation__content"),
        Value(f"$.attributions[*].{name}"),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )


def _cohort(
    service: Service, version: ModelVersion, listed: list[Any], left_out: LeftOut
) -> Cohort:
    features = tuple(schema_of(version))
    whole = [row for row in listed if len(row[5]) == len(row[6]) == len(features)]
    probabilities, bases = (_numbers([row[i] for row in whole], ()) for i in (3, 4))
    values, contributions = (_numbers([row[i] for row in whole], features) for i in (5, 6))
    gaps = np.abs(bases + contributions.sum(axis=1) - probabilities)
    sound = gaps <= LARGEST_GAP  # False for a number that is none
    left_out.unsound = len(listed) - int(sound.sum())
    kept = [row for row, is_sound in zip(whole, sound, strict=True) if is_sound]
    return Cohort(
        service=service,
        version=version,
        features=features,
        predictions=tuple(row[0] for row in kept),
        patients=tuple(row[1] for row in kept),
        bands=tuple(row[2] for row in kept),
        probabilities=probabilities[sound],
        values=values[sound],
        contributions=contributions[sound],
        left_out=left_out,
    )


def _numbers(given: list[Any], features: Sequence[Feature]) -> Floats:
    shape = (len(given), len(features)) if features else (len(given),)
    return np.array(given, dtype=np.float64).reshape(shape)
