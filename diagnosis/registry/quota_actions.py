"""Setting a quota: an administrator, for the own organisation, with its event."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.administration import demand_in_house
from accounts.models import User
from diagnosis.registry.models import Quota
from medportal.common.errors import DomainError


@transaction.atomic
def set_quota(*, actor: User | None, quota: Quota) -> Quota:
    """Store a new quota or a changed one. Empty numbers lift it; nothing is deleted."""
    demand_in_house(actor, "quota.set", quota.organisation_id)
    if quota.service is not None and quota.service.organisation_id != quota.organisation_id:
        raise DomainError("other_organisation", _("No such service."), status=404)
    before = Quota.objects.select_for_update(of=("self",)).filter(pk=quota.pk).first()
    try:
        quota.full_clean()
    except ValidationError as error:
        raise DomainError("quota_invalid", " ".join(error.messages)) from error
    quota.save()
    audit.record(
        actor=actor,
        act="quota.set",
        what=f"quota/{quota.pk}",
        detail={
            "service": quota.service.slug if quota.service else "",
            "period": quota.period,
            "warn_at": quota.warn_at,
            "limit": quota.limit,
            "before": [before.warn_at, before.limit] if before else None,
        },
        organisation=quota.organisation,
    )
    return quota
