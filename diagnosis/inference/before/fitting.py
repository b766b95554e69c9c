"""«Can the machine help here?»: every service before one patient, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from diagnosis.inference.before.facts import Facts, read_facts
from diagnosis.inference.before.newer import NewerValue, newer_data_for
from diagnosis.inference.before.population import (
    PopulationReport,
    RuleFinding,
    check_population,
)
from diagnosis.inference.before.warnings import standing_rules
from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.snapshot.inputs import schema_of, take
from diagnosis.inference.stored.entry import Snapshot
from diagnosis.inference.stored.warning import Caution
from diagnosis.ml import Feature, FeatureSchema
from diagnosis.records.models import Patient
from diagnosis.records.reading import Reading, feature_values
from diagnosis.registry.models import ModelVersion, Service

READY = "ready"  # all inputs there
NEARLY = "nearly"  # one or two inputs are missing
CONFIRM = "confirm"  # a person must answer a question first
LACKING = "lacking"  # more inputs are missing
NOT_FITTING = "does_not_fit"
STOPPED = "stopped"  # published once, stopped now
NOT_OFFERED = "not_offered"  # runs, but is not offered on a chart

ORDER = (READY, NEARLY, CONFIRM, LACKING, NOT_FITTING, STOPPED, NOT_OFFERED)
FEW = 2
State = ModelVersion.State


@dataclass(frozen=True)
class MissingInput:
    """A required input that the chart cannot give: missing, stale or unreadable."""

    feature: Feature
    status: str
    reading: Reading | None


@dataclass(frozen=True)
class ServiceFit:
    """One service before one patient, and what it said last time."""

    service: Service
    version: ModelVersion
    status: str
    missing: tuple[MissingInput, ...] = ()
    findings: tuple[RuleFinding, ...] = ()
    last: Prediction | None = None
    newer: tuple[NewerValue, ...] = ()
    """What came into the chart after the last result."""
    standing: tuple[Caution, ...] = ()
    """Rules that hold for the chart's values whatever the score, and without one."""

    @property
    def reasons(self) -> tuple[RuleFinding, ...]:
        """Why the service does not fit, or why nobody can tell."""
        return tuple(f for f in self.findings if not f.needs_confirmation)

    @property
    def questions(self) -> tuple[RuleFinding, ...]:
        """What must be confirmed once for this patient."""
        return tuple(f for f in self.findings if f.needs_confirmation)


def services_for(actor: User, patient: Patient) -> list[ServiceFit]:
    """For a patient whom the actor may see: the services that run, the most helpful first."""
    now = timezone.now()
    offered = _offered(actor)
    facts = read_facts(patient, [version.service for version in offered], now)
    snapshots = _snapshots(offered, feature_values_of(patient, offered))
    last = _last(actor, patient, offered)
    newer = newer_data_for(last.values())
    fits = []
    for version in offered:
        before = last.get(version.service_id)
        fit = _fit(version, facts, snapshots[version.pk])
        since = tuple(newer[before.pk]) if before is not None and before.is_settled else ()
        fits.append(replace(fit, last=before, newer=since))
    return sorted(fits, key=lambda fit: ORDER.index(fit.status))


def _offered(actor: User) -> list[ModelVersion]:
    services = Service.objects.met_by(actor).order_by("slug")
    runnable = ModelVersion.objects.filter(state__in=[State.PUBLISHED, State.STOPPED])
    listed = services.prefetch_related(
        Prefetch("versions", queryset=runnable.order_by("state"), to_attr="runnable")
    )
    found = []
    for service in listed:
        for version in service.runnable[:1]:  # type: ignore[attr-defined]  # prefetched above
            version.service = service
            found.append(version)
    return found


def feature_values_of(
    patient: Patient, versions: Iterable[ModelVersion]
) -> dict[tuple[object, str], Reading]:
    """The readings of several versions at once: one schema whose names say whose they are."""
    keys: dict[str, tuple[object, str]] = {}
    features = []
    for version in versions:
        for feature in schema_of(version):
            name = f"{version.pk} {feature.name}"
            keys[name] = (version.pk, feature.name)
            features.append(replace(feature, name=name))
    found = feature_values(patient, FeatureSchema(tuple(features)), timezone.now())
    return {keys[name]: replace(r, feature=keys[name][1]) for name, r in found.items()}


Parts = tuple[FeatureSchema, Mapping[str, Reading], Snapshot]


def _snapshots(
    versions: Iterable[ModelVersion],
    found: Mapping[tuple[object, str], Reading],
) -> dict[object, Parts]:
    parts: dict[object, Parts] = {}
    for version in versions:
        schema = schema_of(version)
        readings = {name: found[version.pk, name] for name in schema.names}
        parts[version.pk] = (schema, readings, take(schema, readings, {}))
    return parts


def _last(
    actor: User, patient: Patient, versions: Iterable[ModelVersion]
) -> dict[object, Prediction]:
    rows = (
        Prediction.objects.visible_to(actor)
        .countable()
        .filter(patient=patient, service__in=[version.service_id for version in versions])
        .exclude(state=Job.State.CANCELLED)
        .select_related("service", "version", "owner")
        .order_by("service_id", "-requested_at")
        .distinct("service_id")
    )
    return {row.service_id: row for row in rows}


def _fit(version: ModelVersion, facts: Facts, parts: Parts) -> ServiceFit:
    schema, readings, snapshot = parts
    service = version.service
    report = check_population(service, facts.patient, snapshot, (), facts=facts)
    missing = tuple(
        MissingInput(feature, str(snapshot[feature.name].status), readings.get(feature.name))
        for feature in schema
        if _is_lacking(feature, snapshot)
    )
    status = _status(version, report, len(missing))
    standing = (
        () if report.against else standing_rules(service, facts.patient, snapshot, facts=facts)
    )
    return ServiceFit(service, version, status, missing, report.findings, standing=tuple(standing))


def _is_lacking(feature: Feature, snapshot: Snapshot) -> bool:
    entry = snapshot[feature.name]
    return entry.status == "unreadable" or (feature.required and entry.is_missing)


def _status(version: ModelVersion, report: PopulationReport, lacking: int) -> str:
    if version.state == State.STOPPED or not version.service.offered_on_chart:
        return STOPPED if version.state == State.STOPPED else NOT_OFFERED
    if any(not finding.needs_confirmation for finding in report.findings):
        return NOT_FITTING
    if lacking:
        return NEARLY if lacking <= FEW else LACKING
    return READY if report.fits else CONFIRM
