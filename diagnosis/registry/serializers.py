"""Shapes of services over REST."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from rest_framework import serializers

from diagnosis.registry.models import ModelVersion

Base = serializers.Serializer[Any]


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
