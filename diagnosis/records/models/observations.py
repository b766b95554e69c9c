"""Coded, dated values: measurements, laboratory results, findings, answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.gate import ClosedManager, Gate
from diagnosis.records.models.chart import PatientRow, PatientRowQuerySet

LOINC = "http://loinc.org"
OWN_CODES = "urn:medportal:codes"


class ObservationQuerySet(PatientRowQuerySet):
    def valid(self) -> ObservationQuerySet:
        """What may be read as a fact: not preliminary, not withdrawn, not replaced."""
        return self.filter(is_current=True, status__in=Observation.VALID)


class Observation(PatientRow):
    """One value with its code, unit, time and source. Corrections are rows that replace rows."""

    class Status(models.TextChoices):
        PRELIMINARY = "preliminary", _("preliminary")
        FINAL = "final", _("final")
        AMENDED = "amended", _("amended")
        CORRECTED = "corrected", _("corrected")
        ENTERED_IN_ERROR = "entered-in-error", _("entered in error")

    class Flag(models.TextChoices):
        LOW = "L", _("low")
        HIGH = "H", _("high")
        NONE = "", _("not flagged")

    VALID = (Status.FINAL, Status.AMENDED, Status.CORRECTED)

    system = models.CharField(max_length=60, default=LOINC)
    code = models.CharField(max_length=40)
    label = models.CharField(_("name"), max_length=160, blank=True)
    value_number = models.FloatField(_("value"), null=True, blank=True)
    value_code = models.CharField(_("answer"), max_length=80, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    observed_at = models.DateTimeField(_("observed"))
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.FINAL
    )
    reference_low = models.FloatField(null=True, blank=True)
    reference_high = models.FloatField(null=True, blank=True)
    flag = models.CharField(_("flag"), max_length=1, choices=Flag.choices, blank=True)
    panel = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, related_name="+", null=True, blank=True)
    is_current = models.BooleanField(default=True, editable=False)
    reason = models.CharField(_("reason of the correction"), max_length=200, blank=True)

    closed: ClassVar[ClosedManager] = ClosedManager()  # first, so the default
    unscoped: ClassVar[models.Manager[Observation]] = ObservationQuerySet.as_manager()
    objects: ClassVar[Gate[ObservationQuerySet]] = Gate()

    class Meta(PatientRow.Meta):
        verbose_name = _("observation")
        indexes = [
            models.Index(fields=["patient", "code", "-observed_at"], name="observation_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                "patient",
                "source",
                "source_identifier",
                condition=Q(is_current=True) & ~Q(source_identifier=""),
                name="observation_source_identifier_once",
            ),
        ]
