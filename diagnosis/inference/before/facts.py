"""What the population rules of all services ask of one patient, read in a few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from diagnosis.inference.models import Outcome, Prediction
from diagnosis.records.derived import age_of
from diagnosis.records.models import Condition, Medication, Observation, Patient
from diagnosis.registry.models import Service
from diagnosis.results import RESULT_KINDS


@dataclass(frozen=True)
class Facts:
    """The chart behind the rules. Without a patient there is no chart, and nothing in it."""

    at: datetime
    patient: Patient | None = None
    conditions: tuple[Condition, ...] = ()
    medications: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    known_outcomes: frozenset[UUID] = frozenset()
    confirmed: frozenset[tuple[UUID, str]] = field(default_factory=frozenset)
    """Rules that somebody confirmed for this patient before: asked once a patient."""

    @property
    def age(self) -> int | None:
        """Completed years, as the inputs count them."""
        if self.patient is None:
            return None
        return age_of(self.patient, timezone.localdate(self.at))

    @property
    def sex(self) -> str | None:
        return None if self.patient is None else self.patient.sex


def read_facts(patient: Patient | None, services: Iterable[Service], at: datetime) -> Facts:
    """For a caller who went through the gate: as few queries for many services as for one."""
    if patient is None:
        return Facts(at=at)
    services = list(services)
    active = Medication.unscoped.filter(patient=patient, status=Medication.Status.ACTIVE)
    conditions = Condition.unscoped.filter(patient=patient).exclude(
        status=Condition.Status.ENTERED_IN_ERROR  # what is resolved was there: an earlier cancer
    )
    outcomes = (
        Outcome.unscoped.filter(patient=patient)
        .open()
        .filter(occurred_on__lte=timezone.localdate(at))
    )
    earlier = (
        Prediction.unscoped.filter(patient=patient)
        .exclude(confirmations=[])
        .exclude(state=Prediction.State.ENTERED_IN_ERROR)
        .values_list("service_id", "confirmations")
    )
    return Facts(
        at=at,
        patient=patient,
        conditions=tuple(conditions),
        medications=tuple(active.values_list("code", flat=True)),
        observations=tuple(_asked_for(patient, services, at)),
        known_outcomes=_ended(outcomes.values_list("service_id", "event"), services),
        confirmed=frozenset((service, code) for service, codes in earlier for code in codes),
    )


def _ended(outcomes: Iterable[tuple[UUID, bool]], services: Iterable[Service]) -> frozenset[UUID]:
    """Services whose question is answered; who was free of the event until a day may be asked."""
    kinds = {service.pk: RESULT_KINDS.get(service.definition.kind) for service in services}
    return frozenset(
        service
        for service, event in outcomes
        if event or (kind := kinds.get(service)) is None or not kind.censors
    )


def _asked_for(
    patient: Patient, services: Iterable[Service], at: datetime
) -> Iterable[Observation]:
    """The observations that rules name by code, newest first."""
    wanted = Q()
    for rule in (rule for service in services for rule in service.definition.rules):
        if rule.kind == "observation_range":
            wanted |= Q(system=rule.system, code__in=rule.codes)
    if not wanted:
        return ()
    valid = Observation.unscoped.filter(patient=patient, observed_at__lte=at).valid()
    return valid.filter(wanted).order_by("-observed_at")
