"""Services as others read them (design, part 9): one language, written once at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from diagnosis.ml import Feature, FeatureSchema
from diagnosis.registry.models import ModelVersion, Service, VersionStructure
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.sheet.rules import Rule
from diagnosis.registry.sheet.sheets import NotFor, Sheet
from diagnosis.registry.versions import findings
from medportal.common.text import localized

METRICS = ("auroc", "brier", "calibration_slope", "recall", "specificity")
Passed = Mapping[str, Any]
"""What a model's file says, passed on as it is and read by nobody here."""


@dataclass(frozen=True)
class Links:
    self: str
    predictions: str
    page: str


@dataclass(frozen=True)
class VersionShape:
    id: UUID
    number: int
    state: str
    digest: str
    published_at: datetime | None
    metrics: Passed


@dataclass(frozen=True)
class Summary:
    slug: str
    name: str
    question: str
    sheet_version: int
    validity_days: int
    offered_on_chart: bool
    version: VersionShape | None
    links: Links


@dataclass(frozen=True)
class CategoryShape:
    value: str
    label: str


@dataclass(frozen=True)
class CodeShape:
    kind: str
    system: str
    code: str


@dataclass(frozen=True)
class InputShape:
    feature: str
    label: str
    kind: str
    unit: str | None
    units: tuple[str, ...]
    unit_required: bool
    required: bool
    bounds: tuple[float, float] | None
    limits: tuple[float, float] | None
    look_back_days: int | None
    categories: list[CategoryShape]
    codes: list[CodeShape]
    definition: str


@dataclass(frozen=True)
class NotForShape:
    text: str
    rules: tuple[str, ...]
    inputs: tuple[str, ...]
    checked: bool


@dataclass(frozen=True)
class RuleShape:
    code: str
    kind: str
    reason: str
    asks: bool


@dataclass(frozen=True)
class BandShape:
    code: str
    label: str
    lower: float
    upper: float
    upper_inclusive: bool
    action: str
    source: str


@dataclass(frozen=True)
class ActionShape:
    code: str
    label: str
    is_free: bool


@dataclass(frozen=True)
class Full(Summary):
    when: str
    user: str
    never: list[str]
    not_for: list[NotForShape]
    population_note: str
    inputs: list[InputShape]
    population: list[RuleShape]
    bands: list[BandShape]
    actions: list[ActionShape]


@dataclass(frozen=True)
class FindingShape:
    code: str
    features: tuple[str, ...]
    figures: Passed
    message: str
    answer: str | None


@dataclass(frozen=True)
class ModelShape:
    version: VersionShape
    structure: Passed | None
    explanations: Passed | None
    findings: list[FindingShape] | None


def model(version: ModelVersion, kept: VersionStructure | None) -> ModelShape:
    return ModelShape(
        version=_version(version),
        structure=None if kept is None else kept.made_of,
        explanations=version.manifest.get("explanations"),
        findings=_findings(version) if findings.are_told(version) else None,
    )


def _findings(version: ModelVersion) -> list[FindingShape]:
    return [
        FindingShape(
            code=finding.code,
            features=finding.features,
            figures=finding.figures,
            message=localized(finding.message),
            answer=None if finding.answer is None else finding.answer.words,
        )
        for finding in findings.of(version)
    ]


def _version(version: ModelVersion) -> VersionShape:
    metrics = version.manifest.get("metrics") or {}
    return VersionShape(
        id=version.pk,
        number=version.number,
        state=version.state,
        digest=version.digest,
        published_at=version.published_at,
        metrics={name: metrics[name] for name in METRICS if name in metrics},
    )


def summary(service: Service, version: ModelVersion | None) -> Summary:
    here = f"/api/v1/services/{service.slug}"
    return Summary(
        slug=service.slug,
        name=service.name,
        question=service.question,
        sheet_version=service.sheet.number,
        validity_days=service.validity_days,
        offered_on_chart=service.offered_on_chart,
        version=None if version is None else _version(version),
        links=Links(
            self=here, predictions=f"{here}/predictions", page=f"/services/{service.slug}/"
        ),
    )


def full(service: Service, version: ModelVersion | None) -> Full:
    sheet, schema = service.definition, service.sheet.features
    if version is not None:
        schema = FeatureSchema.from_dict(version.manifest["schema"])
    return Full(
        **vars(summary(service, version)),
        when=localized(sheet.when),
        user=localized(sheet.user),
        never=[localized(point.text) for point in sheet.never],
        not_for=[_not_for(point) for point in sheet.never],
        population_note=localized(sheet.population_note),
        inputs=[_input(feature) for feature in schema],
        population=[_rule(rule) for rule in sheet.refusing],
        bands=[_band(sheet, band) for band in sheet.bands],
        actions=[ActionShape(one.code, localized(one.label), one.free) for one in sheet.actions],
    )


def _input(feature: Feature) -> InputShape:
    return InputShape(
        feature=feature.name,
        label=localized(feature.label),
        kind=feature.kind,
        unit=feature.unit,
        units=feature.units,
        unit_required=feature.unit_required,
        required=feature.required,
        bounds=feature.bounds,
        limits=feature.limits,
        look_back_days=feature.look_back_days,
        categories=[CategoryShape(one.value, localized(one.label)) for one in feature.categories],
        codes=[CodeShape(one.kind, one.system, one.code) for one in feature.sources],
        definition=localized(feature.definition),
    )


def _not_for(point: NotFor) -> NotForShape:
    return NotForShape(localized(point.text), point.rules, point.inputs, point.is_checked)


def _rule(rule: Rule) -> RuleShape:
    return RuleShape(rule.code, rule.kind, localized(rule.question or rule.reason), rule.asks)


def _band(sheet: Sheet, band: Band) -> BandShape:
    return BandShape(
        code=band.code,
        label=localized(band.label),
        lower=band.lower,
        upper=band.upper,
        upper_inclusive=band.upper_inclusive,
        action=localized(sheet.action_label(band.action)),
        source=localized(band.source),
    )
