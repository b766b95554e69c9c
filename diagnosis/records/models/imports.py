"""One file that was sent in: the job and its report in one row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import CareTeam, Membership, Organisation, User
from accounts.rights import may
from medportal.common.queue.jobs import Job, JobQuerySet


class ImportRunQuerySet(JobQuerySet):
    def visible_to(self, user: Asker) -> ImportRunQuerySet:
        """The asker's own, into teams in which they work today: a report speaks of patients."""
        if not user.is_authenticated or not may(user, "import.read"):
            return self.none()
        teams = Membership.objects.current().filter(user=user).values("team")
        return self.filter(requested_by=user, organisation=user.organisation_id, team__in=teams)

    def left_behind(self) -> ImportRunQuerySet:
        """Settled, and the file still lies in the store."""
        return self.exclude(state__in=Job.PENDING).exclude(object_name="")


class ImportRun(Job):
    """A file on its way into the charts of one care team."""

    class Format(models.TextChoices):
        FHIR = "fhir", "FHIR"
        CSV = "csv", "CSV"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    team = models.ForeignKey(CareTeam, models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    format = models.CharField(_("format"), max_length=8, choices=Format.choices)
    source = models.CharField(_("source"), max_length=80)
    language = models.CharField(max_length=10)
    """In which the report speaks."""
    size = models.PositiveIntegerField()
    object_name = models.CharField(max_length=80, blank=True)
    """Where the file waits; empty once it has been removed."""
    total = models.PositiveIntegerField(null=True)
    """Patients in the file, as soon as it has been read."""
    done = models.PositiveIntegerField(default=0)
    """Patients of the file that are dealt with: whoever goes on begins there."""
    report = models.JSONField(default=dict)

    closed = ClosedManager()  # first, so the default
    unscoped = ImportRunQuerySet.as_manager()  # workers, migrations, factories
    objects: ClassVar[Gate[ImportRunQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["requested_by", "-requested_at"], name="import_requester"),
            models.Index(
                fields=["requested_at"],
                condition=Q(state__in=["queued", "running"]),
                name="import_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.id}"

    def counted(self, what: str) -> dict[str, int]:
        """``patients`` or ``facts``: how many were created, updated, unchanged or refused."""
        found: dict[str, int] = self.report.get(what, {})
        return found
