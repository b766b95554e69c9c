"""Rows for tests, through the open managers, and a small cast of people.

Factories write rows as they are; tests of actions call the actions.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import factory
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.api_tokens.tokens import PREFIX, digest_of
from accounts.models import (
    ApiToken,
    AuditEvent,
    CareTeam,
    Membership,
    Organisation,
    Role,
    Scope,
    Submission,
    User,
)
from diagnosis.inference.models import (
    Decision,
    Explanation,
    Job,
    Outcome,
    OwnEstimate,
    Prediction,
    WardAnswer,
    WardRound,
    WrongPatientMark,
)
from diagnosis.records import names
from diagnosis.records.models import (
    Allergy,
    CareAssignment,
    Condition,
    Encounter,
    ImportRun,
    Medication,
    Note,
    Observation,
    Patient,
    PatientIdentifier,
)
from diagnosis.registry.models import (
    FindingAnswer,
    ModelVersion,
    Quota,
    Service,
    SheetVersion,
    VersionEvent,
    VersionStructure,
    WardCase,
)
from diagnosis.registry.models.sheet_versions import keep
from diagnosis.registry.versions import signing
from medportal.settings.base import ROOT

PASSWORD = "correct horse battery staple"
SERVICES = ROOT / "medportal" / "demo" / "data" / "services"


class OpenFactory(DjangoModelFactory):
    """Writes gated rows as well: through ``unscoped`` where the default manager is closed."""

    class Meta:
        abstract = True

    @classmethod
    def _get_manager(cls, model_class: Any) -> Any:
        return getattr(model_class, "unscoped", None) or super()._get_manager(model_class)


class OrganisationFactory(OpenFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Hospital {n}")


class UserFactory(OpenFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person-{n}")
    display_name = factory.LazyAttribute(lambda o: o.username.title())
    organisation = factory.SubFactory(OrganisationFactory)
    roles = factory.LazyFunction(lambda: [Role.CLINICIAN])
    is_staff = factory.LazyAttribute(lambda o: Role.ADMINISTRATOR in o.roles)
    password = factory.django.Password(PASSWORD)


class CareTeamFactory(OpenFactory):
    class Meta:
        model = CareTeam

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Ward {n}")


class MembershipFactory(OpenFactory):
    class Meta:
        model = Membership

    team = factory.SubFactory(CareTeamFactory)
    user = factory.SubFactory(
        UserFactory, organisation=factory.SelfAttribute("..team.organisation")
    )
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=30))


class ApiTokenFactory(OpenFactory):
    """Opened by ``mp_<name>``."""

    class Meta:
        model = ApiToken

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"token-{n}")
    digest = factory.LazyAttribute(lambda o: digest_of(PREFIX + o.name))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))
    scopes = factory.LazyFunction(lambda: list(Scope.values))


class SubmissionFactory(OpenFactory):
    class Meta:
        model = Submission

    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"{n:064}")


class AuditEventFactory(OpenFactory):
    class Meta:
        model = AuditEvent

    act = "patient.read"


def _full_name(given: Any) -> str:
    return f"{given.family_name} {given.given_name} {given.native_name}"


class PatientFactory(OpenFactory):
    class Meta:
        model = Patient

    organisation = factory.SubFactory(OrganisationFactory)
    family_name = factory.Sequence(lambda n: f"Testperson{n}")
    given_name = "Alex"
    sex = Patient.Sex.FEMALE
    birth_date = date(1961, 4, 5)
    native_name = ""
    search_name = factory.LazyAttribute(lambda o: names.search_name(_full_name(o)))
    name_grams = factory.LazyAttribute(lambda o: names.grams(_full_name(o)))


class PatientIdentifierFactory(OpenFactory):
    class Meta:
        model = PatientIdentifier

    patient = factory.SubFactory(PatientFactory)
    organisation = factory.SelfAttribute("patient.organisation")
    value = factory.Sequence(lambda n: f"MRN-{n:06}")
    value_hash = factory.LazyAttribute(lambda o: names.identifier_hash(o.organisation.pk, o.value))


class CareAssignmentFactory(OpenFactory):
    class Meta:
        model = CareAssignment

    patient = factory.SubFactory(PatientFactory)
    team = factory.SubFactory(
        CareTeamFactory, organisation=factory.SelfAttribute("..patient.organisation")
    )
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=30))


class ChartRowFactory(OpenFactory):
    class Meta:
        abstract = True

    patient = factory.SubFactory(PatientFactory)


class EncounterFactory(ChartRowFactory):
    class Meta:
        model = Encounter

    kind = Encounter.Kind.OUTPATIENT
    started_at = factory.LazyFunction(timezone.now)


class ConditionFactory(ChartRowFactory):
    class Meta:
        model = Condition

    code = "I10"
    label = "Hypertension"


class MedicationFactory(ChartRowFactory):
    class Meta:
        model = Medication

    code = "C07AB02"
    label = "Metoprolol"


class AllergyFactory(ChartRowFactory):
    class Meta:
        model = Allergy

    substance = "Penicillin"


class NoteFactory(ChartRowFactory):
    class Meta:
        model = Note

    written_at = factory.LazyFunction(timezone.now)
    text = "Seen today."


class ObservationFactory(ChartRowFactory):
    """A systolic pressure of this morning."""

    class Meta:
        model = Observation

    code = "8480-6"
    label = "Systolic blood pressure"
    value_number = 132.0
    unit = "mm[Hg]"
    observed_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=3))


@lru_cache
def service_data(slug: str, part: str) -> dict[str, Any]:
    """``service`` or ``schema`` of one of the demonstration's services."""
    found: dict[str, Any] = json.loads((SERVICES / slug / f"{part}.json").read_text())
    return found


