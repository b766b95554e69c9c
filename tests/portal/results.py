"""Finished runs for the pages' tests: a real artifact, scored and explained for real."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Organisation, User
from diagnosis.inference.before.facts import read_facts
from diagnosis.inference.before.warnings import of_run
from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.scoring import explaining, score
from diagnosis.inference.stored.entry import Entry, written_snapshot
from diagnosis.ml import Artifact
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions import contradictions, store
from diagnosis.results.stored import written_result
from medportal.settings.base import ROOT
from tests.factories import (
    ExplanationFactory,
    ModelVersionFactory,
    PredictionFactory,
    ServiceFactory,
)

ARTIFACTS = ROOT / "medportal" / "demo" / "data" / "artifacts"
SLUG = "breast-mass"
MASS = {"age": 57, "shape": "irregular", "margin": "spiculated", "density": "low"}


@lru_cache
def artifact_of(slug: str = SLUG) -> Artifact:
    return Artifact.load(ARTIFACTS / slug)


def in_store(slug: str = SLUG) -> None:
    """So that a process which loads the version's artifact finds it."""
    if not default_storage.exists(store.object_name(artifact_of(slug).digest)):
        store.keep(ARTIFACTS / slug)


def version_of(
    organisation: Organisation | None = None,
    slug: str = SLUG,
    service: Service | None = None,
    **fields: Any,
) -> ModelVersion:
    """A version with the real manifest of one of the demonstration's models."""
    artifact = artifact_of(slug)
    if service is None:
        service = ServiceFactory(
            slug=slug, **({"organisation": organisation} if organisation else {})
        )
    return ModelVersionFactory(
        service=service, manifest=artifact.manifest, digest=artifact.digest, **fields
    )


def snapshot_of(version: ModelVersion, **values: Any) -> dict[str, Entry]:
    """Each input as the chart would give it, seen this morning; None was not measured."""
    seen = (timezone.now() - timedelta(hours=3)).isoformat()
    snapshot = {}
    for feature in artifact_of(version.service.slug).schema:
        value = values.get(feature.name)
        converted = None
        if value is not None:
            converted = float(
                artifact_of(version.service.slug).schema.matrix([{feature.name: value}])[
                    0, artifact_of(version.service.slug).schema.names.index(feature.name)
                ]
            )
        snapshot[feature.name] = Entry(
            value=value,
            unit=feature.unit,
            converted=converted,
            source="chart" if value is not None else None,
            observed_at=seen if value is not None else None,
            status="current" if value is not None else "missing",
        )
    return snapshot


def finished(
    version: ModelVersion,
    requested_by: User,
    patient: Any = None,
    values: dict[str, Any] | None = None,
    **fields: Any,
) -> Prediction:
    """A run that is done, with its reasons."""
    artifact = artifact_of(version.service.slug)
    snapshot = snapshot_of(version, **(values or MASS))
    result = score.score(artifact, version.service.definition, snapshot)
    prediction = PredictionFactory(
        version=version,
        patient=patient,
        requested_by=requested_by,
        inputs=written_snapshot(snapshot),
        result=written_result(result),
        headline=result.headline.value,
        band=result.band.code if result.band else "",
        **fields,
    )
    facts = read_facts(patient, [version.service], timezone.now())
    prediction.warnings = [one.to_dict() for one in of_run(prediction, result, facts)]
    prediction.save()
    notes = {
        feature: contradictions.note(version, feature) for feature in contradictions.found(version)
    }
    ExplanationFactory(
        prediction=prediction,
        state=Job.State.DONE,
        content=explaining.explain_for_good(artifact, snapshot, notes, version),
    )
    return prediction
