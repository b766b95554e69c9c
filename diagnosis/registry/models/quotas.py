"""How many runs an organisation may ask for."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from diagnosis.registry.models.services import Service


class QuotaQuerySet(models.QuerySet["Quota"]):
    def for_service(self, service: Service) -> QuotaQuerySet:
        """Those that a run of ``service`` counts towards: its own and those of all services."""
        return self.filter(organisation=service.organisation_id).filter(
            Q(service=service) | Q(service=None)
        )


class Quota(models.Model):
    """How many runs of a service, or of all together, an organisation may ask for in a period."""

    class Period(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("service"), help_text=_("Empty: all services together."),
    )  # fmt: skip
    period = models.CharField(
        _("period"), max_length=5, choices=Period.choices, default=Period.MONTH
    )
    warn_at = models.PositiveIntegerField(
        _("warn at"), null=True, blank=True, help_text=_("From this number of runs on, say so.")
    )
    limit = models.PositiveIntegerField(
        _("limit"), null=True, blank=True, help_text=_("No run beyond this number. Empty: none.")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ("service", "period")
        constraints = [
            models.UniqueConstraint(
                "service", "period", condition=~Q(service=None), name="service_quota_once"
            ),
            models.UniqueConstraint(
                "organisation", "period", condition=Q(service=None), name="overall_quota_once"
            ),
            models.CheckConstraint(
                condition=Q(warn_at=None) | Q(limit=None) | Q(warn_at__lte=models.F("limit")),
                name="quota_warns_before_it_ends",
                violation_error_message=_("The warning comes before the limit."),
            ),
        ]

    def __str__(self) -> str:
        return " · ".join((str(self.service or _("all services")), self.get_period_display()))
