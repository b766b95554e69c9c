"""One patient's chart as a Bundle of the type collection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from diagnosis.inference.models import Decision, Explanation, Prediction
from diagnosis.interop.fhir import chart, observations, risk, terms
from diagnosis.interop.fhir.terms import Resource
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Observation,
    Patient,
    PatientIdentifier,
)

MEDIA_TYPE = "application/fhir+json"


def bundle_of(actor: User, patient: Patient, *, identifier: UUID, at: datetime) -> Resource:
    """Everything of this chart that ``actor`` may see; ``identifier`` names the export."""
    entries = [
        {"fullUrl": terms.urn(found["id"]), "resource": found}
        for found in _resources(actor, patient)
    ]
    return {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": terms.urn(identifier)},
        "type": "collection",
        "timestamp": terms.moment(at),
        "entry": entries,
    }


def _resources(actor: User, patient: Patient) -> Iterator[Resource]:
    def rows(model: Any, *order: str) -> list[Any]:
        """Each part of the chart through its own gate."""
        return list(model.objects.visible_to(actor).filter(patient=patient).order_by(*order, "pk"))

    yield chart.patient(patient, rows(PatientIdentifier))
    yield chart.organisation(patient.organisation)
    yield from map(chart.encounter, rows(Encounter, "started_at"))
    yield from map(chart.condition, rows(Condition, "onset_on"))
    yield from map(chart.medication, rows(Medication, "label"))
    yield from chart.allergies(patient, rows(Allergy, "substance"))
    observed = _observed(actor, patient)
    yield from observations.all_of(observed)
    yield from map(chart.note, rows(Note, "written_at"))
    yield from _runs(actor, patient, observed)


def _observed(actor: User, patient: Patient) -> list[Observation]:
    rows = Observation.objects.visible_to(actor).filter(patient=patient)
    ordered = rows.select_related("recorded_by").order_by("observed_at", "recorded_at", "pk")
    return list(ordered)


def _runs(actor: User, patient: Patient, observed: list[Observation]) -> Iterator[Resource]:
    """What has a result, or was refused and says something all the same.

    Changed inputs were only tried and leave the house nowhere.
    """
    states = (Prediction.State.DONE, Prediction.State.ENTERED_IN_ERROR)
    refused = Q(state=Prediction.State.REFUSED) & (
        Q(decided_at__isnull=False) | Q(warnings__contains=[{"standing": True}])
    )
    found = list(
        Prediction.objects.visible_to(actor)
        .filter(Q(state__in=states, result__isnull=False) | refused, patient=patient)
        .exclude(origin=Prediction.Origin.WHAT_IF)
        .select_related("service", "version__service")
        .order_by("requested_at", "pk")
    )
    versions = {row.version_id: row.version for row in found}
    yield from map(risk.device, versions.values())
    yield from map(risk.risk_assessment, _with_parts(actor, found, observed))


def _with_parts(
    actor: User, found: list[Prediction], observed: list[Observation]
) -> Iterable[risk.Run]:
    explained = Explanation.objects.visible_to(actor).of_the_run()
    reasons = {row.prediction_id: row for row in _of(explained, found)}
    current = Decision.objects.visible_to(actor).current().select_related("decided_by")
    decisions = {row.prediction_id: row for row in _of(current, found)}
    parts = observations.parts_of(observed)
    places = {str(row.pk): observations.where(row, parts) for row in observed}
    for row in found:
        used = [entry.observation for entry in row.snapshot.values()]
        basis = dict.fromkeys(places[pk] for pk in used if pk and pk in places)
        yield risk.Run(row, reasons.get(row.pk), decisions.get(row.pk), tuple(basis))


def _of(rows: Any, found: list[Prediction]) -> list[Any]:
    return list(rows.filter(prediction__in=[row.pk for row in found]))
