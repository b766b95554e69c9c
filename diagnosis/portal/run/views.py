"""The run form: what the chart has, what is asked, and then one prediction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import requires
from diagnosis.inference import actions
from diagnosis.inference.before import quota
from diagnosis.inference.before.facts import read_facts
from diagnosis.inference.before.population import check_population
from diagnosis.inference.before.requests import ChartRead, PredictionRequest
from diagnosis.inference.before.warnings import standing_rules
from diagnosis.inference.further import what_if
from diagnosis.inference.lists.ward import demand_finished
from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.snapshot.given import read_each, unreadable
from diagnosis.inference.snapshot.inputs import is_personal, schema_of, take
from diagnosis.inference.snapshot.standing import typical_of
from diagnosis.inference.stored.entry import Snapshot
from diagnosis.portal.frame.access import PersonRequest, open_chart, raise_for
from diagnosis.portal.frame.identity import identity
from diagnosis.portal.run.form import Answers, RunForm, fields_of, grouped
from diagnosis.records import reading
from diagnosis.records.models import Patient
from diagnosis.registry.models import ModelVersion, Service
from medportal.common.errors import DomainError
from medportal.common.web.http import say_when

CONFLICT, UNPROCESSABLE = 409, 422
POINTER = "/inputs/"
LONGEST_KEY = 80
A_MOMENT = timedelta(minutes=10)
STILL_HOLDS = Q(state__in=(Job.State.QUEUED, Job.State.RUNNING, Job.State.DONE)) | Q(
    state=Job.State.REFUSED, refusal__code="unlike_training"
)
"""Any other refusal may have been cured beside the values, such as in the list of problems."""
NOT_OF_THE_FORM = ("csrfmiddlewaretoken",)


@dataclass
class _Attempt:
    """One look at the form: the service before this patient, and what was sent."""

    request: PersonRequest
    patient: Patient
    version: ModelVersion
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    confirm_error: str = ""
    is_stale: bool = False
    """Something moved on while the form was open."""

    def __post_init__(self) -> None:
        self.service: Service = self.version.service
        self.now = timezone.now()
        self.schema = schema_of(self.version)
        self.readings = reading.feature_values(self.patient, self.schema, self.now)
        self.posted: Mapping[str, str] | None = (
            self.request.POST if self.request.method == "POST" else None
        )
        self.confirmed = self.request.POST.getlist("confirm")
        self.key = self.request.POST.get("key", "")[:LONGEST_KEY] or str(uuid4())
        self.facts = read_facts(self.patient, [self.service], self.now)
        self.answers = self._answers()
        self.given, self.unreadable = read_each(self.schema, self.answers.inputs)
        self.inputs = self._as_read()
        self.report = check_population(
            self.service, self.patient, self.inputs, self.confirmed, facts=self.facts
        )

    def _answers(self) -> Answers:
        """What was typed, against the chart as it was read: once a request."""
        if self.posted is None:
            return Answers()
        return RunForm(fields_of(self.schema, self.readings, self.posted), self.posted).answers

    @property
    def chart(self) -> ChartRead:
        return ChartRead(self.patient.pk, self.version.pk, self.now, self.readings, self.facts)

    def _as_read(self) -> Snapshot:
        """The chart's values and, over them, what was typed as far as it can be read."""
        changeable = {n: v for n, v in self.given.items() if not is_personal(self.schema[n])}
        return take(self.schema, self.readings, changeable, self.answers.include_stale)

    @property
    def once(self) -> str:
        """Names this form as it was sent: the same again is a second click, not a second run."""
        sent = {n: v for n, v in self.request.POST.lists() if n not in NOT_OF_THE_FORM}
        digest = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
        return f"{self.key}.{digest[:32]}"

    @property
    def has_errors(self) -> bool:
        return bool(self.errors or self.problem or self.confirm_error)

    def page(self) -> HttpResponse:
        asked = check_population(self.service, self.patient, self.inputs, facts=self.facts)
        standing = standing_rules(self.service, self.patient, self.inputs, facts=self.facts)
        fields = fields_of(
            self.schema, self.readings, self.posted, self.errors, typical_of(self.version)
        )
        sent = self.posted or {}
        context = {
            "patient": self.patient,
            "who": identity(self.patient, self.request.user),
            "service": self.service,
            "version": self.version,
            "report": asked,
            "standing": standing,
            "unchecked": [point for point in self.service.definition.never if not point.is_checked],
            "to_try": what_if.newest_open(self.request.user, self.patient, self.service),
            "quotas": quota.warnings(self.service),
            "fields": fields,
            "groups": grouped(fields),
            "confirmed": self.confirmed,
            "key": self.key,
            "changes": sent.get("changes", "what_if"),
            "is_complete": asked.fits
            and all(one.status == "current" or not one.feature.required for one in fields),
            "has_errors": self.has_errors,
            "errors": self.errors,
            "problem": self.problem,
            "confirm_error": self.confirm_error,
        }
        refused = CONFLICT if self.is_stale else UNPROCESSABLE
        status = refused if self.has_errors else 200
        return render(self.request, "portal/run/run.html", context, status=status)