class ImportRunFactory(OpenFactory):
    """A small bundle that is done."""

    class Meta:
        model = ImportRun

    requested_by = factory.SubFactory(UserFactory)
    organisation = factory.SelfAttribute("requested_by.organisation")
    team = factory.SubFactory(
        CareTeamFactory, organisation=factory.SelfAttribute("..requested_by.organisation")
    )
    format = ImportRun.Format.FHIR
    source = "laboratory"
    language = "en"
    size = 1000
    state = Job.State.DONE


class ServiceFactory(OpenFactory):
    """One of the demonstration's services, with its real sheet and inputs."""

    class Meta:
        model = Service

    organisation = factory.SubFactory(OrganisationFactory)
    slug = "coronary-disease"
    content = factory.LazyAttribute(lambda o: service_data(o.slug, "service"))
    schema = factory.LazyAttribute(lambda o: service_data(o.slug, "schema"))
    validity_days = factory.LazyAttribute(lambda o: o.content["validity_days"])
    hidden_from_nurses = factory.LazyAttribute(lambda o: o.content["hidden_from_nurses"])

    @classmethod
    def _create(
        cls, model_class: Any, *args: Any, content: Any, schema: Any, **kwargs: Any
    ) -> Service:
        """With its first sheet."""
        service: Service = model_class(*args, **kwargs)
        with transaction.atomic():
            service.sheet = SheetVersion.objects.create(
                service=service, number=1, content=content, schema=schema
            )
            service.save(force_insert=True)
        keep(SheetVersion.objects.filter(pk=service.sheet_id))
        return service


class SheetVersionFactory(OpenFactory):
    """The next sheet of a service that keeps the one it has."""

    class Meta:
        model = SheetVersion

    service = factory.SubFactory(ServiceFactory)
    number = factory.LazyAttribute(lambda o: o.service.sheets.count() + 1)
    content = factory.LazyAttribute(lambda o: o.service.sheet.content)
    schema = factory.LazyAttribute(lambda o: o.service.sheet.schema)


def with_sheet(service: Service, schema: dict[str, Any] | None = None, **parts: Any) -> Service:
    """The service under its next sheet: some ``parts`` of the present one are others."""
    before = service.sheet
    service.sheet = SheetVersion.objects.create(
        service=service,
        number=before.number + 1,
        content={**before.content, **parts},
        schema=before.schema if schema is None else schema,
    )
    service.save(update_fields=["sheet"])
    return service


