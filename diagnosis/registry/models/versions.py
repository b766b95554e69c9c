"""The model versions that answer a service, and what was said of each."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker
from accounts.models import User
from diagnosis.registry.models.services import Service
from diagnosis.registry.models.sheet_versions import AppendOnlyKey, SheetVersion
from diagnosis.registry.sheet.sheets import Sheet


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def visible_to(self, user: Asker) -> ModelVersionQuerySet:
        return self.filter(service__in=Service.objects.visible_to(user))

    def published(self) -> ModelVersionQuerySet:
        return self.filter(state=ModelVersion.State.PUBLISHED)

    def awaiting_review(self) -> ModelVersionQuerySet:
        return self.filter(state__in=[ModelVersion.State.SUBMITTED, ModelVersion.State.APPROVED])


class ModelVersion(models.Model):
    """One trained artifact of a service, from draft to retirement."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        PUBLISHED = "published", _("published")
        SHADOW = "shadow", _("shadow")
        STOPPED = "stopped", _("stopped")
        RETIRED = "retired", _("retired")
        RECALLED = "recalled", _("recalled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="versions", verbose_name=_("service")
    )
    number = models.PositiveIntegerField(_("number"))
    digest = models.CharField(_("digest"), max_length=64)
    manifest = models.JSONField()
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    contradiction_notes = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published"), null=True)
    approval_note = models.CharField(max_length=300, blank=True)
    signed_digest = models.CharField(max_length=64, blank=True, editable=False)  # signing.digest
    signed_sheet = AppendOnlyKey(SheetVersion, models.PROTECT, related_name="+", null=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        ordering = ("service", "-number")
        constraints = [
            models.UniqueConstraint("service", "number", name="model_version_number_once"),
            models.UniqueConstraint(
                "service", condition=Q(state="published"), name="one_published_version"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("submitted_by")),
                name="submitter_does_not_approve",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.number}"

    @property
    def sheet(self) -> SheetVersion:
        """The sheet that was signed with it; before that, the one that the service has now."""
        return self.signed_sheet or self.service.sheet

    @property
    def definition(self) -> Sheet:
        return self.sheet.definition


class VersionStructure(models.Model):
    """How a version's model is made, worked out by the portal from its file at import.

    Not from the manifest, which is what somebody says of the model; apart from the version, so
    that lists do not carry it. Versions of older files have none.
    """

    version = models.OneToOneField(
        ModelVersion, models.PROTECT, primary_key=True, related_name="structure"
    )
    made_of = models.JSONField()

    class Meta:
        verbose_name = _("structure of a version")

    def __str__(self) -> str:
        return str(self.version)


class VersionEvent(models.Model):
    """One step of a version's life: who moved it, when, and why."""

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="events")
    from_state = models.CharField(max_length=10, choices=ModelVersion.State.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=ModelVersion.State.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a version")
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class FindingAnswer(models.Model):
    """What a reviewer says to one finding of a version's training table; the newest counts."""

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="finding_answers")
    finding, words = models.TextField(), models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("answer to a finding")
        ordering = ("at",)

    def __str__(self) -> str:
        return self.finding
