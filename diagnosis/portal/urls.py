"""Every page of the portal, under the namespace ``portal``."""

from django.urls import path

from diagnosis.portal.views import a_urls, audit, b_urls, c_urls, leaving, usage

app_name = "portal"
urlpatterns = [
    *a_urls.routes,
    *b_urls.routes,
    *c_urls.routes,
    path("audit/", audit.audit, name="audit"),
    path("people/<uuid:user>/hand-over/", leaving.hand_over, name="leaver"),
    path("usage/", usage.usage, name="usage"),
    path("usage/export/", usage.export, name="usage-export"),
]
