"""Usage and quotas over REST, for an administrator's program: no patient, so no chart is read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope, User
from diagnosis.inference.before import quota as quotas
from diagnosis.inference.lists import usage
from medportal.common.web.rest import PagesSerializer


class UsageQuestionsSerializer(PagesSerializer):
    month = serializers.CharField(required=False, help_text="Like 2026-11; else the current one.")


class QuotaSerializer(serializers.Serializer[Any]):
    service = serializers.CharField(allow_null=True, help_text="null: all services together.")
    period = serializers.CharField()
    used = serializers.IntegerField()
    warn_at = serializers.IntegerField(allow_null=True)
    limit = serializers.IntegerField(allow_null=True)
    ends_at = serializers.DateTimeField()


class UsageLineSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    service = serializers.CharField()
    person = serializers.CharField()
    kind = serializers.ChoiceField(choices=["person", "system"])
    runs = serializers.IntegerField(help_text="Whatever counts towards quotas.")
    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    seconds = serializers.FloatField()


class UsagePageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = UsageLineSerializer(many=True)
    quotas = QuotaSerializer(many=True)


class UsageView(GenericAPIView[Any]):
    scopes = {"GET": Scope.READ}
    questions = {"GET": UsageQuestionsSerializer}
    asked: dict[str, Any]
    serializer_class = UsageLineSerializer

    @extend_schema(
        operation_id="usage", parameters=[UsageQuestionsSerializer], responses=UsagePageSerializer
    )
    def get(self, request: Request) -> Response:
        """Runs by day, service and person, and how far the quotas are used."""
        assert isinstance(request.user, User)
        month = usage.month_of(self.asked.get("month", ""))
        by = ("day", "service", "person")
        found = usage.read_usage(actor=request.user, month=month, by=by, act="usage.read")
        lines: Any = [asdict(line) for line in found]
        page = self.paginate_queryset(lines) or []
        answer = self.get_paginated_response(page)
        answer.data["quotas"] = [_quota(one) for one in quotas.standings(request.user.organisation)]
        return answer


def _quota(standing: quotas.Standing) -> dict[str, Any]:
    quota = standing.quota
    return {
        "service": quota.service.slug if quota.service else None,
        "period": quota.period,
        "used": standing.used,
        "warn_at": quota.warn_at,
        "limit": quota.limit,
        "ends_at": standing.ends_at,
    }
