"""Shapes of the reasons of a result over REST."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from diagnosis.inference.models import Prediction

Base = serializers.Serializer[Any]


@extend_schema_field(
    {
        "oneOf": [
            {"type": "number"},
            {"type": "string"},
            {"type": "array", "items": {"type": "number"}},
        ]
    }
)
class AnyValue(serializers.JSONField):
    """A number, a category's word, the numbers of a kind that has several, or nothing."""


class AttributionPartSerializer(Base):
    """One part of an input that has several; they add up to its contribution."""

    name = serializers.CharField()
    contribution = serializers.FloatField()


class AttributionSerializer(Base):
    feature = serializers.CharField()
    label = serializers.CharField()
    value = AnyValue(allow_null=True)
    value_label = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    contribution = serializers.FloatField()
    standard_error = serializers.FloatField(
        allow_null=True, help_text="all of it: other patients to compare with, and the computation"
    )
    coalition_error = serializers.FloatField(
        allow_null=True, help_text="of the computation alone: 0 where it is exact"
    )
    distinguishable = serializers.BooleanField(help_text="its 95 % interval leaves out zero")
    imputed = serializers.BooleanField()
    against_usual = serializers.BooleanField()
    observed_at = serializers.DateTimeField(allow_null=True)
    observation = serializers.UUIDField(
        allow_null=True, help_text="the value of the chart that was used"
    )
    reference_range = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    outside_range = serializers.ChoiceField(choices=("above", "below"), allow_null=True)
    typical_range = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="what eight of ten of the patients have from whom the model learned",
    )
    typical_median = serializers.FloatField(allow_null=True)
    against_typical = serializers.ChoiceField(
        choices=("below", "lower", "middle", "upper", "above"),
        allow_null=True,
        help_text="outside that range, or in which half of it",
    )
    family = serializers.CharField(allow_null=True, help_text="laboratory, history and the like")
    parts = AttributionPartSerializer(many=True, required=False)


class BackgroundSerializer(Base):
    """The patients with whom this one is compared: ``rows`` of the ``population``."""

    name = serializers.CharField()
    rows = serializers.IntegerField()
    population = serializers.IntegerField(required=False, allow_null=True)
    version = serializers.IntegerField(required=False, allow_null=True)
    date = serializers.DateTimeField(required=False, allow_null=True)


class InteractionSerializer(Base):
    """Two inputs that act together: what both add beyond the sum of what each does alone."""

    features = serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2)
    effect = serializers.FloatField(help_text="probability; 0.03 is three points")
    standard_error = serializers.FloatField()


class ExplanationSerializer(Base):
    """``attributions`` on the probability scale: they add up to the result.

    Reasons that fail their own check are withheld: then only ``estimate``, ``state`` and
    ``withheld`` are there.
    """

    estimate = serializers.CharField(help_text="which estimate of the answer they add up to")
    state = serializers.ChoiceField(choices=Prediction.State.choices)
    withheld = serializers.CharField(
        required=False, allow_null=True, help_text="the check that failed"
    )
    method = serializers.CharField(required=False)
    scale = serializers.CharField(required=False)
    output = serializers.CharField(required=False)
    base_value = serializers.FloatField(required=False)
    additivity_gap = serializers.FloatField(required=False)
    rows_evaluated = serializers.IntegerField(required=False)
    seed = serializers.IntegerField(required=False, allow_null=True)
    background = BackgroundSerializer(required=False)
    attributions = AttributionSerializer(many=True, required=False)
    interactions = InteractionSerializer(
        many=True, required=False, help_text="the strongest pairs, of a point or more; often none"
    )


class ComparedSerializer(Base):
    """One estimate of the same patient: age and sex alone, the usual score, or the model."""

    code = serializers.ChoiceField(choices=("age-sex", "usual", "model"))
    label = serializers.CharField()
    probability = serializers.FloatField(
        allow_null=True, help_text="null where its formula needs an input that is missing"
    )
    auroc = serializers.FloatField(allow_null=True)
    auroc_interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, min_length=2, max_length=2
    )
    brier = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField(
        choices=("gain", "no-gain", "loss"), allow_null=True, help_text="the model against it"
    )
    auroc_difference = serializers.FloatField(
        allow_null=True, help_text="of the model's from this one's, on the same patients"
    )
    auroc_difference_interval = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        min_length=2,
        max_length=2,
        help_text="95 % interval of that difference; one that holds 0 is no gain and no loss",
    )


class AddedValueSerializer(Base):
    """What the model adds to what a clinician already has, measured on the same patients."""

    patients = serializers.IntegerField(allow_null=True)
    not_compared = serializers.ListField(child=serializers.CharField())
    estimates = ComparedSerializer(many=True)
