"""Clinical services and the model versions that answer them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker
from accounts.models import Organisation, User
from accounts.rights import is_only_nurse
from diagnosis.registry.sheet import sheets
from medportal.common.text import localized


def met_by(user: Asker, service: str = "") -> Q:
    """The services that the asker meets, for rows to which ``service`` leads: ``"service__"``."""
    return Q(**{f"{service}hidden_from_nurses": False}) if is_only_nurse(user) else Q()


class ServiceQuerySet(models.QuerySet["Service"]):
    def visible_to(self, user: Asker) -> ServiceQuerySet:
        """The services of the asker's organisation."""
        if not user.is_authenticated or user.organisation_id is None:
            return self.none()
        return self.filter(organisation=user.organisation_id)

    def met_by(self, user: Asker) -> ServiceQuerySet:
        """Those that the asker meets: some are no matter of nurses."""
        return self.visible_to(user).filter(met_by(user))


class Service(models.Model):
    """One clinical question that MedPortal answers. Its sheet is data, in both languages."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    slug = models.SlugField(_("name in addresses"), max_length=60)
    sheet = models.JSONField(_("sheet"))
    schema = models.JSONField(_("inputs"))
    validity_days = models.PositiveIntegerField(_("validity in days"))
    offered_on_chart = models.BooleanField(_("offered on the chart"), default=True)
    in_worklist = models.BooleanField(_("in the worklist"), default=True)
    hidden_from_nurses = models.BooleanField(_("hidden from nurses"), default=False)
    patient_sheet = models.BooleanField(_("has a sheet for patients"), default=True)
    ask_own_estimate = models.BooleanField(_("asks the doctor's own estimate first"), default=False)
    ward_before_first_run = models.BooleanField(
        _("the training ward comes before the first run"), default=False, db_default=False
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ("slug",)
        constraints = [models.UniqueConstraint("organisation", "slug", name="service_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> sheets.Sheet:
        """The sheet as one reads it; the column is what was signed."""
        return sheets.of_row(self)

    @property
    def name(self) -> str:
        return localized(self.definition.name)

    @property
    def short_name(self) -> str:
        return localized(self.definition.short_name) or self.name

    @property
    def question(self) -> str:
        return localized(self.definition.question)


class WardCaseQuerySet(models.QuerySet["WardCase"]):
    def of(self, service: Service) -> WardCaseQuerySet:
        """The cases that are in use: those of the newest edition."""
        newest = self.filter(service=service).order_by("-edition").values("edition")[:1]
        return self.filter(service=service, edition=newest).order_by("number")


class WardCase(models.Model):
    """One sealed case of a service's training ward: a row that no model learnt from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    edition = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    inputs = models.JSONField()  # in the units of the service's schema
    happened = models.BooleanField()
    """Told to nobody before their estimate: read it through ``inference.ward`` alone."""

    objects = WardCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case of a training ward")
        constraints = [
            models.UniqueConstraint("service", "edition", "number", name="ward_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.service_id} · {self.edition} · {self.number}"


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

    def metric(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.manifest["metrics"].get(name, {})
        return found


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
