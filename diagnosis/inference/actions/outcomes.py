"""Recording what happened to a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.inference.before import permission
from diagnosis.inference.models import Outcome
from diagnosis.records.models import Patient
from diagnosis.results import offers
from diagnosis.results.kind import Panel
from medportal.common.errors import DomainError, Pointer


@dataclass(frozen=True)
class OutcomeInput:
    """Whether the service's event happened, when, and who says so."""

    service: str
    patient: UUID | str
    event: bool
    occurred_on: date
    source: str
    is_sealed: bool = False


@transaction.atomic
def record_outcome(*, actor: User, outcome: OutcomeInput) -> Outcome:
    """Store it; the same service, patient and day twice is a conflict, not a second event."""
    demand(actor, "outcome.record")
    service = permission.service_of(actor, outcome.service)
    if not offers(service.definition, Panel.OUTCOME):
        text = _("No event is asked for: what became of such an estimate is not recorded here.")
        raise DomainError("no_outcome", text, status=409)
    patient = permission.patient_of(actor, outcome.patient)
    if patient is None:
        raise DomainError("patient_not_found", _("No such patient."), status=404)
    if problems := list(_problems(outcome, patient)):
        raise DomainError("outcome_invalid", _("The outcome is not valid."), pointers=problems)
    row = Outcome(
        service=service,
        patient=patient,
        event=outcome.event,
        occurred_on=outcome.occurred_on,
        source=outcome.source.strip(),
        is_sealed=outcome.is_sealed,
        recorded_by=actor,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise DomainError(
            "outcome_exists", _("An outcome of that day is already recorded."), status=409
        ) from error
    audit.record(
        actor=actor,
        act="outcome.record",
        patients=[patient.pk],
        what=f"outcome/{row.pk}",
        detail={"service": service.slug},
    )
    return row


def _problems(outcome: OutcomeInput, patient: Patient) -> list[Pointer]:
    problems = []
    if not outcome.source.strip() or len(outcome.source) > 120:
        problems.append(Pointer("/source", "required", _("Say where this is known from.")))
    if patient.is_before_birth(outcome.occurred_on):
        text = _("This is before the patient was born.")
        problems.append(Pointer("/occurred_on", "before_birth", text))
    if outcome.occurred_on > timezone.localdate() and not outcome.is_sealed:
        problems.append(Pointer("/occurred_on", "in_the_future", _("This date is in the future.")))
    return problems
