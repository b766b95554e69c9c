"""The world of the goldens: the demonstration, and every state that its own work does not leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from accounts.actions.people import NewPerson, create_user
from accounts.actions.teams import add_to_team
from accounts.actions.tokens import issue_token
from accounts.models import CareTeam, Organisation, Role, Scope, User
from diagnosis.inference import actions
from diagnosis.inference.before.own_estimate import choices_of
from diagnosis.inference.models import Job, Prediction
from diagnosis.records import runner as imports
from diagnosis.records.actions import NewImport, create_patient, request_import
from diagnosis.records.models import Observation, Patient
from diagnosis.records.persons import NewPatient
from diagnosis.registry import actions as registry
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions import contradictions, findings
from diagnosis.registry.versions.ward_cases import CASES
from medportal.common.errors import DomainError
from medportal.demo.loading import load
from medportal.demo.loading.desk import Desk
from medportal.demo.loading.patients import LIVES
from medportal.demo.loading.people import Cast
from medportal.demo.loading.rows import HERE
from tests.factories import QuotaFactory
from tests.goldens.still import LATER, START, Still

PEOPLE = ("doctor", "nurse", "doctor2", "scientist", "reviewer", "privacy", "admin", "program")
State = Job.State
ALWAYS_SAID = {"population_note"}

TABLE = b"""patient,family_name,birth_date,code,value,unit,observed_at
4711,Vanterpool,1961-04-05,8480-6,132,mm[Hg],2027-02-08T08:00:00Z
4712,Ashdown,1958-01-31,8480-6,one-hundred,mm[Hg],2027-02-08T08:00:00Z
"""


@dataclass
class World:
    """What addresses name: by argument, each kind of it under a word that does not change."""

    people: dict[str, User]
    bearers: dict[str, dict[str, str]]
    named: dict[str, dict[str, Any]] = field(default_factory=dict)
    courses: dict[str, Patient] = field(default_factory=dict)
    """Of each service: the patient on whom there is most to see."""

    def first(self, argument: str) -> Any:
        return next(iter(self.named[argument].values()))


def build(still: Still) -> World:
    patients = load("a password for the goldens", say=lambda _line: None)
    cast = _cast()
    desk = Desk(cast, {s.slug: s for s in Service.objects.order_by("slug")}, patients)
    special = _runs(desk)
    _versions(cast, desk.services)
    _ward(cast["doctor"])
    empty = _nobody_knows(cast)
    still.move(START + LATER)
    _fresh_mark(desk)
    run = _imported(cast)
    QuotaFactory(service=desk.services["flc-mortality"])
    world = _named(cast, desk, empty, run)
    world.named["prediction"] |= special
    return world


def _cast() -> Cast:
    house = Organisation.objects.get(is_demonstration=True)
    person = NewPerson("program", house, "Laboratory interface", (Role.SERVICE_CLIENT,))
    create_user(actor=None, person=person, password="a password for the goldens")
    people = {user.username: user for user in User.objects.filter(organisation=house)}
    teams = {team.name: team for team in CareTeam.objects.filter(organisation=house)}
    add_to_team(actor=None, team=next(iter(teams.values())), user=people["program"])
    return Cast(house, people, teams)


def _runs(desk: Desk) -> dict[str, Prediction]:
    """Every end of a run; refusals of every ground that a chart of the demonstration gives.

    Returns those that differ from others by what stands beside them.
    """
    for slug in desk.services:
        for (kind, _number), patient in desk.mine.items():
            if kind == LIVES:
                with suppress(DomainError):
                    desk.run(slug, patient)
    for slug in desk.services:
        for patient in list(desk.patients_of(slug))[4:10]:  # of every band
            desk.run(slug, patient)
    coronary = list(desk.patients_of("coronary-disease"))
    for code in ("artifact_unreadable", "too_many_attempts"):
        job = Prediction.unscoped.claim(desk.queue("coronary-disease", coronary[-1]).pk)
        Prediction.unscoped.settle(job, state=State.FAILED, failure_code=code)
    desk.queue("coronary-disease", coronary[-2])
    cancelled = desk.queue("coronary-disease", coronary[-3])
    actions.cancel_prediction(actor=desk.doctor, prediction=cancelled)
    actions.mark_wrong_patient(
        actor=desk.doctor, prediction=desk.run("coronary-disease", coronary[-4]), reason="Mixed up."
    )
    old = desk.run("coronary-disease", coronary[-5])
    Prediction.unscoped.filter(pk=old.pk).update(index_at=START - timedelta(days=400))
    handed = desk.run("coronary-disease", coronary[-6])
    actions.hand_over(actor=desk.doctor, prediction=handed, to=User.objects.get(username="doctor3"))
    refused = Prediction.unscoped.filter(state=State.REFUSED).order_by("requested_at")
    actions.dismiss_refusal(actor=desk.doctor, prediction=list(refused)[-1])
    otherwise = desk.run("coronary-disease", coronary[-7])
    _decided_otherwise(desk, otherwise)
    estimated = desk.run("breast-mass", list(desk.patients_of("breast-mass"))[2])
    _with_estimate(desk, estimated)
    return {"handed-over": handed, "decided-otherwise": otherwise, "estimated": estimated}


def _decided_otherwise(desk: Desk, prediction: Prediction) -> None:
    usual = (prediction.result or {})["band"]["action_code"]
    codes = [action.code for action in prediction.definition.actions]
    other = next(code for code in codes if code != usual)
    decision = actions.DecisionInput(
        action=other, assessment="too-high", reason="other", comment="The patient wishes so."
    )
    actions.record_decision(actor=desk.doctor, prediction=prediction, decision=decision)


def _with_estimate(desk: Desk, prediction: Prediction) -> None:
    choice = choices_of(prediction.definition)[1]
    actions.give_estimate(actor=desk.doctor, prediction=prediction, choice=choice.code)


def _fresh_mark(desk: Desk) -> None:
    """Marked a moment ago: it can still be taken back."""
    prediction = desk.run("diabetes-onset", list(desk.patients_of("diabetes-onset"))[-1])
    actions.mark_wrong_patient(actor=desk.doctor, prediction=prediction, reason="Mixed up.")


def _versions(cast: Cast, services: Mapping[str, Service]) -> None:
    """Versions in the states through which the demonstration's own have gone or never go."""
    service = services["coronary-disease"]
    source = HERE / "artifacts" / "coronary-disease-candidate"
    scientist, reviewer = cast["scientist"], cast["reviewer"]
    made = {}
    for state in ("rejected", "approved", "recalled", "shadow"):
        draft = registry.import_version(actor=scientist, service=service, source=source)
        made[state] = registry.submit_version(actor=scientist, version=draft)
    registry.reject_version(actor=reviewer, version=made["rejected"], reason="Too few women.")
    version = made["approved"]
    for finding in findings.unanswered(version):
        registry.answer_finding(actor=reviewer, version=version, finding=finding, words="Known.")
    for feature in contradictions.unexplained(version):
        note = {"en": "Selection by referral.", "zh-Hans": "转诊选择所致。"}
        version = registry.explain_contradiction(
            actor=reviewer, version=version, feature=feature, note=note
        )
    registry.approve_version(actor=reviewer, version=version, note="Found right.")
    for state in ("recalled", "shadow"):
        ModelVersion.objects.filter(pk=made[state].pk).update(state=state)


