"""Shapes of predictions over REST; what is written and what is read are different classes."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from diagnosis.inference.models import Decision, Prediction
from diagnosis.inference.rest.next_serializers import NextMeasurementSerializer
from diagnosis.inference.rest.reason_serializers import (
    AddedValueSerializer,
    AnyValue,
    ExplanationSerializer,
)
from diagnosis.inference.rest.result_serializers import EstimateSerializer, ResultSerializer
from medportal.common.web.rest import PagesSerializer, StrictSerializer

Base = serializers.Serializer[Any]


class PredictionRequestSerializer(StrictSerializer):
    """A patient, inputs, or both: inputs given override the chart."""

    patient = serializers.CharField(required=False, allow_null=True, max_length=60)
    inputs = serializers.DictField(
        required=False, help_text="feature → value, or {value, unit}; null leaves it out"
    )
    confirmations = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=20
    )
    include_stale = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=100
    )
    own_estimate = serializers.FloatField(required=False, allow_null=True)
    what_if = serializers.BooleanField(
        required=False, help_text="changed inputs: kept apart, never part of a decision"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("patient") is None and not attrs.get("inputs"):
            raise serializers.ValidationError(
                _("Give a patient, inputs, or both."), code="required"
            )
        return attrs


class PredictionQuestionsSerializer(PagesSerializer):
    """Which predictions: of one patient, of one service, in one state."""

    patient = serializers.UUIDField(required=False)
    service = serializers.SlugField(required=False, max_length=60)
    state = serializers.ChoiceField(choices=Prediction.State.choices, required=False)


class LinksSerializer(Base):
    self = serializers.CharField()
    page = serializers.CharField()
    service = serializers.CharField()


class InputSerializer(Base):
    value = AnyValue(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)
    origin = serializers.CharField(allow_null=True, help_text="who brought it into the chart")
    observed_at = serializers.DateTimeField(allow_null=True)
    observation = serializers.UUIDField(
        allow_null=True, help_text="the value of the chart that was used"
    )
    status = serializers.CharField()
    converted = serializers.FloatField(allow_null=True)


class GroundSerializer(Base):
    code = serializers.CharField()
    message = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())
    cure = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_blank=True)
    confirmation = serializers.CharField(
        required=False, allow_blank=True, help_text="what to send in confirmations, if anything"
    )


class RefusalSerializer(GroundSerializer):
    findings = GroundSerializer(many=True)
    next_measurement = NextMeasurementSerializer(required=False, allow_null=True)


class WarningSerializer(Base):
    code = serializers.CharField()
    message = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())


class StandingRuleSerializer(WarningSerializer):
    """A rule of the service that holds whatever the score, also beside a refusal."""

    cure = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_blank=True)


class RunSerializer(Base):
    """What every prediction has, in lists too."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Prediction.State.choices)
    service = serializers.CharField()
    version = serializers.UUIDField()
    sheet_version = serializers.IntegerField(
        help_text="the edition of the service's sheet that it was made under, and is read by"
    )
    patient = serializers.UUIDField(allow_null=True)
    origin = serializers.ChoiceField(choices=Prediction.Origin.choices)
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    is_expired = serializers.BooleanField()


class PredictionSummarySerializer(RunSerializer):
    probability = serializers.FloatField(allow_null=True)
    estimate = EstimateSerializer(required=False)
    band = serializers.CharField(allow_null=True)
    links = LinksSerializer()


class PredictionSerializer(RunSerializer):
    index_at = serializers.DateTimeField()
    inputs = serializers.DictField(child=InputSerializer())
    confirmations = serializers.ListField(child=serializers.CharField())
    result = ResultSerializer(allow_null=True)
    explanation = ExplanationSerializer(allow_null=True)
    added_value = AddedValueSerializer(allow_null=True)
    standing_rules = StandingRuleSerializer(many=True)
    refusal = RefusalSerializer(allow_null=True)
    warnings = WarningSerializer(many=True)
    failure_code = serializers.CharField(allow_null=True)
    links = LinksSerializer()


class DecisionRequestSerializer(StrictSerializer):
    assessment = serializers.ChoiceField(
        choices=Decision.Assessment.choices,
        required=False,
        allow_blank=True,
        help_text="of the estimate; left out for a refused run, which has none",
    )
    action = serializers.CharField(max_length=60)
    action_text = serializers.CharField(required=False, allow_blank=True, max_length=200)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=20)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    amends = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="the decision that you have read, null if none: 409 if another stands by now",
    )

    def validate_amends(self, value: UUID | None) -> str:
        return str(value or "")


class DecisionSerializer(Base):
    id = serializers.UUIDField()
    prediction = serializers.UUIDField()
    assessment = serializers.CharField(allow_null=True, help_text="null for a refused run")
    action = serializers.CharField()
    action_text = serializers.CharField(allow_blank=True)
    usual_action = serializers.CharField(allow_null=True)
    is_override = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    comment = serializers.CharField(allow_blank=True)
    own_estimate = serializers.FloatField(allow_null=True)
    decided_at = serializers.DateTimeField()
    amends = serializers.UUIDField(allow_null=True)


class WrongPatientSerializer(StrictSerializer):
    """``withdraw``: values that this run's form stored, those of its inputs that were given."""

    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="needed to withdraw values"
    )
    withdraw = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)


class HappenedSerializer(StrictSerializer):
    """What happened to the patient of one prediction."""

    event = serializers.BooleanField()
    occurred_on = serializers.DateField(
        help_text="the day of the event; without it, of the kind `survival`, the last day on which"
        " the patient is known to have been free of it"
    )
    source = serializers.CharField(max_length=120)


class OutcomeRequestSerializer(HappenedSerializer):
    service = serializers.CharField(max_length=60)
    patient = serializers.CharField(max_length=60)


class OutcomeSerializer(Base):
    id = serializers.UUIDField()
    service = serializers.CharField()
    patient = serializers.UUIDField()
    event = serializers.BooleanField()
    occurred_on = serializers.DateField()
    source = serializers.CharField()


class MissingSerializer(Base):
    feature = serializers.CharField()
    label = serializers.CharField()
    status = serializers.CharField()
    units = serializers.ListField(child=serializers.CharField())


class ReasonSerializer(Base):
    code = serializers.CharField()
    message = serializers.CharField()
    cure = serializers.CharField(allow_blank=True)


class QuestionSerializer(Base):
    code = serializers.CharField()
    message = serializers.CharField()


class NewerSerializer(Base):
    feature = serializers.CharField()
    label = serializers.CharField()
    observed_at = serializers.DateTimeField()
    withdrawn = serializers.BooleanField(help_text="The value itself no longer holds.")


class FitLinksSerializer(Base):
    service = serializers.CharField()
    predictions = serializers.CharField()


class ServiceFitSerializer(Base):
    """``status``: ready, nearly, confirm, lacking, does_not_fit, stopped or not_offered."""

    service = serializers.CharField()
    name = serializers.CharField()
    question = serializers.CharField()
    status = serializers.CharField()
    version = serializers.UUIDField()
    missing = MissingSerializer(many=True)
    reasons = ReasonSerializer(many=True)
    questions = QuestionSerializer(many=True)
    standing_rules = StandingRuleSerializer(many=True)
    last = PredictionSummarySerializer(allow_null=True)
    newer_data = NewerSerializer(many=True)
    links = FitLinksSerializer()


class ServiceFitsSerializer(Base):
    """All on one page: a hospital has a handful of services."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ServiceFitSerializer(many=True)
