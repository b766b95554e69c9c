"""Work for every role: results to decide on, a refusal to cure, an old result, one running."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone

from accounts.actions.teams import add_to_team, end_membership
from accounts.models import User
from diagnosis.inference import actions
from diagnosis.inference.models import Prediction
from diagnosis.records import access
from diagnosis.records.actions.observations import record_observation
from diagnosis.records.models import Observation, Patient
from diagnosis.records.reading import feature_values
from diagnosis.registry.models import Service
from medportal.demo.loading import charts
from medportal.demo.loading.desk import Desk, Patients
from medportal.demo.loading.patients import LIVES
from medportal.demo.loading.people import TEAMS, Cast
from medportal.demo.loading.services import publish_successors
from medportal.demo.loading.weeks import leave_weeks

WITH_PBC = "2"
WORSENING = ("151", "111", "50", "104")
"""Rows of the PBC table whose risk rises from visit to visit; the first that the doctor sees."""
NEAR_A_LIMIT = ("585", "564", "61", "161")
"""Rows of the diabetes table without insulin, where measuring it may change the band."""
REPORTS, REPORTED = "thyroid-report", 5
OF_A_COHORT, COHORT = "flc-mortality", 16


def leave_work(cast: Cast, services: dict[str, Service], patients: Patients) -> None:
    desk = Desk(cast, services, patients)
    followed = _over_the_years(desk)
    publish_successors(cast, services)
    for patient in followed:  # the same persons are held out of both
        desk.run("pbc-prognosis", patient)
        desk.run("pbc-stage", patient)
    _cohort(desk)
    leave_weeks(desk)
    coronary = desk.patients_of("coronary-disease")
    for _ in range(2):  # two results that wait for the doctor's decision
        desk.run("coronary-disease", next(coronary))
    _decided(desk, next(coronary))
    _stale(desk, next(coronary))
    desk.run("body-weight", next(desk.patients_of("body-weight")))
    _refused(desk)
    _asked_too_early(desk)
    _worth_measuring(desk)
    desk.again(desk.run("diabetes-onset", _complete(desk, "diabetes-onset")))
    _after_surgery(desk)
    _reports(desk)
    _running(desk)
    _access_to_look_at(cast)


def _cohort(desk: Desk) -> None:
    """Enough results of one service for the pictures of its cohort; it is in no worklist."""
    for patient in list(desk.patients_of(OF_A_COHORT))[-COHORT:]:
        desk.run(OF_A_COHORT, patient)


def _decided(desk: Desk, patient: Patient) -> None:
    prediction = desk.run("coronary-disease", patient)
    usual = (prediction.result or {})["band"]["action_code"]
    decision = actions.DecisionInput(assessment="about-right", action=usual)
    actions.record_decision(actor=desk.doctor, prediction=prediction, decision=decision)


def _stale(desk: Desk, patient: Patient) -> None:
    """The blood pressure is measured again after the result: «newer data since»."""
    desk.run("coronary-disease", patient, timezone.now() - timedelta(hours=20))
    feature = desk.services["coronary-disease"].sheet.features["systolic_bp"]
    newest = Observation.unscoped.valid().filter(patient=patient, code="8480-6").first()
    value = (newest.value_number or 130) + 18 if newest else 150.0
    record_observation(
        actor=desk.nurse,
        patient=patient,
        given=charts.given(feature, value, timezone.now() - timedelta(hours=1)),
    )


def _refused(desk: Desk) -> None:
    """Nobody wrote down whether there is oedema; entered in place, it cures the refusal."""
    desk.run("pbc-prognosis", desk.mine[LIVES, WITH_PBC])


def _asked_too_early(desk: Desk) -> None:
    """Asked before anything was measured: the nurse's round names what the service still needs."""
    women = [p for p in desk.patients_of("pbc-prognosis") if p.sex == Patient.Sex.FEMALE]
    desk.run("diabetes-onset", women[-1])


def _over_the_years(desk: Desk) -> tuple[Patient, ...]:
    """Two patients with PBC have a result of each of their earlier visits, by the first version.

    The first one's risk goes up and down, the second one's rises. What the version that is
    published afterwards says of today stands beside them, and the course shows the change.
    """
    with_visits = (p for p in desk.patients_of("pbc-prognosis") if len(_visits(p)) >= 4)
    chosen = dict.fromkeys((next(with_visits), desk.first("pbc-prognosis", WORSENING)))
    for patient in chosen:
        for visit in _visits(patient)[-4:-1]:
            desk.run("pbc-prognosis", patient, visit + timedelta(hours=2))
    return tuple(chosen)


def _visits(patient: Patient) -> list[datetime]:
    bilirubin = Observation.unscoped.filter(patient=patient, code__in=["1975-2", "14631-6"])
    return list(bilirubin.order_by("observed_at").values_list("observed_at", flat=True))


def _worth_measuring(desk: Desk) -> None:
    """A result near a limit with an input filled in: what to measure next."""
    desk.run("diabetes-onset", desk.first("diabetes-onset", NEAR_A_LIMIT))


def _after_surgery(desk: Desk) -> None:
    """Two risks over time wait for the breast unit; a third is decided, and what became of her."""
    first, second, third = islice(desk.patients_of("breast-recurrence"), 3)
    for patient in (first, second):
        desk.run("breast-recurrence", patient)
    prediction = desk.run("breast-recurrence", third)
    decision = actions.DecisionInput(assessment="about-right", action="tumour-board")
    actions.record_decision(actor=desk.doctor, prediction=prediction, decision=decision)


def _complete(desk: Desk, slug: str) -> Patient:
    """The first patient of a service whose chart has all its required inputs."""
    schema = desk.services[slug].sheet.features
    required = [feature.name for feature in schema if feature.required]
    for patient in desk.patients_of(slug):
        found = feature_values(patient, schema, timezone.now())
        if all(found[name].status == "current" for name in required):
            return patient
    raise LookupError(f"No demonstration patient of {slug} has all inputs.")


def _reports(desk: Desk) -> None:
    """Thyroid reports that wait for their comment: some flagged, one without any."""
    waiting = desk.patients_of(REPORTS)
    found = [desk.run(REPORTS, next(waiting)) for _ in range(REPORTED)]
    decision = actions.DecisionInput(assessment="about-right", action="no-comment")
    plain = next(run for run in found if run.state == Prediction.State.DONE)
    actions.record_decision(actor=desk.doctor, prediction=plain, decision=decision)


def _running(desk: Desk) -> None:
    """As a worker leaves it that dies in mid-run: held by a lease, finished by the sweep."""
    prediction = desk.queue("breast-mass", next(desk.patients_of("breast-mass")))
    Prediction.unscoped.claim(prediction.pk)
    lease = timezone.now() + timedelta(minutes=10)
    Prediction.unscoped.filter(pk=prediction.pk).update(lease_until=lease)


def _access_to_look_at(cast: Cast) -> None:
    """A colleague opened two charts of a team that he has left since."""
    colleague: User = cast["doctor2"]
    team = cast.teams[TEAMS[0]]
    earlier = timezone.now() - timedelta(days=9)
    membership = add_to_team(actor=None, team=team, user=colleague, starts_at=earlier)
    own = Patient.objects.visible_to(cast["doctor"]).values("pk")
    for patient in Patient.objects.visible_to(colleague).filter(pk__in=own)[:2]:
        access.open_chart(colleague, patient.pk)
    end_membership(actor=None, membership=membership)
