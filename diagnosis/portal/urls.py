"""Every page of the portal, under the namespace ``portal``."""

from django.urls import path

from diagnosis.portal.views import audit, chart_urls, explanation_urls, leaving, result_urls, usage

app_name = "portal"
urlpatterns = [
    *chart_urls.routes,
    *result_urls.routes,
    *explanation_urls.routes,
    path("audit/", audit.audit, name="audit"),
    path("people/<uuid:user>/hand-over/", leaving.hand_over, name="leaver"),
    path("usage/", usage.usage, name="usage"),
    path("usage/export/", usage.export, name="usage-export"),
]
