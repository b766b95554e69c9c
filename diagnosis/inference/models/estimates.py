"""What a clinician thought before the number was shown: said once, and never changed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import User
from accounts.rights import may
from diagnosis.inference.models.predictions import Prediction
from medportal.common.queue.jobs import Job


class OwnEstimateQuerySet(models.QuerySet["OwnEstimate"]):
    def visible_to(self, user: Asker) -> OwnEstimateQuerySet:
        """One's own, of predictions that one sees; nobody reads what a colleague estimated."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(by=user, prediction__in=Prediction.unscoped.visible_to(user))


class OwnEstimate(models.Model):
    """One person's estimate for one prediction. The database lets nobody change or remove it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prediction = models.ForeignKey(Prediction, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    value = models.FloatField(_("own estimate"), null=True)
    """A probability; empty where the person could not judge and went on without."""
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    """The range that was tapped; ``value`` is its middle. Empty where a number was given."""
    given_at = models.DateTimeField(default=timezone.now)

    closed = ClosedManager()
    unscoped = OwnEstimateQuerySet.as_manager()
    objects: ClassVar[Gate[OwnEstimateQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("own estimate")
        constraints = [
            models.UniqueConstraint("prediction", "by", name="own_estimate_once"),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=0, value__lte=1),
                name="own_estimate_is_a_probability",
            ),
        ]
        indexes = [models.Index(fields=["by", "given_at"], name="own_estimate_by")]

    def __str__(self) -> str:
        return f"own estimate for prediction {self.prediction_id}"

    @property
    def is_skipped(self) -> bool:
        return self.value is None


def owed_by(user: Asker) -> Q:
    """Predictions whose number waits for an own estimate of ``user``.

    Clinicians are asked, because they decide; nobody is once a decision stands.
    """
    if not may(user, "estimate.give"):
        return Q(pk__in=[])
    given = OwnEstimate.unscoped.filter(prediction=OuterRef("pk"), by=user)
    asked = Q(asks_estimate=True, service__ask_own_estimate=True)
    return asked & Q(state=Job.State.DONE, decided_at=None) & ~Q(Exists(given))
