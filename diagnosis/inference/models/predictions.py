"""One run of a model version on one snapshot of inputs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker, ClosedManager, Gate
from accounts.models import Organisation, User
from diagnosis.inference.stored.entry import Entry, read_snapshot
from diagnosis.inference.stored.refusal import Refusal
from diagnosis.inference.stored.warning import Caution
from diagnosis.records.models import Patient, ids_visible_to, is_visible_to
from diagnosis.registry.models import AppendOnlyKey, ModelVersion, Service, SheetVersion, met_by
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results import RESULT_KINDS, offers
from diagnosis.results.kind import Panel, ShownResult
from diagnosis.results.result import Result
from diagnosis.results.stored import read_result
from medportal.common.queue.jobs import Job, JobQuerySet


class PredictionQuerySet(JobQuerySet):
    def visible_to(self, user: Asker) -> PredictionQuerySet:
        """Of the patients whom ``user`` may see; without a patient, the asker's own runs."""
        if not user.is_authenticated:
            return self.none()
        own = Q(patient=None, requested_by=user)
        return self.filter(own | Q(is_visible_to(user)))._of_services_for(user)

    def newest_visible_to(self, user: Asker) -> PredictionQuerySet:
        """The newest that counts of each patient and service, among what ``visible_to`` gives."""
        seen = ids_visible_to(user, teams_first=True)
        return self.filter(is_newest=True, patient__in=seen)._of_services_for(user)

    def _of_services_for(self, user: Asker) -> PredictionQuerySet:
        return self.filter(met_by(user, "service__"))

    def countable(self) -> PredictionQuerySet:
        """What may stand in trends, worklists and exports."""
        return self.exclude(origin=Prediction.Origin.WHAT_IF).exclude(
            state=Job.State.ENTERED_IN_ERROR
        )

    def undecided(self) -> PredictionQuerySet:
        return self.filter(state=Job.State.DONE, decided_at=None)


