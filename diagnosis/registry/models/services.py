"""Clinical services and the sealed cases of their training wards."""

from __future__ import annotations

import uuid
from copy import copy

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker
from accounts.models import Organisation
from accounts.rights import is_only_nurse
from diagnosis.registry.models.sheet_versions import AppendOnlyKey, SheetVersion
from diagnosis.registry.sheet.sheets import Sheet
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
    """One clinical question that MedPortal answers, with the sheet that it goes by now."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    slug = models.SlugField(_("name in addresses"), max_length=60)
    sheet = AppendOnlyKey(SheetVersion, models.PROTECT, related_name="+")
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
    def definition(self) -> Sheet:
        """What it says of itself now; a result says what the sheet of its run said."""
        return self.sheet.definition

    def under(self, sheet: SheetVersion) -> Service:
        """A copy for reading: the service as it was under ``sheet``."""
        if sheet.pk == self.sheet_id:
            return self
        then = copy(self)
        then.sheet = sheet
        return then

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