class ModelVersionFactory(OpenFactory):
    """A row without an artifact; who needs one that runs imports a version for real."""

    class Meta:
        model = ModelVersion

    service = factory.SubFactory(ServiceFactory)
    number = factory.Sequence(lambda n: n + 1)
    digest = factory.LazyAttribute(lambda o: hashlib.sha256(str(o.number).encode()).hexdigest())
    manifest = factory.LazyAttribute(
        lambda o: {
            "format": 1,
            "name": o.service.slug,
            "task": {"kind": "binary"},
            "schema": o.service.sheet.schema,
            "metrics": {"auroc": {"value": 0.87, "lower": 0.83, "upper": 0.91}},
            "training": {"rows": 270, "events": 120, "rate": 0.44},
            "files": {},
        }
    )
    state = ModelVersion.State.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> ModelVersion:
        """As it was signed when it was approved."""
        version: ModelVersion = super()._create(model_class, *args, **kwargs)
        version.signed_sheet = version.service.sheet
        version.signed_digest = signing.digest(version)
        version.save(update_fields=["signed_digest", "signed_sheet"])
        return version


class VersionStructureFactory(OpenFactory):
    """Of a model with one input; who wants a real one imports a version."""

    class Meta:
        model = VersionStructure

    version = factory.SubFactory(ModelVersionFactory)
    made_of = factory.LazyFunction(
        lambda: {
            "rows": 100,
            "parameters": 0,
            "layers": [
                {"kind": "inputs", "outputs": 1},
                {"kind": "result", "inputs": 1, "outputs": 1, "meaning": "sigmoid"},
            ],
            "features": [],
        }
    )


class FindingAnswerFactory(OpenFactory):
    class Meta:
        model = FindingAnswer

    version = factory.SubFactory(ModelVersionFactory)
    finding = "few_events"
    words = "Known before the outcome."
    by = factory.SubFactory(
        UserFactory,
        organisation=factory.SelfAttribute("..version.service.organisation"),
        roles=[Role.REVIEWER],
    )


class VersionEventFactory(OpenFactory):
    class Meta:
        model = VersionEvent

    version = factory.SubFactory(ModelVersionFactory)
    to_state = ModelVersion.State.DRAFT


class QuotaFactory(OpenFactory):
    class Meta:
        model = Quota

    service = factory.SubFactory(ServiceFactory)
    organisation = factory.SelfAttribute("service.organisation")
    limit = 1000


class PredictionFactory(OpenFactory):
    """A finished run on a patient."""

    class Meta:
        model = Prediction

    version = factory.SubFactory(ModelVersionFactory)
    service = factory.SelfAttribute("version.service")
    sheet = factory.SelfAttribute("service.sheet")
    organisation = factory.SelfAttribute("service.organisation")
    patient = factory.SubFactory(
        PatientFactory, organisation=factory.SelfAttribute("..organisation")
    )
    requested_by = factory.SubFactory(
        UserFactory, organisation=factory.SelfAttribute("..organisation")
    )
    owner = factory.SelfAttribute("requested_by")
    state = Job.State.DONE
    inputs = factory.LazyFunction(dict)
    headline = 0.23
    band = "moderate"
    finished_at = factory.LazyFunction(timezone.now)
    result = factory.LazyAttribute(
        lambda o: {
            "kind": "binary",
            "probability": o.headline,
            "interval": None,
            "interval_method": None,
            "band": None,
            "imputed": [],
        }
    )


class ExplanationFactory(OpenFactory):
    class Meta:
        model = Explanation

    prediction = factory.SubFactory(PredictionFactory)
    state = Job.State.QUEUED


class DecisionFactory(OpenFactory):
    class Meta:
        model = Decision

    prediction = factory.SubFactory(PredictionFactory)
    assessment = Decision.Assessment.ABOUT_RIGHT
    action = "functional-imaging"
    decided_by = factory.SelfAttribute("prediction.requested_by")