def _ward(doctor: User) -> None:
    """One training ward finished, one begun."""
    for slug, answered in (("coronary-disease", CASES), ("breast-mass", 3)):
        sheet = Service.objects.get(slug=slug).definition
        choices = choices_of(sheet)
        actions.begin_ward(actor=doctor, service=slug)
        for number in range(1, answered + 1):
            choice = choices[number % len(choices)]
            actions.answer_case(actor=doctor, service=slug, number=number, choice=choice.code)


def _nobody_knows(cast: Cast) -> Patient:
    """Of whom nothing is written down but who she is."""
    entered = NewPatient("Aster", date(1970, 6, 1), given_name="Nell", sex=Patient.Sex.FEMALE)
    team = next(iter(cast.teams.values()))
    return create_patient(actor=cast["doctor"], team=team, entered=entered)


def _imported(cast: Cast) -> Any:
    wanted = NewImport(next(iter(cast.teams.values())), TABLE, "laboratory")
    run = request_import(actor=cast["doctor"], wanted=wanted)
    while imports.run_import(run.pk):
        pass
    return run


def _named(cast: Cast, desk: Desk, empty: Patient, run: Any) -> World:
    people = {name: cast[name] for name in PEOPLE}
    tokens = {
        name: issue_token(actor=None, user=user, name="goldens", scopes=Scope.values)
        for name, user in people.items()
    }
    bearers = {n: {"Authorization": f"Bearer {t.secret}"} for n, t in tokens.items()}
    world = World(people, bearers)
    seen = Prediction.objects.visible_to(cast["doctor"]).exclude(origin=Prediction.Origin.WHAT_IF)
    rows = list(seen.select_related("service", "version", "patient").order_by("requested_at", "pk"))
    charts = dict(_charts(desk, rows)) | {"empty": empty}
    values = Observation.unscoped.filter(patient__in=charts.values(), code="8480-6")
    world.courses = _courses(rows)
    world.named = {
        "prediction": _firsts((_kind(row), row) for row in rows),
        "patient": charts,
        "slug": dict(desk.services),
        "version": _firsts(
            (f"{version.service.slug} {version.state}", version)
            for version in ModelVersion.objects.select_related("service").order_by("pk")
        ),
        "observation": {"": values.order_by("-observed_at", "pk").first()},
        "import_run": {"": run},
        "user": {"": cast["doctor2"]},
        "token": {"": tokens["doctor"].token},
    }
    return world


def _firsts(kinds: Iterator[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind, row in kinds:
        found.setdefault(kind, row)
    return found


def _kind(row: Prediction) -> str:
    """All that makes one result look unlike another of its service."""
    held = {
        "again": row.run_again_of_id is not None,
        "estimate": row.asks_estimate and row.decided_at is None,
        "expired": row.is_expired,
        "older": not row.is_newest,
        "decided": row.decided_at is not None,
        "dismissed": row.dismissed_at is not None,
    }
    refused = (row.refusal or {}).get("code", "")
    warned = sorted({warning["code"] for warning in row.warnings} - ALWAYS_SAID)
    words = [row.service.slug, str(row.state), row.band, row.failure_code, refused, *warned]
    return " ".join(filter(None, [*words, *(word for word, holds in held.items() if holds)]))


def _courses(rows: list[Prediction]) -> dict[str, Patient]:
    """Of each service: whoever has most results."""
    runs: dict[str, dict[Any, int]] = {}
    for row in rows:
        of_service = runs.setdefault(row.service.slug, {})
        if row.patient is not None:
            of_service[row.patient] = of_service.get(row.patient, 0) + 1
    return {slug: max(found, key=lambda patient: found[patient]) for slug, found in runs.items()}


def _charts(desk: Desk, rows: list[Prediction]) -> Iterator[tuple[str, Patient]]:
    yield from _courses(rows).items()
    for (kind, number), patient in desk.mine.items():
        if kind == LIVES:
            yield f"life-{number}", patient
