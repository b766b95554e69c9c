"""What the clinician made of a result, and what happened to the patient."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import User
from diagnosis.inference.models.predictions import Prediction
from diagnosis.records.models import Patient, PatientRowQuerySet
from diagnosis.registry.models import Service


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: Asker) -> DecisionQuerySet:
        return self.filter(prediction__in=Prediction.unscoped.visible_to(user))

    def current(self) -> DecisionQuerySet:
        """The newest of each prediction's decisions: the one that nothing amends."""
        return self.filter(amended_by=None)


class Decision(models.Model):
    """Assessment, action and reason. Amended by a new row, never overwritten."""

    class Assessment(models.TextChoices):
        ABOUT_RIGHT = "about-right", _("about right")
        TOO_HIGH = "too-high", _("too high")
        TOO_LOW = "too-low", _("too low")
        CANNOT_JUDGE = "cannot-judge", _("cannot judge")

    class Reason(models.TextChoices):
        NOT_IN_MODEL = "not-in-model", _("something the model does not know")
        INPUT_DOUBTED = "input-doubted", _("an input is doubtful")
        PATIENT_UNLIKE = "patient-unlike", _("the patient is unlike the model's patients")
        PATIENT_WISH = "patient-wish", _("the patient's wish")
        OTHER_DISEASE = "other-disease", _("another disease comes first")
        RESOURCES = "resources", _("not available here or now")
        OTHER = "other", _("another reason")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prediction = models.ForeignKey(Prediction, models.PROTECT, related_name="+")
    own_estimate = models.FloatField(_("own estimate before the result"), null=True)
    assessment = models.CharField(
        _("assessment"), max_length=12, choices=Assessment.choices, blank=True
    )
    """Empty where the run was refused: there was no estimate to judge."""
    action = models.CharField(_("action"), max_length=60)
    action_text = models.CharField(_("other action"), max_length=200, blank=True)
    usual_action = models.CharField(max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    amends = models.OneToOneField(
        "self", models.PROTECT, related_name="amended_by", null=True, blank=True
    )

    closed = ClosedManager()
    unscoped = DecisionQuerySet.as_manager()
    objects: ClassVar[Gate[DecisionQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("decision")
        constraints = [
            models.UniqueConstraint(
                "prediction", condition=Q(amends=None), name="one_first_decision"
            ),
        ]

    def __str__(self) -> str:
        return f"decision on prediction {self.prediction_id}"

    @property
    def is_override(self) -> bool:
        """The action departs from what the band usually asks for."""
        return bool(self.usual_action) and self.action != self.usual_action


class OutcomeQuerySet(PatientRowQuerySet):
    def open(self) -> OutcomeQuerySet:
        """Not sealed: may be shown."""
        return self.filter(is_sealed=False)


class Outcome(models.Model):
    """What happened: service, patient, event, date, source."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    event = models.BooleanField(_("happened"))
    occurred_on = models.DateField(_("date"))
    source = models.CharField(_("source"), max_length=120)
    is_sealed = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    closed = ClosedManager()
    unscoped = OutcomeQuerySet.as_manager()
    objects: ClassVar[Gate[OutcomeQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("outcome")
        constraints = [
            models.UniqueConstraint("service", "patient", "occurred_on", name="outcome_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"outcome of patient {self.patient_id}"
