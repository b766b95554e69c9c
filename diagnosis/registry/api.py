"""Services over REST: what can be asked, with which inputs, and which version answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter

from accounts.models import Scope, User
from diagnosis.registry import serializers, shapes
from diagnosis.registry.models import ModelVersion, Service, VersionStructure

ANSWERING = (ModelVersion.State.PUBLISHED, ModelVersion.State.STOPPED)


def routes(router: BaseRouter) -> None:
    """Register what this app answers with the router of ``diagnosis.interop.rest``."""
    router.register("services", ServiceViewSet, basename="service")


def answering(service: Service) -> ModelVersion | None:
    """The version that is published, or was until it was stopped; from the prefetched ones."""
    found: list[ModelVersion] = service.answering  # type: ignore[attr-defined]
    return found[0] if found else None


class ServiceViewSet(viewsets.GenericViewSet[Service]):
    """No ``queryset`` attribute: the only way to rows is through the caller."""

    serializer_class = serializers.ServiceSummarySerializer
    scopes = {"list": Scope.READ, "retrieve": Scope.READ, "model": Scope.READ}
    lookup_url_kwarg = "slug"
    lookup_value_regex = r"[-a-zA-Z0-9_]+"

    def get_queryset(self) -> Any:
        user = self.request.user
        assert isinstance(user, User)
        services = Service.objects.met_by(user).order_by("slug")
        versions = ModelVersion.objects.filter(state__in=ANSWERING).order_by("state")
        return services.prefetch_related(
            Prefetch("versions", queryset=versions, to_attr="answering")
        )

    @extend_schema(
        operation_id="services_list", responses=serializers.ServiceSummarySerializer(many=True)
    )
    def list(self, _request: Request) -> Response:
        """The services of the caller's organisation."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(
            [asdict(shapes.summary(service, answering(service))) for service in page]
        )

    @extend_schema(responses=serializers.ServiceSerializer)
    def retrieve(self, _request: Request, slug: str) -> Response:
        """One service: for whom, with which inputs and codes, bands and actions."""
        service = self.get_queryset().filter(slug=slug).first()
        if service is None:
            raise Http404
        return Response(asdict(shapes.full(service, answering(service))))

    @extend_schema(responses=serializers.ModelSerializer)
    @action(detail=True, methods=["get"])
    def model(self, _request: Request, slug: str) -> Response:
        """How the model that answers is made, and what it looks at over many patients."""
        service = self.get_queryset().filter(slug=slug).first()
        version = None if service is None else answering(service)
        if version is None:
            raise Http404
        kept = VersionStructure.objects.filter(version=version).first()
        return Response(asdict(shapes.model(version, kept)))
