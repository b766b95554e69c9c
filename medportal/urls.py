"""Every address of the portal."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from diagnosis.interop.docs import docs
from medportal import health

handler400 = "medportal.common.web.http.bad_request"
handler404 = "medportal.common.web.http.not_found"
handler429 = "accounts.login.lockout.too_many_requests"
handler500 = "medportal.common.web.http.server_error"


urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    re_path("^api/schema/?$", SpectacularJSONAPIView.as_view(), name="schema"),
    re_path("^api/docs/?$", docs, name="docs"),
    path("api/v1/", include("diagnosis.interop.rest")),
    path("", include("diagnosis.interop.urls")),
    path("", include("medportal.operations.urls")),
    path("", include("diagnosis.portal.urls")),
]
