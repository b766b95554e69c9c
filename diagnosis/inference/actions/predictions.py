"""Asking for a prediction. The row is the request; the task is only a nudge."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand, may
from diagnosis.inference import tasks
from diagnosis.inference.actions.estimates import keep_estimate
from diagnosis.inference.before import permission, quota
from diagnosis.inference.before.answers import stored_answers
from diagnosis.inference.before.requests import ChartRead, PredictionRequest
from diagnosis.inference.before.warnings import standing_rules
from diagnosis.inference.lists import ward
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.given import read_given
from diagnosis.inference.snapshot.inputs import schema_of, take
from diagnosis.inference.stored.entry import written_snapshot
from diagnosis.ml import FeatureSchema
from diagnosis.records.models import Patient
from diagnosis.records.reading import feature_values
from diagnosis.registry.models import ModelVersion, Service
from medportal.common.errors import DomainError, Pointer
from medportal.common.queue.publish import ring


@transaction.atomic
def request_prediction(*, actor: User, request: PredictionRequest) -> Prediction:
    """Queue a prediction; the same idempotency key and request return the first one."""
    demand(actor, "prediction.request")
    service = permission.service_of(actor, request.service)
    patient = permission.patient_of(actor, request.patient)
    first = _first_answer(actor, request)
    if first is not None:
        return first
    version = permission.published_version(service)
    ward.demand_finished(actor, service)
    try:
        with transaction.atomic():  # what a form answered is stored with the row or not at all
            prediction = _prepared(actor, request, version, patient)
            quota.demand(service)  # last: what it locks is held until the row is there
            prediction.save(force_insert=True)
            keep_estimate(prediction, actor, request.own_estimate)
    except IntegrityError:
        first = _first_answer(actor, request)  # the same request came twice at once
        if first is None:
            raise
        return first
    audit.record(
        actor=actor,
        act="prediction.request",
        patients=[patient.pk] if patient else [],
        what=f"prediction/{prediction.pk}",
        detail={"service": service.slug, "origin": str(request.origin)},
    )
    ring(tasks.run_prediction, prediction.pk)
    return prediction


def _first_answer(actor: User, request: PredictionRequest) -> Prediction | None:
    """What the same key was answered with before; the same key for another request is a mistake."""
    if not request.idempotency_key:
        return None
    first = (
        Prediction.objects.visible_to(actor)
        .select_related("service", "version")
        .filter(requested_by=actor, idempotency_key=request.idempotency_key)
        .first()
    )
    if first is not None and first.request_digest != request.digest:
        raise DomainError(
            "idempotency_key_reused",
            _("This key was used for another request."),
            status=422,
        )
    return first


def _prepared(
    actor: User, request: PredictionRequest, version: ModelVersion, patient: Patient | None
) -> Prediction:
    service, schema = version.service, schema_of(version)
    given = read_given(schema, request.inputs)
    _refuse_strange_words(request, service, schema)
    chart = _chart(request, version, patient)
    at = chart.at if chart else request.index_at or timezone.now()
    snapshot = take(schema, chart.readings if chart else {}, given, request.include_stale)
    if request.store_answers and patient is not None and not request.is_what_if:
        snapshot |= stored_answers(actor, patient, schema, snapshot, at)
    standing = standing_rules(service, patient, snapshot, facts=chart.facts if chart else None)
    return Prediction(
        organisation_id=service.organisation_id,
        service=service,
        sheet=service.sheet,
        version=version,
        patient=patient,
        requested_by=actor,
        owner=actor if may(actor, "decision.record") else None,
        origin=request.origin,
        index_at=at,
        inputs=written_snapshot(snapshot),
        confirmations=sorted(set(request.confirmations)),
        warnings=[rule.to_dict() for rule in standing],
        asks_estimate=service.ask_own_estimate,
        run_again_of=request.run_again_of,
        idempotency_key=request.idempotency_key,
        request_digest=request.digest if request.idempotency_key else "",
    )


def _chart(
    request: PredictionRequest, version: ModelVersion, patient: Patient | None
) -> ChartRead | None:
    """As the form has read it a moment ago, in this very request; else as it is now."""
    if patient is None:
        return None
    known = request.chart
    if known is not None and (known.patient, known.version) == (patient.pk, version.pk):
        return known
    at = request.index_at or timezone.now()
    readings = feature_values(patient, schema_of(version), at)
    return ChartRead(patient.pk, version.pk, at, readings)


def _refuse_strange_words(
    request: PredictionRequest, service: Service, schema: FeatureSchema
) -> None:
    """What the caller sent beside the inputs and nobody could read."""
    rules = {rule.code for rule in service.definition.rules}
    problems = [
        Pointer(f"/confirmations/{index}", "unknown_rule", _("The service has no such rule."))
        for index, code in enumerate(request.confirmations)
        if code not in rules
    ]
    problems += [
        Pointer(f"/include_stale/{index}", "unknown_feature", _("The service has no such input."))
        for index, name in enumerate(request.include_stale)
        if name not in schema
    ]
    if request.own_estimate is not None and not 0 <= request.own_estimate <= 1:
        text = _("An estimate lies from 0 to 1.")
        problems.append(Pointer("/own_estimate", "out_of_range", text))
    if request.origin not in Prediction.Origin.values:
        problems.append(Pointer("/origin", "unknown_origin", _("No such origin.")))
    if len(request.idempotency_key) > 120:
        problems.append(Pointer("/idempotency_key", "too_long", _("At most 120 characters.")))
    if problems:
        raise DomainError("request_invalid", _("The request is not valid."), pointers=problems)


@transaction.atomic
def run_again(*, actor: User, prediction: Prediction, origin: str | None = None) -> Prediction:
    """The same question on the chart as it is now; inputs given by hand stay, unless outdated."""
    before = permission.prediction_for(actor, prediction)
    return request_prediction(
        actor=actor,
        request=PredictionRequest(
            service=before.service.slug,
            patient=before.patient_id,
            inputs=_kept(before),
            confirmations=_known(before),
            origin=origin or before.origin,
            include_stale=(),
            run_again_of=before,
        ),
    )


def _known(before: Prediction) -> tuple[str, ...]:
    """Confirmations that the service still asks for and that hold beyond the day."""
    lasting = {rule.code for rule in before.service.definition.rules if not rule.each_time}
    return tuple(code for code in before.confirmations if code in lasting)


def _kept(before: Prediction) -> dict[str, Any]:
    """Inputs given by hand, unless the chart has heard of a newer value since."""
    by_hand = {
        name: entry
        for name, entry in before.snapshot.items()
        if entry.status == "given" and entry.observation is None
    }
    newer = _in_chart_since(before, by_hand) if before.patient_id else set()
    version = permission.published_version(before.service)
    known = schema_of(version).names
    return {
        name: {"value": entry.value, "unit": entry.unit}
        for name, entry in by_hand.items()
        if name in known and name not in newer
    }


def _in_chart_since(before: Prediction, names: Any) -> set[str]:
    patient = before.patient
    if patient is None:
        return set()
    schema = schema_of(before.version)
    readings = feature_values(patient, schema, timezone.now())
    return {
        name
        for name in names
        if (at := readings[name].observed_at) is not None and at > before.index_at
    }
