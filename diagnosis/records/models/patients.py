"""Patients, how they are identified, and which care team looks after them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import CareTeam, Membership, Organisation
from accounts.rights import may
from diagnosis.records import names
from diagnosis.records.folded import PartHashes
from medportal.common.arrays import is_any_of


class CareAssignmentQuerySet(models.QuerySet["CareAssignment"]):
    def of(self, user: Asker, *, teams_first: bool = False) -> CareAssignmentQuerySet:
        """Assignments to a team in which ``user`` works today, holding today.

        ``teams_first`` asks for the teams by themselves: a question of thousands of rows is worth
        it, because PostgreSQL then knows how many patients these very teams have.
        """
        if not user.is_authenticated or not may(user, "patient.read"):
            return self.none()
        teams = Membership.objects.current().filter(
            user=user, team__organisation=user.organisation_id
        )
        if teams_first:
            known = list(teams.order_by().values_list("team", flat=True))
            return self.current().filter(team__in=known)
        # For IN, PostgreSQL takes a team for a small one, and starts a search of the whole house
        # at its hundred thousand patients instead of at the eight hundred names that fit.
        few = ArraySubquery(teams.order_by().values("team"))
        return self.current().filter(is_any_of("team_id", few))

    def current(self) -> CareAssignmentQuerySet:
        now = timezone.now()
        return self.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))


def ids_visible_to(user: Asker, *, teams_first: bool = False) -> models.QuerySet[Any, Any]:
    """The gate itself: ids of the patients whom a care team of ``user`` looks after today.

    For rows that name a patient: asking the patients' table as well would only cost.
    """
    return CareAssignment.unscoped.of(user, teams_first=teams_first).values("patient")


def is_visible_to(user: Asker) -> models.Exists:
    """The gate as a condition on rows that name a ``patient``, for a question with an «or».

    There PostgreSQL cannot join; an EXISTS it may still ask row by row, where rows are few.
    """
    return models.Exists(CareAssignment.unscoped.of(user).filter(patient=OuterRef("patient")))


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: Asker) -> PatientQuerySet:
        """Patients whom a care team of ``user`` looks after today; nobody else's."""
        return self.filter(pk__in=ids_visible_to(user))  # a join would need DISTINCT

    def identifiable_to(self, user: Asker) -> PatientQuerySet:
        """Whose name and identifiers the privacy officer may read, to ask the audit trail."""
        if not user.is_authenticated or not may(user, "audit.search"):
            return self.none()
        return self.filter(organisation=user.organisation_id)


class Patient(models.Model):
    """A person with a chart."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("female")
        MALE = "male", _("male")
        OTHER = "other", _("other")
        UNKNOWN = "unknown", _("not known")

    class AllergyStatus(models.TextChoices):
        KNOWN = "known", _("Known allergies")
        NONE = "none", _("No known allergies")
        UNAVAILABLE = "unavailable", _("Allergies could not be asked")
        NOT_RECORDED = "not-recorded", _("Allergies not recorded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    family_name = models.CharField(_("family name"), max_length=80)
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=20, blank=True)
    native_name = models.CharField(_("name in Chinese"), max_length=40, blank=True)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)  # empty: not known
    deceased_on = models.DateField(_("died"), null=True, blank=True)
    allergy_status = models.CharField(
        max_length=12, choices=AllergyStatus.choices, default=AllergyStatus.NOT_RECORDED
    )
    is_active = models.BooleanField(default=True)
    search_name = models.CharField(max_length=260, editable=False, default="")
    name_grams = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    closed = ClosedManager()  # first, so the default
    unscoped = PatientQuerySet.as_manager()  # workers, migrations, factories
    objects: ClassVar[Gate[PatientQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"  # foreign keys, refresh_from_db, delete
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes = [
            # Names change rarely and are asked for often: no list of pending entries to read first.
            GinIndex(
                fields=["search_name"],
                name="patient_name_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
            GinIndex(fields=["name_grams"], name="patient_name_grams", fastupdate=False),
            models.Index(fields=["organisation", "birth_date"], name="patient_birth_date"),
        ]

    def __str__(self) -> str:
        return f"patient {self.id}"

    def age_on(self, day: date) -> float | None:
        """Age in years and their fraction; nothing where the birth date is not known."""
        return (day - self.birth_date).days / 365.25 if self.birth_date else None

    def is_before_birth(self, day: date) -> bool:
        return self.birth_date is not None and day < self.birth_date


class PatientIdentifierQuerySet(models.QuerySet["PatientIdentifier"]):
    def visible_to(self, user: Asker) -> PatientIdentifierQuerySet:
        return self.filter(patient__in=ids_visible_to(user))


class PatientIdentifier(models.Model):
    """A number by which a hospital or state knows the patient; looked up by its keyed hash."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    system = models.CharField(_("system"), max_length=120, default="urn:medportal:mrn")
    value = models.CharField(_("number"), max_length=64)
    value_hash = models.CharField(max_length=64, editable=False)
    part_hashes = PartHashes(
        models.CharField(max_length=names.PART_LENGTH), editable=False, db_default=[]
    )

    closed = ClosedManager()
    unscoped = PatientIdentifierQuerySet.as_manager()
    objects: ClassVar[Gate[PatientIdentifierQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("patient identifier")
        constraints = [
            models.UniqueConstraint(
                "organisation", "system", "value_hash", name="patient_identifier_once"
            ),
        ]
        indexes = [
            models.Index(fields=["value_hash"], name="patient_identifier_hash"),
            GinIndex(fields=["part_hashes"], name="patient_identifier_parts", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"identifier of patient {self.patient_id}"


class CareAssignment(models.Model):
    """A care team looks after a patient, from a start to an end."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    team = models.ForeignKey(CareTeam, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)

    closed = ClosedManager()
    unscoped = CareAssignmentQuerySet.as_manager()

    class Meta:
        base_manager_name = "unscoped"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="care_assignment_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "patient"],
                include=["starts_at", "ends_at"],  # the gate reads nothing else
                name="care_assignment_team",
            )
        ]

    def __str__(self) -> str:
        return f"care of patient {self.patient_id}"
