"""The parts of a chart that are not observations."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import User
from diagnosis.records.folded import FoldedText, Grams
from diagnosis.records.models.patients import Patient, ids_visible_to


class PatientRowQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Asker) -> Self:
        """Rows of the patients whom ``user`` may see."""
        return self.filter(patient__in=ids_visible_to(user))


class PatientRow(models.Model):
    """Something in a chart: asked for through the gate, like the patient."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    # db_default: a version of the portal that does not know these columns may still insert
    source = models.CharField(_("source"), max_length=80, default="chart", db_default="chart")
    source_identifier = models.CharField(max_length=120, blank=True, default="", db_default="")
    """Which row of the source this is: sent again, it changes this one."""

    closed = ClosedManager()  # first, so the default
    unscoped = PatientRowQuerySet.as_manager()  # workers, migrations, factories
    objects: ClassVar[Gate[Any]] = Gate()

    class Meta:
        abstract = True
        base_manager_name = "unscoped"
        constraints = [
            models.UniqueConstraint(
                "patient",
                "source",
                "source_identifier",
                condition=~Q(source_identifier=""),
                name="%(class)s_source_identifier_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class WithdrawableQuerySet(PatientRowQuerySet):
    def standing(self) -> Self:
        """Without what its source has taken back."""
        return self.filter(is_withdrawn=False)

    def visible_to(self, user: Asker) -> Self:
        return super().visible_to(user).standing()


class WithdrawableRow(PatientRow):
    """What has no status of its own: taken back by its source, it stays stored and is not shown."""

    is_withdrawn = models.BooleanField(default=False, db_default=False, editable=False)

    closed: ClassVar[ClosedManager] = ClosedManager()  # first, so the default
    unscoped: ClassVar[models.Manager[Any]] = WithdrawableQuerySet.as_manager()
    objects: ClassVar[Gate[Any]] = Gate()

    class Meta(PatientRow.Meta):
        abstract = True


class Encounter(WithdrawableRow):
    """A visit or a stay."""

    class Kind(models.TextChoices):
        OUTPATIENT = "outpatient", _("outpatient visit")
        INPATIENT = "inpatient", _("hospital stay")
        EMERGENCY = "emergency", _("emergency visit")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    location = models.CharField(_("location"), max_length=120, blank=True)

    class Meta(PatientRow.Meta):
        verbose_name = _("encounter")
        indexes = [models.Index(fields=["patient", "-started_at"], name="encounter_patient")]


class Condition(PatientRow):
    """A problem, coded in ICD-10, or in SNOMED CT where a file brings nothing else."""

    class System(models.TextChoices):
        ICD10 = "http://hl7.org/fhir/sid/icd-10", "ICD-10"
        SNOMED = "http://snomed.info/sct", "SNOMED CT"

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPECTED = "suspected", _("suspected")
        RESOLVED = "resolved", _("resolved")
        ENTERED_IN_ERROR = "entered-in-error", _("entered in error")

    system = models.CharField(
        _("code system"),
        max_length=60,
        choices=System.choices,
        default=System.ICD10,
        db_default=System.ICD10,
    )
    code = models.CharField(_("code"), max_length=20)
    label = models.CharField(_("name"), max_length=160)
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE
    )
    onset_on = models.DateField(_("since"), null=True, blank=True)

    class Meta(PatientRow.Meta):
        verbose_name = _("condition")
        indexes = [models.Index(fields=["patient", "code"], name="condition_patient")]


class Medication(PatientRow):
    """A medicine that the patient takes or took, coded in ATC."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        STOPPED = "stopped", _("stopped")
        ENTERED_IN_ERROR = "entered-in-error", _("entered in error")

    code = models.CharField(_("ATC code"), max_length=10, blank=True)
    label = models.CharField(_("name"), max_length=160)
    dose = models.CharField(_("dose"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE
    )
    started_on = models.DateField(_("since"), null=True, blank=True)

    class Meta(PatientRow.Meta):
        verbose_name = _("medication")
        indexes = [models.Index(fields=["patient"], name="medication_patient")]


class Allergy(WithdrawableRow):
    """A substance that the patient must not get."""

    substance = models.CharField(_("substance"), max_length=120)
    reaction = models.CharField(_("reaction"), max_length=160, blank=True)

    class Meta(PatientRow.Meta):
        verbose_name = _("allergy")
        verbose_name_plural = _("allergies")
        indexes = [models.Index(fields=["patient"], name="allergy_patient")]


class Note(WithdrawableRow):
    """What somebody wrote down; plain text."""

    written_at = models.DateTimeField(_("written"))
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    author = models.CharField(_("author"), max_length=120, blank=True)
    text = models.TextField(_("text"))
    search_text = FoldedText(editable=False, db_default="")
    search_grams = Grams(models.CharField(max_length=2), editable=False, db_default=[])

    class Meta(PatientRow.Meta):
        verbose_name = _("note")
        indexes = [
            models.Index(fields=["patient", "-written_at"], name="note_patient"),
            # As for names: written seldom, asked often, so no list of pending entries.
            GinIndex(
                fields=["search_text"],
                name="note_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
            GinIndex(fields=["search_grams"], name="note_grams", fastupdate=False),
        ]
