"""A patient's risk over time by REST, and what stands between two of its results."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_tokens.scopes import may_explain
from accounts.models import Scope, User
from diagnosis.inference.further.change import Change, Part
from diagnosis.inference.further.over_time import (
    change_of,
    chosen_two,
    results_over_time,
    seen_service,
)
from diagnosis.inference.models import Prediction
from diagnosis.inference.rest.reason_serializers import AnyValue
from diagnosis.inference.rest.shapes import rounded
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import Entry
from diagnosis.ml import Feature
from diagnosis.records import access
from medportal.common.errors import DomainError
from medportal.common.text import localized
from medportal.common.web.rest import StrictSerializer

Base = serializers.Serializer[Any]
VALUE_FIELDS = ("value", "unit", "observed_at", "status")


class TrendQuestionsSerializer(StrictSerializer):
    """Which two results are compared; without them, the last two."""

    earlier = serializers.UUIDField(required=False)
    later = serializers.UUIDField(required=False)


class ResultThenSerializer(Base):
    id = serializers.UUIDField()
    index_at = serializers.DateTimeField()
    probability = serializers.FloatField()
    band = serializers.CharField(allow_null=True, help_text="as it was then")
    version = serializers.UUIDField()
    version_number = serializers.IntegerField()
    sheet_version = serializers.IntegerField(help_text="whose bands it was read by")
    expires_at = serializers.DateTimeField()
    is_expired = serializers.BooleanField()


class ValueThenSerializer(Base):
    value = AnyValue(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    converted = serializers.FloatField(allow_null=True, help_text="in ``feature_unit``")
    observed_at = serializers.DateTimeField(allow_null=True)
    status = serializers.CharField(allow_null=True)


class ChangePartSerializer(Base):
    feature = serializers.CharField()
    label = serializers.CharField()
    changed = serializers.BooleanField()
    within_error = serializers.BooleanField(
        help_text="two measurements of the same thing differ by as much"
    )
    contribution = serializers.FloatField()
    feature_unit = serializers.CharField(allow_null=True)
    before = ValueThenSerializer()
    now = ValueThenSerializer()


class ChangeSerializer(Base):
    """``earlier`` + ``of_version`` + all contributions = ``later``; ``reason``: why not."""

    earlier = serializers.UUIDField()
    later = serializers.UUIDField()
    version = serializers.UUIDField(help_text="the one that was asked for both")
    reason = serializers.ChoiceField(
        choices=["no_result", "version_withdrawn", "unreadable", "not_reproduced"],
        allow_null=True,
    )
    method = serializers.CharField(allow_null=True)
    additivity_gap = serializers.FloatField()
    of_version = serializers.FloatField()
    error = serializers.FloatField(
        help_text="how far the errors of the measurements alone would move it, in 95 of 100 pairs"
    )
    within_error = serializers.BooleanField(
        help_text="the inputs moved it by no more than that: it need not mean a change"
    )
    contributions = ChangePartSerializer(many=True)


class TrendSerializer(Base):
    """``change`` is null for fewer than two results, and without the scope for explanations."""

    service = serializers.CharField()
    patient = serializers.UUIDField()
    results = ResultThenSerializer(many=True)
    change = ChangeSerializer(allow_null=True)


class TrendView(APIView):
    scopes = {"GET": Scope.READ}
    questions = {"GET": TrendQuestionsSerializer}
    asked: dict[str, Any]

    @extend_schema(
        operation_id="patients_trend",
        parameters=[TrendQuestionsSerializer],
        responses=TrendSerializer,
    )
    def get(self, request: Request, patient: str, slug: str) -> Response:
        """The results of one service, the oldest first, and what changed between two of them."""
        assert isinstance(request.user, User)
        service = seen_service(request.user, slug)
        what = f"service/{service.slug}"
        found = access.open_chart(request.user, patient, what=what, act="trend.read")
        results = results_over_time(request.user, found, service)
        wanted = [str(self.asked[name]) if name in self.asked else None for name in ASKED]
        try:
            two = chosen_two(results, *wanted)
        except LookupError as error:
            raise DomainError(
                "prediction_not_found", _("No such prediction."), status=404
            ) from error
        change = change_of(two) if may_explain(request) else None
        body = {
            "service": service.slug,
            "patient": found.pk,
            "results": [_result(one) for one in results],
            "change": None if change is None else _change(change),
        }
        return Response(body)


ASKED = ("earlier", "later")


def _result(one: Prediction) -> dict[str, Any]:
    return {
        "id": one.pk,
        "index_at": one.index_at,
        "probability": rounded(one.headline),
        "band": one.band or None,
        "version": one.version_id,
        "version_number": one.version.number,
        "sheet_version": one.sheet.number,
        "expires_at": one.expires_at,
        "is_expired": one.is_expired,
    }


def _change(change: Change) -> dict[str, Any]:
    schema = schema_of(change.now.version)
    return {
        "earlier": change.before.pk,
        "later": change.now.pk,
        "version": change.now.version_id,
        "reason": change.reason or None,
        "method": change.method or None,
        "additivity_gap": change.gap,
        "of_version": rounded(change.of_version),
        "error": rounded(change.error),
        "within_error": change.is_within_error,
        "contributions": [_part(schema[part.feature], part) for part in change.parts],
    }


def _part(feature: Feature, part: Part) -> dict[str, Any]:
    return {
        "feature": part.feature,
        "label": localized(feature.label),
        "changed": part.changed,
        "within_error": part.within_error,
        "contribution": rounded(part.contribution),
        "feature_unit": feature.unit,
        "before": _value(part.was, part.before),
        "now": _value(part.became, part.now),
    }


def _value(converted: float | None, entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in VALUE_FIELDS} | {"converted": rounded(converted)}
