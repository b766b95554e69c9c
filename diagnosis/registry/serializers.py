"""Shapes of services over REST."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from rest_framework import serializers

from diagnosis.registry.models import ModelVersion, Service, VersionStructure
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.sheet.rules import Rule
from diagnosis.registry.sheet.sheets import Action, NotFor, Sheet
from diagnosis.registry.versions import findings
from medportal.common.text import localized

Base = serializers.Serializer[Any]
METRICS = ("auroc", "brier", "calibration_slope", "recall", "specificity")


class ServiceLinksSerializer(Base):
    self = serializers.CharField()
    predictions = serializers.CharField()
    page = serializers.CharField()


class VersionSerializer(Base):
    """The version that answers now; its rows of patients stay in the object store."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ModelVersion.State.choices)
    digest = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    metrics = serializers.DictField(child=serializers.DictField())


class ServiceSummarySerializer(Base):
    slug = serializers.CharField()
    name = serializers.CharField()
    question = serializers.CharField()
    sheet_version = serializers.IntegerField(
        help_text="the edition of the sheet that runs asked for now are made under"
    )
    validity_days = serializers.IntegerField()
    offered_on_chart = serializers.BooleanField()
    version = VersionSerializer(allow_null=True)
    links = ServiceLinksSerializer()


class CategorySerializer(Base):
    value = serializers.CharField()
    label = serializers.CharField()


class SourceCodeSerializer(Base):
    kind = serializers.CharField()
    system = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)


class ServiceInputSerializer(Base):
    """One input: how it is called, in which units it is read, where the chart has it."""

    feature = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField()
    unit = serializers.CharField(allow_null=True)
    units = serializers.ListField(child=serializers.CharField())
    unit_required = serializers.BooleanField()
    required = serializers.BooleanField()
    bounds = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    limits = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    look_back_days = serializers.IntegerField(allow_null=True)
    categories = CategorySerializer(many=True)
    codes = SourceCodeSerializer(many=True)
    definition = serializers.CharField(allow_blank=True)


class ServiceBandSerializer(Base):
    code = serializers.CharField()
    label = serializers.CharField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()
    upper_inclusive = serializers.BooleanField()
    action = serializers.CharField()
    source = serializers.CharField()


class ServiceRuleSerializer(Base):
    code = serializers.CharField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    asks = serializers.BooleanField()


class ServiceActionSerializer(Base):
    code = serializers.CharField()
    label = serializers.CharField()
    is_free = serializers.BooleanField()


class NotForSerializer(Base):
    """One point of ``never``: by which rules or required inputs a run checks it, if it can."""

    text = serializers.CharField()
    rules = serializers.ListField(child=serializers.CharField())
    inputs = serializers.ListField(child=serializers.CharField())
    checked = serializers.BooleanField()


class ServiceSerializer(ServiceSummarySerializer):
    when = serializers.CharField()
    user = serializers.CharField()
    never = serializers.ListField(child=serializers.CharField())
    not_for = NotForSerializer(many=True)
    population_note = serializers.CharField(allow_blank=True)
    inputs = ServiceInputSerializer(many=True)
    population = ServiceRuleSerializer(many=True)
    bands = ServiceBandSerializer(many=True)
    actions = ServiceActionSerializer(many=True)


class TrainingFindingSerializer(Base):
    code = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())
    figures = serializers.DictField()
    message = serializers.CharField()
    answer = serializers.CharField(allow_null=True)


class ModelSerializer(Base):
    """The inside of the version that answers; both parts are null where its file is older.

    ``structure``: layers with shapes, numbers of parameters, quantiles and histograms of weights
    and answers, units that never answer, and what a step of each input does to the log-odds.
    ``explanations``: mean absolute Shapley value of each input with its interval, contributions
    by value in bins, pairs that act together. No row of a patient is in either.
    ``findings``: what was odd about the training table, each with the reviewer's answer.
    """

    version = VersionSerializer()
    structure = serializers.DictField(allow_null=True)
    explanations = serializers.DictField(allow_null=True)
    findings = TrainingFindingSerializer(many=True, allow_null=True)


