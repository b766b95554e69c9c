"""The addresses under /api/v1/: every app's own, each with and without its final slash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, URLResolver, re_path
from rest_framework.routers import SimpleRouter

from diagnosis.inference.rest import api as inference
from diagnosis.inference.rest.cohort_api import CohortView
from diagnosis.inference.rest.trend_api import TrendView
from diagnosis.inference.rest.usage_api import UsageView
from diagnosis.interop.export_api import PatientExportView
from diagnosis.records.rest import api as records
from diagnosis.records.rest import imports_api
from diagnosis.registry import api as registry

app_name = "api"


class EitherWayRouter(SimpleRouter):
    """No redirect ever answers a POST: both spellings are the address."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"


def one_spelling(endpoints: list[tuple[str, str, str, Any]], **_: Any) -> list[Any]:
    """For the schema: links carry no final slash, so no address there does."""
    return [
        (path.rstrip("/"), regex, method, callback) for path, regex, method, callback in endpoints
    ]


def either_way(address: str, view: Callable[..., Any], name: str) -> URLPattern:
    return re_path(rf"^{address}/?$", view, name=name)


router = EitherWayRouter()
for app in (records, registry, inference):
    app.routes(router)

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    either_way(
        r"services/(?P<slug>[-a-zA-Z0-9_]+)/predictions",
        inference.ServicePredictionsView.as_view(),
        "service-predictions",
    ),
    either_way(r"services/(?P<slug>[-a-zA-Z0-9_]+)/cohort", CohortView.as_view(), "service-cohort"),
    either_way(
        rf"patients/(?P<patient>{inference.UUID})/services",
        inference.PatientServicesView.as_view(),
        "patient-services",
    ),
    either_way(
        rf"patients/(?P<patient>{inference.UUID})/services/(?P<slug>[-a-zA-Z0-9_]+)/trend",
        TrendView.as_view(),
        "patient-trend",
    ),
    either_way("usage", UsageView.as_view(), "usage"),
    either_way(
        rf"patients/(?P<patient>{inference.UUID})/export",
        PatientExportView.as_view(),
        "patient-export",
    ),
    either_way("imports", imports_api.ImportsView.as_view(), "import-list"),
    either_way(
        rf"imports/(?P<import_run>{records.UUID})",
        imports_api.ImportView.as_view(),
        "import-detail",
    ),
]
