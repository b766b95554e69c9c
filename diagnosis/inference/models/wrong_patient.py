"""Runs marked as of the wrong patient: by whom, why, what went out of the chart, and taken back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import User
from diagnosis.inference.models.predictions import Prediction

TIME_TO_UNDO = timedelta(minutes=1)


class WrongPatientMarkQuerySet(models.QuerySet["WrongPatientMark"]):
    def visible_to(self, user: Asker) -> WrongPatientMarkQuerySet:
        return self.filter(prediction__in=Prediction.unscoped.visible_to(user))

    def standing(self) -> WrongPatientMarkQuerySet:
        """Not taken back."""
        return self.filter(undone_at=None)


class WrongPatientMark(models.Model):
    """One mark. Taken back it stays, with the time at which it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prediction = models.ForeignKey(Prediction, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state_before = models.CharField(max_length=20)
    withdrawn = models.JSONField(default=list)
    """The rows of the chart that took the place of the values which went out with the run."""
    undone_at = models.DateTimeField(null=True)

    closed = ClosedManager()
    unscoped = WrongPatientMarkQuerySet.as_manager()
    objects: ClassVar[Gate[WrongPatientMarkQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("mark of a wrong patient")
        constraints = [
            models.UniqueConstraint(
                "prediction", condition=Q(undone_at=None), name="one_standing_wrong_patient_mark"
            ),
        ]

    def __str__(self) -> str:
        return f"wrong patient: prediction {self.prediction_id}"

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and timezone.now() <= self.at + TIME_TO_UNDO
