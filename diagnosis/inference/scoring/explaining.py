"""Attributions of one result, in the words and units of the clinic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diagnosis.inference.scoring.interaction import interactions
from diagnosis.inference.scoring.score import matrix
from diagnosis.inference.snapshot.inputs import outside
from diagnosis.inference.snapshot.standing import against_typical
from diagnosis.inference.stored.entry import NOTHING, Entry, Snapshot
from diagnosis.inference.stored.reasons import LOG_ODDS, Attribution, Background
from diagnosis.inputs.kind import Part
from diagnosis.ml import Artifact, Feature
from diagnosis.ml.batch import Inputs, table_of
from diagnosis.ml.explain import Explanation, plan, shapley_values
from diagnosis.registry.models import ModelVersion
from diagnosis.results import shown_kind
from diagnosis.results.kind import Panel
from medportal.common.plain import written
from medportal.common.text import Text

SEED = 0
Note = Text | None
"""What a reviewer wrote of an input that goes against the usual."""


def is_slow(artifact: Artifact, snapshot: Snapshot) -> bool:
    """Whether explaining takes too long for the queue that doctors wait for."""
    return plan(artifact, matrix(artifact, snapshot), artifact.references).method == "kernel"


def fits(artifact: Artifact, snapshot: Snapshot, budget: int) -> bool:
    """Whether ``budget`` rows of the model explain it, exactly or by a sample with its error."""
    x = matrix(artifact, snapshot)
    try:
        return plan(artifact, x, artifact.references, budget).method != "kernel"
    except ValueError:  # too few rows for so many inputs
        return False


def shares(
    artifact: Artifact, before: Snapshot, now: Snapshot, estimate: str | None = None
) -> dict[str, float]:
    """What each input adds to the difference between two snapshots; they add up to it."""
    rows = matrix(artifact, now), matrix(artifact, before)
    found = shapley_values(artifact, *rows, seed=SEED, estimate=estimate)
    return dict(zip(artifact.schema.names, map(float, found.values[0]), strict=True))


@dataclass(frozen=True)
class Asked:
    """Of which estimate of several, and whether also on the log-odds: no slider waits for them."""

    estimate: str | None = None
    log_odds: bool = True


def explain(
    artifact: Artifact,
    snapshot: Snapshot,
    contradictions: Mapping[str, Note],
    version: ModelVersion | None = None,
    budget: int | None = None,
    *,
    asked: Asked | None = None,
) -> dict[str, Any]:
    """The stored content of an explanation (design, part 9), texts in both languages."""
    asked = asked or Asked()
    x = matrix(artifact, snapshot)
    found = shapley_values(
        artifact, x, artifact.references, seed=SEED, budget=budget, estimate=asked.estimate
    )
    kind = shown_kind(artifact.task.kind)
    has_log_odds = Panel.LOG_ODDS in kind.panels and artifact.task.outputs == 1
    also_log_odds = asked.log_odds and has_log_odds and found.method != "kernel"
    return {
        "method": found.method,
        "scale": kind.word,
        "output": kind.word,
        "base_value": float(np.asarray(found.base_value)),
        "prediction": float(found.predictions[0]),
        "additivity_gap": found.additivity_gap,
        "rows_evaluated": found.rows_evaluated,
        "seed": SEED,
        "background": written(_background(artifact, version)),
        "scales": {LOG_ODDS: _log_odds(artifact, x, budget)} if also_log_odds else {},
        "attributions": [
            _beside_typical(
                artifact,
                _attribution(
                    feature, index, snapshot.get(feature.name, NOTHING), found, contradictions
                ),
            ).to_dict()
            for index, feature in enumerate(artifact.schema)
        ],
    }


def explain_for_good(
    artifact: Artifact,
    snapshot: Snapshot,
    contradictions: Mapping[str, Note],
    version: ModelVersion,
    estimate: str | None = None,
) -> dict[str, Any]:
    """The same with the pairs that act together: what is stored, not what follows a slider."""
    figures = shown_kind(artifact.task.kind).figures(version.service.definition)
    found = explain(artifact, snapshot, contradictions, version, asked=Asked(estimate))
    if artifact.schema.blocks:  # pairs are told of tables
        return found
    x = table_of(matrix(artifact, snapshot))
    pairs = interactions(artifact, x, SEED, figures.grain, estimate=estimate)
    return {**found, "interactions": pairs}


def _log_odds(artifact: Artifact, x: Inputs, budget: int | None) -> dict[str, Any]:
    """The same reasons on the scale on which many models add up, for those who think in it."""
    found = shapley_values(
        artifact, x, artifact.references, seed=SEED, output="logit", budget=budget
    )
    errors = found.standard_errors
    return {
        "base_value": float(np.asarray(found.base_value)),
        "prediction": float(found.predictions[0]),
        "method": found.method,
        "contributions": {
            name: {
                "contribution": float(found.values[0, index]),
                "standard_error": None if errors is None else _known(errors[0, index]),
            }
            for index, name in enumerate(artifact.schema.names)
        },
    }


def _known(error: Any) -> float | None:
    return None if error is None or np.isnan(error) else float(error)


def _background(artifact: Artifact, version: ModelVersion | None) -> Background:
    """With whom the patient is compared: so many of those that the model learnt from, and when."""
    day = None if version is None else version.published_at or version.created_at
    return Background(
        name=artifact.manifest.get("people") or artifact.name,
        rows=len(artifact.background),
        population=artifact.population,
        version=None if version is None else version.number,
        date=None if day is None else day.isoformat(),
    )


def _beside_typical(artifact: Artifact, found: Attribution) -> Attribution:
    """With what eight of ten of the training patients have, where the artifact says it."""
    known = artifact.novelty.typical(found.feature) if artifact.novelty is not None else None
    side = against_typical(found.converted, known) if found.converted is not None else ""
    return replace(
        found,
        typical_range=[known[0], known[2]] if known else None,
        typical_median=known[1] if known else None,
        against_typical=side or None,
    )


def _attribution(
    feature: Feature,
    index: int,
    entry: Entry,
    found: Explanation,
    contradictions: Mapping[str, Note],
) -> Attribution:
    errors = found.standard_errors
    converted = entry.converted
    category = None if converted is None else feature.category(converted)
    return Attribution(
        feature=feature.name,
        label=dict(feature.label),
        value=entry.value,
        value_label=dict(category.label) if category else None,
        unit=None if feature.codes else entry.unit,
        converted=converted,
        feature_unit=feature.unit,
        decimals=feature.decimals,
        observed_at=entry.observed_at,
        source=entry.source,
        observation=entry.observation,
        reference_range=list(feature.reference_range) if feature.reference_range else None,
        outside_range=outside(feature, converted),
        family=dict(feature.family) if feature.family else None,
        direction=feature.direction,
        imputed=entry.is_missing,
        against_usual=feature.name in contradictions,
        against_usual_note=contradictions.get(feature.name),
        contribution=float(found.values[0, index]),
        standard_error=None if errors is None else _known(errors[0, index]),
        coalition_error=_known(found.coalition_errors[0, index]),
        parts=tuple(
            Part(part.name, float(part.values[0])) for part in found.parts.get(feature.name, ())
        ),
    )
