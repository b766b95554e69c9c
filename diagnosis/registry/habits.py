"""How a house uses a service, apart from what the service is: an administrator's switches."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.administration import demand_in_house
from accounts.models import User
from diagnosis.registry.models import Service, WardCase
from medportal.common.errors import DomainError


@dataclass(frozen=True)
class Habits:
    """The sheet proposes them when the service is defined; from then on the house decides."""

    ask_own_estimate: bool
    ward_before_first_run: bool = False


@transaction.atomic
def set_habits(*, actor: User | None, service: Service, habits: Habits) -> Service:
    """Results asked for from now on follow it; what was shown before is not asked for later."""
    demand_in_house(actor, "service.change", service.organisation_id)
    row = Service.objects.select_for_update().get(pk=service.pk)
    if habits.ward_before_first_run and not WardCase.objects.of(row).exists():
        raise DomainError("no_ward", _("This service has no training ward."), status=409)
    before = {name: getattr(row, name) for name in asdict(habits)}
    for name, value in asdict(habits).items():
        setattr(row, name, value)
    row.save(update_fields=list(before))
    audit.record(
        actor=actor,
        act="service.change",
        what=row.slug,
        detail={"before": before, "now": asdict(habits)},
        organisation=row.organisation,
    )
    return row