@require_http_methods(["GET", "POST"])
@requires("prediction.request")
def run(request: PersonRequest, patient: UUID, slug: str) -> HttpResponse:
    service = Service.objects.visible_to(request.user).filter(slug=slug).first()
    if service is None:
        raise Http404
    chart = open_chart(request.user, patient, what=f"service/{slug}")
    version = service.versions.published().select_related("service").first()
    if version is None:
        context = {"patient": chart, "service": service}
        return render(request, "portal/run/run_stopped.html", context)
    try:
        demand_finished(request.user, service)
    except DomainError as error:
        context = {"patient": chart, "service": service}
        status = 200 if request.method == "GET" else error.status
        return render(request, "portal/run/run_after_ward.html", context, status=status)
    attempt = _Attempt(request, chart, version)
    return attempt.page() if request.method == "GET" else _run(attempt)


def _run(attempt: _Attempt) -> HttpResponse:
    ran = _already_run(attempt)
    if ran is not None and ran.idempotency_key == attempt.once:
        return redirect("portal:prediction", ran.pk)
    wanted = _request_of(attempt)
    if attempt.has_errors:
        return attempt.page()
    try:
        same = _same_a_moment_ago(attempt, wanted)
        if same is not None:
            messages.info(attempt.request, _("Run a moment ago with the same values: see below."))
            return redirect("portal:prediction", same.pk)
        prediction = actions.request_prediction(actor=attempt.request.user, request=wanted)
    except DomainError as error:
        raise_for(error)
        _point_out(attempt, error)
        attempt.is_stale = error.status == CONFLICT
        page = attempt.page()
        if error.retry_after is not None:
            page.status_code = error.status
            say_when(page, error)
        return page
    if wanted.is_what_if:
        messages.info(attempt.request, _("Changed inputs: the chart was left as it is."))
    return redirect("portal:prediction", prediction.pk)


def _request_of(attempt: _Attempt) -> PredictionRequest:
    """What was sent as a request of the action; errors are noted beside their fields."""
    post, answers = attempt.request.POST, attempt.answers
    attempt.errors.update(answers.errors)
    attempt.is_stale = answers.is_stale
    _look_at_version(attempt)
    if attempt.unreadable:  # said with all else that is wrong, at once
        _point_out(attempt, unreadable(attempt.unreadable))
    if attempt.report.to_confirm:
        attempt.confirm_error = _("Confirm this first, or leave the service aside.")
    is_try = bool(answers.changed) and post.get("changes") != "record"
    origin = Prediction.Origin.WHAT_IF if is_try else Prediction.Origin.PORTAL
    return PredictionRequest(
        service=attempt.service.slug,
        patient=attempt.patient.pk,
        inputs=answers.inputs,
        confirmations=tuple(attempt.confirmed),
        origin=origin,
        idempotency_key=attempt.once,
        include_stale=tuple(answers.include_stale),
        store_answers=not is_try,
        chart=attempt.chart,
    )


def _point_out(attempt: _Attempt, error: DomainError) -> None:
    """Each error at its field; what belongs to no field on top."""
    for pointer in error.pointers:
        name = pointer.pointer.removeprefix(POINTER)
        if pointer.pointer.startswith(POINTER) and name in attempt.schema:
            attempt.errors[name] = str(pointer.message)
    if not attempt.errors:
        attempt.problem = str(error.message)


def _already_run(attempt: _Attempt) -> Prediction | None:
    """What came of this very form before; with other values it is asked back."""
    mine = Prediction.objects.visible_to(attempt.request.user).filter(
        requested_by=attempt.request.user, idempotency_key__startswith=f"{attempt.key}."
    )
    first: Prediction | None = mine.first()
    if first is not None and first.idempotency_key != attempt.once:
        attempt.key = str(uuid4())
        attempt.problem = _(
            "This form was already run with other values; that result is among the earlier "
            "predictions. Look at the values again before you run it once more."
        )
    return first


def _same_a_moment_ago(attempt: _Attempt, wanted: PredictionRequest) -> Prediction | None:
    """The same question of the same person: «back» fetches the form anew, and it looks unsent.

    Whoever wants the number once more says so on its page («run again»).
    """
    asked = take(attempt.schema, attempt.readings, attempt.given, wanted.include_stale)
    recent = (
        Prediction.objects.visible_to(attempt.request.user)
        .filter(
            requested_by=attempt.request.user,
            patient=attempt.patient,
            version=attempt.version,
            origin=wanted.origin,
            confirmations=sorted(set(wanted.confirmations)),
            requested_at__gt=attempt.now - A_MOMENT,
            entered_in_error_at=None,
        )
        .filter(STILL_HOLDS)
    )
    return next((one for one in recent if _numbers(one.snapshot) == _numbers(asked)), None)


def _numbers(snapshot: Snapshot) -> dict[str, float | None]:
    return {name: entry.converted for name, entry in snapshot.items()}


def _look_at_version(attempt: _Attempt) -> None:
    """The form was opened before another version: what is asked and what it means may differ."""
    opened = attempt.request.POST.get("version")
    if opened in (None, str(attempt.version.pk)):
        return
    attempt.is_stale = True
    attempt.problem = _(
        "Since you opened this form version %(number)s of the service was published: what it asks "
        "and what it says may differ. What you entered is kept; look at it and run it again."
    ) % {"number": attempt.version.number}
