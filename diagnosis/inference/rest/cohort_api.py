"""A service's cohort over REST: what moves its estimates, and in which groups; no single patient.

The reasons are for tokens of their own scope, here as beside a prediction: with the numbers they
give the model away.
"""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from numpy.typing import NDArray
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Scope, User
from diagnosis.inference.lists.cohort import ENOUGH, Cohort, Wanted, read_cohort, version_in_use
from diagnosis.inference.rest.shapes import rounded
from diagnosis.ml.explain.cohort import Group, clusters, importance
from diagnosis.registry.models import Service
from medportal.common.errors import DomainError
from medportal.common.text import localized
from medportal.common.web.rest import StrictSerializer

Base = serializers.Serializer[Any]


class CohortQuestionsSerializer(StrictSerializer):
    expired = serializers.BooleanField(
        required=False, default=False, help_text="Expired results, too; they have no band."
    )


class VersionNamedSerializer(Base):
    id = serializers.UUIDField()
    number = serializers.IntegerField()


class OtherVersionSerializer(Base):
    number = serializers.IntegerField()
    count = serializers.IntegerField()


class LeftOutSerializer(Base):
    other_versions = OtherVersionSerializer(many=True)
    expired = serializers.IntegerField()
    unsettled = serializers.IntegerField(help_text="Refused, failed or still running.")
    unexplained = serializers.IntegerField(help_text="Without reasons, or not yet with them.")
    unsound = serializers.IntegerField(help_text="Their reasons fail their own check.")
    older = serializers.IntegerField(help_text="Beyond the newest that are read.")


class BandCountSerializer(Base):
    code = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()


class ImportanceSerializer(Base):
    feature = serializers.CharField()
    label = serializers.CharField()
    mean = serializers.FloatField(help_text="Mean absolute contribution to the probability.")
    lower = serializers.FloatField(allow_null=True, help_text="95 % interval over patients.")
    upper = serializers.FloatField(allow_null=True)
    missing = serializers.IntegerField(help_text="Patients in whom it was not measured.")


class EstimatesSerializer(Base):
    lower = serializers.FloatField()
    median = serializers.FloatField()
    upper = serializers.FloatField()


class CharacteristicSerializer(Base):
    feature = serializers.CharField()
    label = serializers.CharField()
    difference = serializers.FloatField(
        help_text="How much more or less it adds in this group than in the whole cohort."
    )


class AlikeGroupSerializer(Base):
    size = serializers.IntegerField()
    probability = EstimatesSerializer()
    bands = BandCountSerializer(many=True)
    characteristic = CharacteristicSerializer(many=True)


class CohortSerializer(Base):
    service = serializers.CharField()
    version = VersionNamedSerializer()
    count = serializers.IntegerField()
    left_out = LeftOutSerializer()
    bands = BandCountSerializer(many=True)
    importance = ImportanceSerializer(many=True)
    groups = AlikeGroupSerializer(many=True, help_text="None where the reasons are all alike.")


class CohortView(APIView):
    scopes = {"GET": Scope.EXPLAIN}
    questions = {"GET": CohortQuestionsSerializer}
    asked: dict[str, Any]

    @extend_schema(
        operation_id="services_cohort",
        parameters=[CohortQuestionsSerializer],
        responses=CohortSerializer,
    )
    @transaction.atomic
    def get(self, request: Request, slug: str) -> Response:
        """What moves the estimates of the patients whom the caller may see."""
        assert isinstance(request.user, User)
        service = Service.objects.met_by(request.user).filter(slug=slug).first()
        if service is None:
            raise DomainError("service_not_found", _("No such service."), status=404)
        version = version_in_use(service)
        if version is None:
            text = _("The service has no published version.")
            raise DomainError("service_not_published", text, status=409)
        wanted = Wanted(expired=self.asked.get("expired", False), is_person=False)
        cohort = read_cohort(actor=request.user, service=service, version=version, wanted=wanted)
        return Response(_shape(cohort))


def _shape(cohort: Cohort) -> dict[str, Any]:
    left, everybody = cohort.left_out, np.arange(len(cohort))
    return {
        "service": cohort.service.slug,
        "version": {"id": cohort.version.pk, "number": cohort.version.number},
        "count": len(cohort),
        "left_out": {
            "other_versions": [
                {"number": number, "count": n} for number, n in left.other_versions.items()
            ],
            "expired": left.expired,
            "unsettled": left.unsettled,
            "unexplained": left.unexplained,
            "unsound": left.unsound,
            "older": left.older,
        },
        "bands": _bands(cohort, everybody),
        "importance": _importance(cohort),
        "groups": _groups(cohort),
    }


def _importance(cohort: Cohort) -> list[dict[str, Any]]:
    if not len(cohort):
        return []
    found = importance(cohort.contributions)
    missing = np.isnan(cohort.values).sum(axis=0)
    return [
        {
            **_named(cohort, int(j)),
            "mean": rounded(float(found.mean[j])),
            "lower": _known(found.lower[j]),
            "upper": _known(found.upper[j]),
            "missing": int(missing[j]),
        }
        for j in found.order
    ]


def _named(cohort: Cohort, j: int) -> dict[str, str]:
    feature = cohort.features[j]
    return {"feature": feature.name, "label": localized(feature.label)}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else rounded(float(value))


def _groups(cohort: Cohort) -> list[dict[str, Any]]:
    if len(cohort) < ENOUGH:
        return []
    found = clusters(cohort.contributions).groups
    return [_group(cohort, group) for group in found] if len(found) > 1 else []


def _group(cohort: Cohort, group: Group) -> dict[str, Any]:
    estimates = cohort.estimates[group.rows]
    return {
        "size": group.size,
        "probability": {
            "lower": rounded(float(estimates.min())),
            "median": rounded(float(np.median(estimates))),
            "upper": rounded(float(estimates.max())),
        },
        "bands": _bands(cohort, group.rows),
        "characteristic": [
            {**_named(cohort, j), "difference": rounded(difference)}
            for j, difference in group.characteristic
        ],
    }


def _bands(cohort: Cohort, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
    found = [cohort.bands[row] for row in rows]
    return [
        {
            "code": band.code,
            "label": localized(band.label),
            "count": found.count(band.code),
        }
        for band in cohort.version.definition.bands
    ]
