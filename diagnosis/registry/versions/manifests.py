"""What a manifest must hold before its artifact can become a version of a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from diagnosis.ml import Feature, FeatureSchema, MLError, SchemaError
from diagnosis.ml.explain.overall import holds_together
from diagnosis.ml.learning.table_findings import hold_together
from diagnosis.ml.results.targets import Task
from diagnosis.ml.schema import TREATMENT
from diagnosis.registry.models import Service
from diagnosis.registry.sheet import answers
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import DomainError, Pointer
from medportal.common.json_bodies import step

REQUIRED = ("schema", "task", "metrics", "training", "files")


@dataclass(frozen=True)
class Told:
    """What of a manifest decides whether it fits, read once."""

    lacking: tuple[str, ...]
    task: str | None
    estimates: tuple[str, ...]
    """What it answers, by name; none for a task that cannot be read."""
    explained: tuple[str, ...]
    schema: Any
    hidden: frozenset[str]
    """Inputs without which it was measured."""
    explanations: Any
    findings: Any
    is_older: bool
    """It was made before tables were looked at."""

    @classmethod
    def from_dict(cls, manifest: Mapping[str, Any]) -> Told:
        task = manifest.get("task")
        read = _task(task)
        return cls(
            estimates=tuple(read.result.scales(read)) if read else (),
            explained=read.result.explained(read) if read else (),
            lacking=tuple(name for name in REQUIRED if not manifest.get(name)),
            task=task.get("kind") if isinstance(task, Mapping) else None,
            schema=manifest.get("schema"),
            hidden=frozenset(manifest.get("missing_metrics") or ()),
            explanations=manifest.get("explanations"),
            findings=manifest.get("findings"),
            is_older="findings" not in manifest,
        )


def _task(given: Any) -> Task | None:
    try:
        return Task.from_dict(given)
    except (MLError, AttributeError, KeyError, TypeError, ValueError):
        return None


def check(told: Told, service: Service) -> None:
    """DomainError with a pointer to each thing that keeps it from serving ``service``."""
    problems = list(_problems(told, service))
    if problems:
        raise DomainError(
            "manifest_invalid", _("The artifact does not fit this service."), pointers=problems
        )


def _problems(told: Told, service: Service) -> Iterator[Pointer]:
    for name in told.lacking:
        yield Pointer(f"/{name}", "required", _("The manifest lacks it."))
    if told.lacking:
        return
    yield from _kind(str(told.task), service.definition.kind)
    yield from _estimates(told, service.definition)
    try:
        theirs = FeatureSchema.from_dict(told.schema)
    except SchemaError as error:
        yield Pointer("/schema", "invalid", str(error))
        return
    ours = service.sheet.features
    if theirs.names != ours.names:
        yield Pointer("/schema", "names_differ", _("The inputs are not those of the service."))
        return
    yield from _differences(ours, theirs)
    yield from _may_be_missing(told, ours)
    if told.explanations is not None and not holds_together(told.explanations, ours.names):
        yield Pointer("/explanations", "invalid", _("What the model looks at cannot be read."))
    if not told.is_older and not hold_together(told.findings):
        text = _("What was found in the training table cannot be read.")
        yield Pointer("/findings", "invalid", text)


def _kind(theirs: str, ours: str) -> Iterator[Pointer]:
    """A kind reaches clinicians once it has pages, and only where the sheet speaks of it."""
    if answers.named(theirs) is None:
        text = _("No page can show an answer of the kind {name}. There are: {names}.")
        said = text.format(name=theirs, names=answers.names())
        yield Pointer("/task/kind", "unknown_kind", said)
    elif theirs != ours:
        text = _("The model answers {theirs}, the service asks for {ours}.")
        yield Pointer("/task/kind", "kind_differs", text.format(theirs=theirs, ours=ours))


def _estimates(told: Told, sheet: Sheet) -> Iterator[Pointer]:
    """A sheet that names the numbers of an answer names those of the model, each in words."""
    if not sheet.estimates or told.task != sheet.kind:
        return
    answered = set(told.estimates)
    named = {one.name for one in sheet.estimates}
    for name in sorted(answered - named):
        text = _("The sheet has no words for a number of the model.")
        yield Pointer(f"/estimates/{step(name)}", "no_words", text)
    for name in sorted(named - answered):
        text = _("The model answers no such number.")
        yield Pointer(f"/estimates/{step(name)}", "unknown_estimate", text)
    for one in sheet.estimates:
        if one.explained and one.name in answered and one.name not in told.explained:
            text = _("The model gives no reasons for this number.")
            yield Pointer(f"/estimates/{step(one.name)}", "not_explained", text)


def _differences(ours: FeatureSchema, theirs: FeatureSchema) -> Iterator[Pointer]:
    for mine, other in zip(ours, theirs, strict=True):
        place = f"/schema/features/{mine.name}"
        if (mine.role == TREATMENT) != (other.role == TREATMENT):
            yield Pointer(place, "role", _("Model and service must agree on what is a treatment."))
        if _shape(mine) != _shape(other):
            yield Pointer(place, "differs", _("Kind, unit or categories differ from the service."))


def _shape(feature: Feature) -> tuple[Any, ...]:
    categories = tuple((category.code, category.value) for category in feature.categories)
    return feature.kind, feature.shape, feature.unit, categories


def _may_be_missing(told: Told, schema: FeatureSchema) -> Iterator[Pointer]:
    """A feature may only be left out where the manifest says how the model does without it."""
    for feature in schema:
        if not feature.required and feature.name not in told.hidden:
            yield Pointer(
                f"/missing_metrics/{feature.name}",
                "required",
                _("An input that may be missing needs the metrics with it hidden."),
            )
