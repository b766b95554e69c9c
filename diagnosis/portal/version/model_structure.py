"""How a version's model is made, as its page shows it: diagram, layers, weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.ml.schema import FeatureSchema
from diagnosis.portal.charts.histogram import Histogram, histogram
from diagnosis.portal.charts.layers import Diagram, diagram
from diagnosis.portal.version import model_sentences as words
from diagnosis.portal.version.model_weights import (
    EnteringRow,
    WeightRow,
    entering_rows,
    weight_rows,
)
from diagnosis.portal.words.figures import figures
from diagnosis.registry.models import ModelVersion, VersionStructure

Entry = Mapping[str, Any]
SPREADS: dict[str, str | Promise] = {
    "weights": _("Weights"),
    "bias": _("Constants"),
}
ANSWERS: dict[str, str | Promise] = {
    "preprocessing": _("Values of the columns"),
    "dense": _("Answers of the units"),
    "score": _("Score"),
    "calibration": _("Calibrated score (log-odds)"),
    "result": _("Results"),
}


@dataclass(frozen=True)
class Spread:
    """How many numbers there are and how they are spread."""

    label: str
    n: int
    picture: Histogram | None
    low: str
    high: str
    quantiles: tuple[str, ...]


@dataclass(frozen=True)
class Layer:
    """One layer, in words and figures."""

    title: str
    shape: str
    sentence: str
    dead: str
    spreads: tuple[Spread, ...]
    curve: tuple[tuple[str, str], ...]
    """The corners of an isotonic calibration: score and probability."""


@dataclass(frozen=True)
class Structure:
    """The whole model."""

    summary: str
    rows: int
    diagram: Diagram
    layers: tuple[Layer, ...]
    weights: tuple[WeightRow, ...]
    entering: tuple[EnteringRow, ...]
    is_deep: bool
    is_number: bool = False
    """What is learnt is added up to the number itself, on no scale of odds."""


def structure(version: ModelVersion) -> Structure | None:
    """None for a version whose file does not hold the model in plain numbers."""
    kept = VersionStructure.objects.filter(version=version).first()
    return None if kept is None else shown(kept.made_of, version.manifest)


def shown(made_of: Entry, manifest: Entry) -> Structure:
    schema = FeatureSchema.from_dict(manifest["schema"])
    given = made_of["layers"]
    is_deep = any(layer["kind"] == "dense" for layer in given)
    is_number = words.is_number(made_of)
    boxes = [
        (
            words.title(layer, is_deep=is_deep),
            words.shape(layer),
            layer["outputs"] if layer["kind"] == "dense" else 0,
            layer.get("dead") or (),
        )
        for layer in given
    ]
    return Structure(
        summary=words.summary(made_of),
        rows=made_of["rows"],
        diagram=diagram(boxes),
        layers=tuple(
            _layer(layer, made_of["rows"], is_deep=is_deep, is_number=is_number) for layer in given
        ),
        weights=weight_rows(made_of, schema),
        entering=entering_rows(made_of, schema),
        is_deep=is_deep,
        is_number=is_number,
    )


def _layer(layer: Entry, rows: int, *, is_deep: bool, is_number: bool) -> Layer:
    labels = {**SPREADS, "activations": ANSWERS.get(layer["kind"], "")}
    curve = zip(layer.get("scores", ()), layer.get("probabilities", ()), strict=True)
    return Layer(
        title=words.title(layer, is_deep=is_deep),
        shape=words.shape(layer),
        sentence=words.sentence(layer, is_deep=is_deep, is_number=is_number),
        dead=words.dead(layer, rows),
        spreads=tuple(
            _spread(str(label), layer[name]) for name, label in labels.items() if layer.get(name)
        ),
        curve=tuple((figures(score), figures(p)) for score, p in curve),
    )


def _spread(label: str, given: Entry) -> Spread:
    quantiles = tuple(figures(value) for value in given["quantiles"])
    return Spread(
        label,
        given["n"],
        histogram(given),
        figures(given["low"]),
        figures(given["high"]),
        quantiles,
    )
