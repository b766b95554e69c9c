"""The audit trail: one row an act, never changed, never removed."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def of_organisation(self, organisation_id: uuid.UUID | None) -> AuditEventQuerySet:
        return self.filter(organisation_id=organisation_id)


class AuditEvent(models.Model):
    """Who did what to which patients, why, from where, and how it ended.

    No foreign keys: the trail outlives what it speaks of. Time and number are the database's own:
    a trigger sets them, whatever the application sends. A hole among the numbers is an act that
    was rolled back.
    """

    class Outcome(models.TextChoices):
        SUCCESS = "success", _("success")
        REFUSED = "refused", pgettext_lazy("of an act", "refused")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    sequence = models.BigIntegerField(_("number"), db_default=0, editable=False)
    organisation_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(_("who"), max_length=150, blank=True)
    act = models.CharField(_("act"), max_length=60)
    patients = ArrayField(models.UUIDField(), default=list, verbose_name=_("patients"))
    what = models.CharField(_("object"), max_length=120, blank=True)
    why = models.CharField(_("reason"), max_length=240, blank=True)
    source = models.CharField(_("from"), max_length=60, blank=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.SUCCESS
    )
    token_id = models.UUIDField(_("API token"), null=True)
    token_issuer = models.CharField(_("issued by"), max_length=150, blank=True)
    """Of an act over REST: with which token, and who had issued it."""
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    detail = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ("-at",)
        indexes = [
            models.Index(fields=["organisation_id", "-at"], name="audit_organisation_at"),
            models.Index(fields=["actor_id", "-at"], name="audit_actor_at"),
            GinIndex(fields=["patients"], name="audit_patients"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"
