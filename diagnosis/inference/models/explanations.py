"""The reasons of one estimate of a prediction."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from diagnosis.inference.models.predictions import Prediction
from diagnosis.inference.stored.reasons import Reasons
from medportal.common.queue.jobs import Job, JobQuerySet

OF_THE_RUN = ""
"""The estimate that is explained with the run: the headline, or the first that can be."""


class ExplanationQuerySet(JobQuerySet):
    def visible_to(self, user: Asker) -> ExplanationQuerySet:
        return self.filter(prediction__in=Prediction.unscoped.visible_to(user))

    def of_the_run(self) -> ExplanationQuerySet:
        """Those that come with every result; the others were asked for one by one."""
        return self.filter(estimate=OF_THE_RUN)


class Explanation(Job):
    """Attributions of one estimate of a prediction; they add up to it."""

    prediction = models.ForeignKey(
        Prediction,
        models.PROTECT,
        related_name="explanations",
        related_query_name="explanation",
        db_index=False,  # the constraint has one
    )
    estimate = models.CharField(
        max_length=60, blank=True, default=OF_THE_RUN, db_default=OF_THE_RUN
    )
    """Its name; empty for the one that is explained with the run, as in rows of before."""
    content = models.JSONField(null=True)
    """method, scale, output, base_value, additivity_gap, background, interactions, attributions"""

    closed = ClosedManager()
    unscoped = ExplanationQuerySet.as_manager()
    objects: ClassVar[Gate[ExplanationQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("explanation")
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=Q(state__in=["queued", "running"]),
                name="explanation_pending",
            ),
            models.Index(fields=["finished_at"], name="explanation_finished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["prediction", "estimate"], name="explanation_once_an_estimate"
            )
        ]

    def __str__(self) -> str:
        return f"explanation of prediction {self.prediction_id}"

    @property
    def value(self) -> float | None:
        """What its contributions must add up to."""
        return self.prediction.value_of(self.estimate)

    @property
    def name(self) -> str:
        """Which estimate of the answer it is of."""
        return self.estimate or self.prediction.explained[0]

    @property
    def reasons(self) -> Reasons | None:
        """What is kept, read from its row; sound or not is another question (``soundness``)."""
        return Reasons.from_dict(self.content) if self.content else None
