"""Shape of an answer over REST: what its kind tells, then what every kind keeps."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from diagnosis.inference.rest.next_serializers import NextMeasurementSerializer
from diagnosis.results import RESULT_KINDS

Base = serializers.Serializer[Any]


class BandSerializer(Base):
    code = serializers.CharField()
    label = serializers.CharField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()
    action = serializers.CharField()
    action_code = serializers.CharField()
    text = serializers.CharField(allow_null=True)
    source = serializers.CharField()


_ENDS = {"type": "array", "items": {"type": "number"}}


@extend_schema_field(
    {
        "oneOf": [
            {**_ENDS, "minItems": 2, "maxItems": 2},
            {"type": "array", "items": _ENDS, "minItems": 2, "maxItems": 2},
        ]
    }
)
class IntervalField(serializers.JSONField):
    """Two numbers, or two lists of them."""


class ResultSerializer(Base):
    kind = serializers.CharField(help_text=", ".join(RESULT_KINDS))
    probability = serializers.FloatField(required=False, help_text="of the kind `binary`")
    value = serializers.FloatField(required=False, help_text="of the kind `regression`")
    probabilities = serializers.DictField(
        child=serializers.FloatField(), required=False, help_text="of several classes or labels"
    )
    intervals = serializers.DictField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        required=False,
        allow_null=True,
        help_text="of each estimate of several",
    )
    headline = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="the estimate of several that `band` speaks of; null where no single one does",
    )
    set = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="classes that stay possible"
    )
    set_level = serializers.FloatField(
        required=False, allow_null=True, help_text="the share of such people whose class is in it"
    )
    missed = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="people like this one whose truth sets or ranges hold too seldom",
    )
    unit = serializers.CharField(required=False, help_text="UCUM; of a number, or of time")
    risks = serializers.DictField(
        child=serializers.FloatField(),
        required=False,
        help_text="of the kind `survival`: of the event by each time, in `unit`",
    )
    times = serializers.ListField(
        child=serializers.FloatField(),
        required=False,
        help_text="of the kind `survival`: of the points of the curve; it ends where enough were"
        " followed",
    )
    survival = serializers.ListField(
        child=serializers.FloatField(),
        required=False,
        help_text="the share still without the event by each of `times`",
    )
    median = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="when half have had the event, in `unit`; null where that is not reached",
    )
    interval = IntervalField(
        required=False,
        allow_null=True,
        help_text="both ends; of the kind `survival` the lower and the upper ends of the curve",
    )
    interval_method = serializers.CharField(
        allow_null=True,
        help_text="`other models`: about `interval_level` of models built from other patients of"
        " the same kind lie within; `conformal range`: about `interval_level` of such people have"
        " a true value within; `bootstrap refits` (older results): of this model's refits, which"
        " is narrower",
    )
    interval_level = serializers.FloatField(allow_null=True)
    band = BandSerializer(allow_null=True)
    imputed = serializers.ListField(child=serializers.CharField())
    filled = serializers.ListField(child=serializers.DictField())
    borderline = serializers.ListField(child=serializers.DictField())
    next_measurement = NextMeasurementSerializer(required=False)
    local_count = serializers.DictField(allow_null=True)
    average = serializers.FloatField(allow_null=True)


class EstimateSerializer(Base):
    """The headline of an answer that is no probability."""

    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(help_text="UCUM")
