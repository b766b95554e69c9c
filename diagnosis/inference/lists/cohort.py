"""The newest explained results of one service, over the patients whom somebody may see today.

What was stored is read and nothing is computed by a model: values and attributions of each result
as two matrices. Only results of one version stand together; what is left out is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    FilteredRelation,
    Func,
    JSONField,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from accounts import audit
from accounts.models import User
from diagnosis.inference.lists.worklist import valid
from diagnosis.inference.models import OF_THE_RUN, Job, Prediction, owed_by
from diagnosis.inference.scoring.soundness import fault
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.ml.schema import Feature
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.results import offers
from diagnosis.results.kind import Panel
from medportal.common.errors import DomainError

Floats = NDArray[np.float64]
State = Job.State
MOST = 2_000
"""The newest so many: a page of more would be slow, and its pictures say no more."""
ENOUGH = 10
"""Below, pictures and groups would show single people and no pattern."""
READ, PRINTED = "cohort.read", "cohort.print"


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
    """Their reasons fail their own check and are shown nowhere."""
    owed: int = 0
    """The reader's own estimate comes first: no page tells the number before."""
    older: int = 0
    """Beyond the newest that fit."""
    belonging: int = 0
    """None of those above: what a cohort without end would hold."""

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
        elif group["is_owed"]:
            self.owed += n
        elif group["reasons__state"] != State.DONE:
            self.unexplained += n
        else:
            self.belonging += n


@dataclass(frozen=True)
class Cohort:
    """One row a patient, the newest result first; columns in the order of the version's inputs."""

    service: Service
    version: ModelVersion
    features: tuple[Feature, ...]
    predictions: tuple[UUID, ...]
    patients: tuple[UUID, ...]
    bands: tuple[str, ...]
    """Of each result; empty for one that has expired."""
    estimates: Floats
    values: Floats
    """In the unit of the feature; a category is its code, NaN was not measured."""
    contributions: Floats
    """To the estimate."""
    left_out: LeftOut

    def __len__(self) -> int:
        return len(self.predictions)


def version_in_use(service: Service) -> ModelVersion | None:
    """The published version; the stopped one where none is."""
    states = (ModelVersion.State.PUBLISHED, ModelVersion.State.STOPPED)
    return service.versions.filter(state__in=states).order_by("state", "-number").first()


@dataclass(frozen=True)
class Wanted:
    """How a cohort is asked for: with expired results, and by a program or a person.

    A person who still owes an estimate of a result sees nothing of it; programs are not asked.
    """

    expired: bool = False
    is_person: bool = True
    act: str = READ


def read_cohort(*, actor: User, service: Service, version: ModelVersion, wanted: Wanted) -> Cohort:
    """The cohort as ``actor`` may see it today, with the event that names its patients."""
    if not offers(service.definition, Panel.COHORT, service.sheet.features):
        text = _("Answers of this kind are not looked at together.")
        raise DomainError("no_cohort", text, status=404)
    cohort = cohort_of(actor, service, version, wanted)
    audit.record(
        actor=actor,
        act=wanted.act,
        patients=cohort.patients,
        what=f"services/{service.slug}/cohort",
        detail={"version": version.number, "results": len(cohort)},
    )
    return cohort


def cohort_of(actor: User, service: Service, version: ModelVersion, wanted: Wanted) -> Cohort:
    owed = owed_by(actor) if wanted.is_person else Q(pk__in=[])
    newest = Prediction.unscoped.newest_visible_to(actor).filter(service=service)
    newest = newest.annotate(
        reasons=FilteredRelation("explanation", condition=Q(explanation__estimate=OF_THE_RUN))
    )
    left_out = LeftOut()
    for group in _groups(newest, service, owed):
        left_out.add(group, version, expired=wanted.expired)
    rows = newest.filter(version=version, state=State.DONE, reasons__state=State.DONE)
    rows = rows.exclude(owed)
    if not wanted.expired:
        rows = rows.filter(valid(service))
    # First which, then what: else the reasons of a whole hospital are read to keep the newest.
    found = list(rows.order_by("-finished_at", "pk").values_list("pk", flat=True)[:MOST])
    read = {row[0]: row for row in _columns(newest.filter(pk__in=found))}
    left_out.older = max(left_out.belonging - MOST, 0)
    return _cohort(service, version, [read[pk] for pk in found if pk in read], left_out)


def _groups(newest: Any, service: Service, owed: Q) -> Any:
    """All newest results by what decides whether they belong, counted in one question."""
    kinds = ("state", "version", "version__number", "reasons__state", "holds", "is_owed")
    marked = newest.annotate(holds=_is(valid(service)), is_owed=_is(owed))
    return marked.values(*kinds).order_by().annotate(n=Count("pk"))


def _is(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def _columns(rows: Any) -> Any:
    """Of each explanation what is needed: the texts beside the numbers are most of it."""
    large = Value(["attributions", "interactions", "scales"], ArrayField(TextField()))
    rest = CombinedExpression(F("reasons__content"), "-", large, output_field=JSONField())
    lists = [_each(name) for name in ("feature", "contribution", "standard_error", "converted")]
    return rows.values_list("pk", "patient", "band", "headline", "index_at", rest, *lists)


def _each(name: str) -> Func:
    return Func(
        F("reasons__content"),
        Value(f"$.attributions[*].{name}"),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )


def _is_sound(row: Any, names: list[str]) -> bool:
    """Whether the reasons may be shown at all, and name the inputs of the version in order."""
    _pk, _patient, _band, estimate, _at, content, features, *lists, converted = row
    given = zip(features, *lists, strict=False)
    content["attributions"] = [
        {"feature": name, "contribution": contribution, "standard_error": error}
        for name, contribution, error in given
    ]
    is_whole = features == names and len(converted) == len(names)
    return is_whole and not fault(content, estimate)


def _cohort(
    service: Service, version: ModelVersion, listed: list[Any], left_out: LeftOut
) -> Cohort:
    schema = schema_of(version)
    names, now = list(schema.names), timezone.now()
    kept = [row for row in listed if _is_sound(row, names)]
    left_out.unsound = len(listed) - len(kept)
    until = timedelta(days=version.definition.validity_days)
    shape = (len(kept), len(names))
    return Cohort(
        service=service,
        version=version,
        features=tuple(schema),
        predictions=tuple(row[0] for row in kept),
        patients=tuple(row[1] for row in kept),
        bands=tuple(row[2] if now <= row[4] + until else "" for row in kept),
        estimates=np.array([row[3] for row in kept], dtype=np.float64),
        values=np.array([row[9] for row in kept], dtype=np.float64).reshape(shape),
        contributions=np.array([row[7] for row in kept], dtype=np.float64).reshape(shape),
        left_out=left_out,
    )