def model(version: ModelVersion, kept: VersionStructure | None) -> dict[str, Any]:
    return {
        "version": _version(version),
        "structure": None if kept is None else kept.made_of,
        "explanations": version.manifest.get("explanations"),
        "findings": _findings(version) if findings.are_told(version) else None,
    }


def _findings(version: ModelVersion) -> list[dict[str, Any]]:
    return [
        {
            "code": finding.code,
            "features": list(finding.features),
            "figures": finding.figures,
            "message": localized(finding.message),
            "answer": None if finding.answer is None else finding.answer.words,
        }
        for finding in findings.of(version)
    ]


def _version(version: ModelVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    metrics = version.manifest.get("metrics") or {}
    return {
        "id": version.pk,
        "number": version.number,
        "state": version.state,
        "digest": version.digest,
        "published_at": version.published_at,
        "metrics": {name: metrics[name] for name in METRICS if name in metrics},
    }


def summary(service: Service, version: ModelVersion | None) -> dict[str, Any]:
    here = f"/api/v1/services/{service.slug}"
    return {
        "slug": service.slug,
        "name": service.name,
        "question": service.question,
        "sheet_version": service.sheet.number,
        "validity_days": service.validity_days,
        "offered_on_chart": service.offered_on_chart,
        "version": _version(version),
        "links": {
            "self": here,
            "predictions": f"{here}/predictions",
            "page": f"/services/{service.slug}/",
        },
    }


def full(service: Service, version: ModelVersion | None) -> dict[str, Any]:
    sheet = service.definition
    schema = version.manifest["schema"] if version is not None else service.sheet.schema
    return {
        **summary(service, version),
        "when": localized(sheet.when),
        "user": localized(sheet.user),
        "never": [localized(point.text) for point in sheet.never],
        "not_for": [_not_for(point) for point in sheet.never],
        "population_note": localized(sheet.population_note),
        "inputs": [_input(feature) for feature in schema["features"]],
        "population": [_rule(rule) for rule in sheet.population],
        "bands": [_band(sheet, band) for band in sheet.bands],
        "actions": [_action(action) for action in sheet.actions],
    }


def _input(feature: dict[str, Any]) -> dict[str, Any]:
    own = [feature["unit"]] if feature.get("unit") else []
    return {
        "feature": feature["name"],
        "label": localized(feature["label"]),
        "kind": feature.get("kind", "number"),
        "unit": feature.get("unit"),
        "units": [*own, *(feature.get("conversions") or {})],
        "unit_required": feature.get("unit_required", False),
        "required": feature.get("required", False),
        "bounds": feature.get("bounds"),
        "limits": feature.get("limits"),
        "look_back_days": feature.get("look_back_days"),
        "categories": [
            {"value": category["value"], "label": localized(category["label"])}
            for category in feature.get("categories") or ()
        ],
        "codes": [
            {"kind": s["kind"], "system": s.get("system", ""), "code": s.get("code", "")}
            for s in feature.get("sources") or ()
        ],
        "definition": localized(feature.get("definition")),
    }


def _not_for(point: NotFor) -> dict[str, Any]:
    return {
        "text": localized(point.text),
        "rules": point.rules,
        "inputs": point.inputs,
        "checked": point.is_checked,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "kind": rule.kind,
        "reason": localized(rule.question or rule.reason),
        "asks": rule.asks,
    }


def _band(sheet: Sheet, band: Band) -> dict[str, Any]:
    return {
        "code": band.code,
        "label": localized(band.label),
        "lower": band.lower,
        "upper": band.upper,
        "upper_inclusive": band.upper_inclusive,
        "action": localized(sheet.action_label(band.action)),
        "source": localized(band.source),
    }


def _action(action: Action) -> dict[str, Any]:
    return {"code": action.code, "label": localized(action.label), "is_free": action.free}
