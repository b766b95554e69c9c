"""Going through a service's training ward: rounds, and one answer for each case."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import User
from diagnosis.registry.models import ModelVersion, Service, WardCase


class WardRoundQuerySet(models.QuerySet["WardRound"]):
    def visible_to(self, user: Asker) -> WardRoundQuerySet:
        """One's own, of services of one's house; nobody looks over a learner's shoulder."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(by=user, service__in=Service.objects.visible_to(user))


class WardRound(models.Model):
    """One person, twenty cases. After the first round they are known: later ones are repeats."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    edition = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    is_repeat = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    closed = ClosedManager()
    unscoped = WardRoundQuerySet.as_manager()
    objects: ClassVar[Gate[WardRoundQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("round of a training ward")
        constraints = [
            models.UniqueConstraint(
                "service", "by", condition=Q(finished_at=None), name="one_open_ward_round"
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.id}"


class WardAnswerQuerySet(models.QuerySet["WardAnswer"]):
    def visible_to(self, user: Asker) -> WardAnswerQuerySet:
        return self.filter(round__in=WardRound.unscoped.visible_to(user))


class WardAnswer(models.Model):
    """What was estimated before the case was opened, and what the model says of it.

    The database lets nobody change or remove it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(WardRound, models.PROTECT, related_name="+")
    case = models.ForeignKey(WardCase, models.PROTECT, related_name="+")
    value = models.FloatField()
    lower = models.FloatField()
    upper = models.FloatField()
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+")
    probability = models.FloatField()
    answered_at = models.DateTimeField(default=timezone.now)

    closed = ClosedManager()
    unscoped = WardAnswerQuerySet.as_manager()
    objects: ClassVar[Gate[WardAnswerQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("answer in a training ward")
        constraints = [models.UniqueConstraint("round", "case", name="ward_answer_once")]

    def __str__(self) -> str:
        return f"answer {self.id}"