class Prediction(Job):
    """The request and the result in one row."""

    class Origin(models.TextChoices):
        PORTAL = "portal", _("portal")
        API = "api", _("REST")
        WHAT_IF = "what_if", _("changed inputs")
        DEMONSTRATION = "demonstration", _("demonstration")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    sheet = AppendOnlyKey(SheetVersion, models.PROTECT, related_name="+")
    """What the service said when this was asked: the result is read by it for ever."""
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", null=True)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    origin = models.CharField(max_length=14, choices=Origin.choices, default=Origin.PORTAL)
    index_at = models.DateTimeField(_("data as of"), default=timezone.now)
    inputs = models.JSONField()
    confirmations = models.JSONField(default=list)
    asks_estimate = models.BooleanField(default=False, db_default=False)
    """The service asked for an own estimate first when this was requested."""
    result = models.JSONField(null=True)
    refusal = models.JSONField(null=True)
    warnings = models.JSONField(default=list)
    headline = models.FloatField(null=True)
    """The one estimate that lists and bands speak of; empty where no single one does."""
    band = models.CharField(max_length=20, blank=True)
    run_again_of = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    idempotency_key = models.CharField(max_length=120, blank=True)
    request_digest = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    entered_in_error_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    entered_in_error_at = models.DateTimeField(null=True)
    is_newest = models.BooleanField(db_default=False, editable=False)
    """Of this patient and service, among what counts and was not cancelled; kept by a trigger."""

    closed = ClosedManager()  # first, so the default
    unscoped = PredictionQuerySet.as_manager()  # workers, migrations, factories
    objects: ClassVar[Gate[PredictionQuerySet]] = Gate()

    class Meta:
        base_manager_name = "unscoped"
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        indexes = [
            models.Index(fields=["patient", "-requested_at"], name="prediction_patient"),
            models.Index(
                fields=["patient", "service", "-requested_at"], name="prediction_question"
            ),
            models.Index(
                fields=["requested_at"],
                condition=Q(state__in=["queued", "running"]),
                name="prediction_pending",
            ),
            models.Index(fields=["organisation", "state", "-requested_at"], name="prediction_org"),
            models.Index(
                fields=["service", "requested_at"], include=["state"], name="prediction_usage"
            ),
            models.Index(fields=["finished_at"], name="prediction_finished"),
            # All that the worklist counts and sorts by: it reads no row that it hides.
            models.Index(
                fields=["patient"],
                include=[
                    "id",
                    "service",
                    "state",
                    "band",
                    "headline",
                    "owner",
                    "index_at",
                    "requested_at",
                    "finished_at",
                    "decided_at",
                    "dismissed_at",
                    "asks_estimate",
                    "sheet",
                ],
                condition=Q(is_newest=True),
                name="prediction_newest",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "requested_by",
                "idempotency_key",
                condition=~Q(idempotency_key=""),
                name="prediction_idempotency_key_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(result__isnull=False), name="done_has_a_result"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | Q(refusal__isnull=False),
                name="refused_has_a_refusal",
            ),
        ]

    def __str__(self) -> str:
        return f"prediction {self.id}"

    @property
    def definition(self) -> Sheet:
        """The sheet of its run: bands, labels, actions, sentences and rules of that day."""
        return self.sheet.definition

    @property
    def asked(self) -> Service:
        """The service as it was when this was asked, for reading."""
        return self.service.under(self.sheet)

    @property
    def expires_at(self) -> datetime:
        return self.index_at + timedelta(days=self.definition.validity_days)

    @property
    def is_expired(self) -> bool:
        """Older than its validity: shown as such, without a band."""
        return self.state == Job.State.DONE and timezone.now() > self.expires_at

    @property
    def is_what_if(self) -> bool:
        return self.origin == self.Origin.WHAT_IF

    @property
    def snapshot(self) -> dict[str, Entry]:
        """The inputs by name, read from their row; none where a list left them out."""
        return read_snapshot({} if self.inputs is None else self.inputs)

    @property
    def kind(self) -> ShownResult | None:
        """How its answer is shown: as the sheet says, so that lists need not read the answer."""
        return RESULT_KINDS.get(self.definition.kind)

    def offers(self, panel: Panel) -> bool:
        """Whether this can be asked of an answer of its kind."""
        return offers(self.definition, panel, self.sheet.features)

    @property
    def explained(self) -> tuple[str, ...]:
        """Its estimates whose reasons can be asked for; those of the first come with the run."""
        names = self.kind.explained(self.definition) if self.kind else ()
        return tuple(name for name in names if self._is_asked(name))

    def _is_asked(self, name: str) -> bool:
        """Some estimates are there with some inputs only: «over-replaced» on thyroxine."""
        said = self.definition.estimate_named(name)
        if said is None or said.only_with is None:
            return True
        return self.answer is not None and self.answer.estimate(name) is not None

    def value_of(self, estimate: str) -> float | None:
        """What the answer says of an estimate; of that of the run where the name is empty."""
        first = self.explained[0] if self.explained else ""
        name = estimate or first
        if name == first and self.headline is not None:
            return self.headline
        found = self.answer.estimate(name) if self.answer else None
        return found.value if found else None

    @property
    def answer(self) -> Result | None:
        """What was answered, read from its row; none without a result, or while it is withheld."""
        return read_result(self.result) if self.result else None

    @property
    def refused(self) -> Refusal | None:
        """Why it was not scored, read from its row."""
        return Refusal.from_dict(self.refusal) if self.refusal else None

    @property
    def cautions(self) -> list[Caution]:
        """What stands beside it, read from its row."""
        return [Caution.from_dict(found) for found in self.warnings or ()]

    @property
    def standing(self) -> list[Caution]:
        """The rules of the sheet that hold for this run whatever its score, also without one."""
        return [found for found in self.cautions if found.is_standing]

    is_withheld = False
    """In memory only: the reader has not said an own estimate yet, and sees no number."""

    def withhold(self) -> None:
        """Take the number out of this copy, so that nothing that is drawn from it can tell it."""
        self.is_withheld = True
        self.headline, self.band, self.result = None, "", None

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.is_withheld:
            raise ValueError("A copy without its number is for reading.")
        super().save(*args, **kwargs)