class OwnEstimateFactory(OpenFactory):
    class Meta:
        model = OwnEstimate

    prediction = factory.SubFactory(PredictionFactory)
    by = factory.SelfAttribute("prediction.requested_by")
    value = 0.4


class WrongPatientMarkFactory(OpenFactory):
    class Meta:
        model = WrongPatientMark

    prediction = factory.SubFactory(PredictionFactory)
    by = factory.SelfAttribute("prediction.requested_by")
    state_before = "done"


class WardCaseFactory(OpenFactory):
    class Meta:
        model = WardCase

    service = factory.SubFactory(ServiceFactory)
    edition = 1
    number = factory.Sequence(lambda n: n + 1)
    inputs = factory.LazyFunction(dict)
    happened = True


class WardRoundFactory(OpenFactory):
    class Meta:
        model = WardRound

    service = factory.SubFactory(ServiceFactory)
    edition = 1
    by = factory.SubFactory(
        UserFactory, organisation=factory.SelfAttribute("..service.organisation")
    )


class WardAnswerFactory(OpenFactory):
    class Meta:
        model = WardAnswer

    round = factory.SubFactory(WardRoundFactory)
    case = factory.SubFactory(WardCaseFactory, service=factory.SelfAttribute("..round.service"))
    version = factory.SubFactory(
        ModelVersionFactory, service=factory.SelfAttribute("..round.service")
    )
    value, lower, upper, probability = 0.6, 0.5, 0.7, 0.8


class OutcomeFactory(OpenFactory):
    class Meta:
        model = Outcome

    service = factory.SubFactory(ServiceFactory)
    patient = factory.SubFactory(
        PatientFactory, organisation=factory.SelfAttribute("..service.organisation")
    )
    event = True
    occurred_on = factory.LazyFunction(lambda: timezone.now().date())
    source = "registry"


def person_at(organisation: Organisation, *roles: str, **fields: Any) -> User:
    return UserFactory(organisation=organisation, roles=list(roles), **fields)


def clinician_at(organisation: Organisation, **fields: Any) -> User:
    return person_at(organisation, Role.CLINICIAN, **fields)


def nurse_at(organisation: Organisation, **fields: Any) -> User:
    return person_at(organisation, Role.NURSE, **fields)


def administrator_at(organisation: Organisation, **fields: Any) -> User:
    return person_at(organisation, Role.ADMINISTRATOR, **fields)


def privacy_officer_at(organisation: Organisation, **fields: Any) -> User:
    return person_at(organisation, Role.PRIVACY_OFFICER, **fields)


def reviewer_at(organisation: Organisation, **fields: Any) -> User:
    return person_at(organisation, Role.REVIEWER, **fields)


def data_scientist_at(organisation: Organisation, **fields: Any) -> User:
    return person_at(organisation, Role.DATA_SCIENTIST, **fields)


def team_of(*users: User) -> CareTeam:
    """A care team of the first person's organisation in which all of them work today."""
    team = CareTeamFactory(organisation=users[0].organisation)
    for user in users:
        MembershipFactory(team=team, user=user)
    return team


def patient_of(*users: User, team: CareTeam | None = None, **fields: Any) -> Patient:
    """A patient whom ``users`` look after today, in ``team`` or in a new one."""
    team = team or team_of(*users)
    patient = PatientFactory(organisation=team.organisation, **fields)
    CareAssignmentFactory(patient=patient, team=team)
    return patient


def published(organisation: Organisation, slug: str = "coronary-disease") -> ModelVersion:
    """A published version of one of the demonstration's services, without its artifact."""
    return ModelVersionFactory(service=ServiceFactory(organisation=organisation, slug=slug))


def bearer_of(user: User, *scopes: str) -> dict[str, str]:
    """Headers for ``Client``: ``client.get(url, headers=bearer_of(user))``; of every scope."""
    token = ApiTokenFactory(user=user, **({"scopes": list(scopes)} if scopes else {}))
    return {"Authorization": f"Bearer {PREFIX}{token.name}"}
