"""Every page of the portal, under the namespace ``portal``."""

from django.urls import path

from diagnosis.portal.views import a_urls, audit, b_urls

app_name = "portal"
urlpatterns = [*a_urls.routes, *b_urls.routes, path("audit/", audit.audit, name="audit")]
