"""Shape of «what to measure next» over REST, beside a result or inside a refusal."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from rest_framework import serializers

Base = serializers.Serializer[Any]


class BandShareSerializer(Base):
    band = serializers.CharField()
    share = serializers.FloatField()


class NextInputSerializer(Base):
    """What measuring one input could change; ``interval`` holds the true share in 95 of 100."""

    feature = serializers.CharField()
    label = serializers.CharField()
    reason = serializers.ChoiceField(choices=["missing", "old", "again"])
    burden = serializers.CharField(allow_null=True)
    changes = serializers.FloatField(allow_null=True, help_text="share that changes the band")
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    limit = serializers.FloatField(allow_null=True)
    bands = BandShareSerializer(many=True)
    expected_change = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()
    effective_rows = serializers.FloatField()


class NextBandSerializer(Base):
    code = serializers.CharField()
    label = serializers.CharField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


class NextMeasurementSerializer(Base):
    """Required inputs first, then the most often decisive; ``band``: present or most likely."""

    is_refused = serializers.BooleanField(required=False)
    band = NextBandSerializer(required=False, allow_null=True)
    bands = BandShareSerializer(required=False, many=True)
    reference_rows = serializers.IntegerField(required=False)
    items = NextInputSerializer(many=True)
